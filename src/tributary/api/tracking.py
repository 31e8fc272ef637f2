"""The links inside messages: open pixel, click redirect, unsubscribe. Public, at the root, without a login.

A link says nothing but what its signature vouches for. Asking for one (GET, HEAD, OPTIONS) never changes a decision of
the person: mail scanners follow every link. Only a POST unsubscribes — from the mail program's own button (RFC 8058) or
from the page that the link in the message shows.
"""

from __future__ import annotations

import html
import secrets

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from tributary.api.auth import public
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.locale import as_locale, preferred_locale
from tributary.errors import NotFound
from tributary.messaging import ClickLink, OpenLink, UnsubscribeLink, Visit, record_visit, unsubscribe
from tributary.rules import Locale
from tributary.store.tables.access import Workspace

router = APIRouter(tags=["links"], dependencies=[public()])

_PIXEL = bytes.fromhex(  # a transparent GIF of one pixel
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)

_TEXTS: dict[Locale, dict[str, str]] = {
    "en": {
        "title": "Unsubscribe",
        "ask": "Do you want to stop getting these messages?",
        "button": "Unsubscribe",
        "done": "You are unsubscribed. You will get no more of these messages.",
        "test": "This was a test message; there is nothing to unsubscribe from.",
        "invalid": "This link is not valid. Open it exactly as it is in the message.",
    },
    "zh": {
        "title": "退订",
        "ask": "确定不再接收此类邮件吗？",
        "button": "确认退订",
        "done": "退订成功，您将不再收到此类邮件。",
        "test": "这是一封测试邮件，无需退订。",
        "invalid": "链接无效，请从邮件中完整打开该链接。",
    },
}


@router.get("/t/o/{token}", operation_id="track_open", summary="Picture that counts an open", response_class=Response)
@router.head(
    "/t/o/{token}", operation_id="track_open_head", summary="Picture that counts an open", response_class=Response
)
def track_open(token: str, request: Request, context: ContextDep) -> Response:
    """The pixel of a message. It is always there, whatever the token; a genuine GET counts as an open."""
    if request.method == "GET":
        try:
            link = context.keys.signer.read(token, OpenLink)
            record_visit(context.store, context.producer, context.clock, link, _visit(request))
        except NotFound:
            pass  # a broken picture would tell the recipient about our problem
    return Response(_PIXEL, media_type="image/gif", headers={"Cache-Control": "no-store, private"})


@router.get("/t/c/{token}", operation_id="track_click", summary="Link that counts a click", response_class=Response)
@router.head(
    "/t/c/{token}", operation_id="track_click_head", summary="Link that counts a click", response_class=Response
)
def track_click(token: str, request: Request, context: ContextDep) -> Response:
    """Lead on to the address that the message named; it is part of the signed token, so nobody can put in another."""
    try:
        link = context.keys.signer.read(token, ClickLink)
    except NotFound:
        return _page("invalid", _locale(request), status=404)
    if request.method == "GET":
        record_visit(context.store, context.producer, context.clock, link, _visit(request))
    return RedirectResponse(link.url, 302, headers={"Referrer-Policy": "no-referrer"})


@router.get("/u/{token}", operation_id="ask_unsubscribe", summary="Page to unsubscribe", response_class=Response)
@router.head("/u/{token}", operation_id="ask_unsubscribe_head", summary="Page to unsubscribe", response_class=Response)
def ask_unsubscribe(token: str, request: Request, context: ContextDep, session: ReadSession) -> Response:
    """Ask whether to unsubscribe. Changes nothing."""
    try:
        link = context.keys.signer.read(token, UnsubscribeLink)
    except NotFound:
        return _page("invalid", _locale(request), status=404)
    return _page("ask" if link.delivery_id else "test", _locale(request, session.get(Workspace, link.workspace_id)))


@router.post("/u/{token}", operation_id="unsubscribe", summary="Unsubscribe from messages", response_class=Response)
def do_unsubscribe(token: str, request: Request, context: ContextDep, session: WriteSession) -> Response:
    """Unsubscribe, before this is answered. Doing it again is fine."""
    try:
        link = context.keys.signer.read(token, UnsubscribeLink)
    except NotFound:
        return _page("invalid", _locale(request), status=404)
    # Our own page's form says text/plain; a mail program's button sends a form or multipart (RFC 8058).
    is_page = request.headers.get("content-type", "").startswith("text/plain")
    unsubscribe(session, context.clock, link, source="page" if is_page else "one_click")
    return _page("done" if link.delivery_id else "test", _locale(request, session.get(Workspace, link.workspace_id)))


def _visit(request: Request) -> Visit:
    return Visit(request.headers.get("user-agent", ""), request.client.host if request.client else "")


def _locale(request: Request, writer: Workspace | None = None) -> Locale:
    """The reader's language; of one who does not say, that of the workspace that wrote to them."""
    return preferred_locale(request.headers.get("accept-language"), as_locale(writer.locale if writer else "en"))


def _page(what: str, locale: Locale, *, status: int = 200) -> HTMLResponse:
    texts, nonce = _TEXTS[locale], secrets.token_urlsafe(12)
    form = (
        f'<form method="post" enctype="text/plain"><button>{html.escape(texts["button"])}</button></form>'
        if what == "ask"
        else ""
    )
    style = (
        "body{font:16px/1.6 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#222}"
        "button{font:inherit;padding:.5rem 1.5rem;border:0;border-radius:.4rem;background:#1557c0;color:#fff}"
    )
    body = (
        f'<!doctype html><html lang="{"zh-CN" if locale == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f'<title>{html.escape(texts["title"])}</title><style nonce="{nonce}">{style}</style></head>'
        f"<body><h1>{html.escape(texts['title'])}</h1><p>{html.escape(texts[what])}</p>{form}</body></html>"
    )
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'"
    return HTMLResponse(body, status, headers={"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})
