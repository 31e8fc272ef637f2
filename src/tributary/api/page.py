"""The operator's page: the files that `web/` is built into, in front of the API.

    /                     index.html, which begins the page; so do all addresses that the page itself knows
    /assets/…             files whose names carry a hash of their content: kept by browsers for ever
    /preview-frame.html   shows a mail inside a sandbox
    /api, /t, /u, /docs   not ours: the API answers

`index.html` and `preview-frame.html` are templates: `__NONCE__` becomes the nonce of the answer's content policy and
`__BASE__` the path under which people reach us, with a slash at its end. Nobody signs in to get these files; what they
show comes from the API, which asks.
"""

from __future__ import annotations

import html
import re
import secrets
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tributary.api.locale import preferred_locale
from tributary.rules import Locale

PAGE_FOLDER = Path(__file__).resolve().parent.parent / "page"  # where `npm run build` in web/ writes

_OTHERS = frozenset({"api", "t", "u", "docs"})  # first segments of paths that the API answers
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))  # the smaller one first

# Not from `mimetypes`: what that says depends on the machine, and with `nosniff` a wrong type is a page without script.
_TYPES = {
    ".css": "text/css",
    ".gif": "image/gif",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
# A mail is somebody else's HTML: it may have its looks, and is nobody here. Its pictures tell their server who looks at
# them: those of others come only when asked for.
_FRAME_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src {pictures}; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)
_OWN_PICTURES = "'self' data:"
_ALL_PICTURES = "https: http: data:"
_HELP_POLICY = "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'"


class Page:
    """ASGI middleware: answers for the page and leaves everything else to `app`.

    `folder` holds the built page and is looked at with every request, so that a new build needs no restart. `base` is
    the path under which people reach us, such as `/` or `/cdp/`; requests come here without it.
    """

    def __init__(self, app: ASGIApp, *, folder: Path, base: str) -> None:
        self._app = app
        self._folder = folder.resolve()
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp | None = None
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and _first(scope["path"]) not in _OTHERS:
            answer = await to_thread.run_sync(
                self._answer, str(scope["path"]), scope["query_string"] == b"pictures=all", Headers(scope=scope)
            )
        await (answer or self._app)(scope, receive, send)

    def _answer(self, path: str, has_pictures: bool, headers: Headers) -> Response | None:
        is_hashed = _first(path) == "assets"
        if path in {"/", "/index.html"}:
            return self._index(headers)
        if path == "/preview-frame.html":
            return self._preview_frame(_ALL_PICTURES if has_pictures else _OWN_PICTURES)
        file = self._file(path)
        if file is not None:
            return _file_answer(file, headers, is_hashed=is_hashed)
        if is_hashed or not _wants_html(headers):
            return None  # an address of the page is only ever navigated to; programs get a true 404
        return self._index(headers)

    def _file(self, path: str) -> Path | None:
        """The file of the page at this path. Nothing outside of the folder and nothing hidden is one."""
        parts = path.removeprefix("/").split("/")
        if any(not part or part.startswith(".") or re.search(r"[\\\0]", part) for part in parts):
            return None
        file = self._folder.joinpath(*parts)
        try:
            is_ours = file.is_file() and file.resolve().is_relative_to(self._folder)
        except OSError:  # a name that no file system takes
            return None
        return file if is_ours else None

    def _index(self, headers: Headers) -> Response:
        filled = self._template("index.html")
        if filled is None:
            return _help(preferred_locale(headers.get("accept-language")), self._base)
        text, nonce = filled
        policy = _POLICY.format(nonce=nonce)
        return HTMLResponse(text, headers={"Cache-Control": "no-cache", "Content-Security-Policy": policy})

    def _preview_frame(self, pictures: str) -> Response | None:
        filled = self._template("preview-frame.html")
        if filled is None:
            return None
        text, nonce = filled
        return HTMLResponse(
            text,
            headers={
                "Cache-Control": "no-cache",
                "Content-Security-Policy": _FRAME_POLICY.format(nonce=nonce, pictures=pictures),
                "X-Frame-Options": "SAMEORIGIN",
            },
        )

    def _template(self, name: str) -> tuple[str, str] | None:
        """The filled template and its nonce; None when the page was not built."""
        try:
            text = (self._folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        nonce = secrets.token_urlsafe(16)
        return text.replace("__NONCE__", nonce).replace("__BASE__", html.escape(self._base)), nonce


def _first(path: str) -> str:
    """The first segment of a path."""
    return path.removeprefix("/").partition("/")[0]


def _file_answer(file: Path, headers: Headers, *, is_hashed: bool) -> Response:
    extra = {"Cache-Control": _FOR_EVER if is_hashed else _FOR_AN_HOUR, "Vary": "Accept-Encoding"}
    accepted = _accepted_encodings(headers.get("accept-encoding", ""))
    media_type = _TYPES.get(file.suffix, "application/octet-stream")
    for encoding, suffix in _ENCODINGS:
        packed = file.with_name(file.name + suffix)
        if encoding in accepted and packed.is_file():
            return FileResponse(packed, media_type=media_type, headers={**extra, "Content-Encoding": encoding})
    return FileResponse(file, media_type=media_type, headers=extra)


def _accepted_encodings(header: str) -> set[str]:
    """What Accept-Encoding names, without what it refuses (`;q=0`)."""
    accepted = set()
    for entry in header.lower().split(","):
        name, _, weight = entry.partition(";")
        if not re.fullmatch(r"q=0(\.0*)?", weight.replace(" ", "")):
            accepted.add(name.strip())
    return accepted


def _wants_html(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "").lower()


_HELP: dict[Locale, dict[str, str]] = {
    "en": {
        "language": "en",
        "title": "The page is not built",
        "what": "Tributary runs, but this installation has no operator's page.",
        "cure": "In the repository, run this, then load this address again:",
        "note": "It needs only Python and the network, and takes about a minute. A released wheel contains the page.",
        "reference": "Everything works without the page, too: see the API reference.",
    },
    "zh": {
        "language": "zh-CN",
        "title": "页面尚未构建",
        "what": "汇流正在运行，但本次安装不含运营页面。",
        "cure": "请在代码仓库中运行以下命令，然后刷新本页：",
        "note": "只需要 Python 和网络，约一分钟。正式发布的 wheel 自带页面。",
        "reference": "没有页面也能使用全部功能，见 API 文档。",
    },
}
_HELP_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;"
    "padding:0 1rem}code{font:1.1rem ui-monospace,monospace;background:#8882;padding:.4rem .8rem;border-radius:.4rem}"
)


def _help(locale: Locale, base: str) -> Response:
    """What stands in for a page that was not built. 503: somebody who watches over us should learn of it."""
    texts = {name: html.escape(text) for name, text in _HELP[locale].items()}
    nonce = secrets.token_urlsafe(16)
    body = (
        f'<!doctype html><html lang="{texts["language"]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{texts["title"]}</title>'
        f'<style nonce="{nonce}">{_HELP_STYLE}</style></head><body><h1>{texts["title"]}</h1><p>{texts["what"]}</p>'
        f"<p>{texts['cure']}</p><p><code>make page</code></p><p>{texts['note']}</p>"
        f'<p><a href="{html.escape(base)}api/v1/docs">{texts["reference"]}</a></p></body></html>'
    )
    policy = _HELP_POLICY.format(nonce=nonce)
    return HTMLResponse(body, 503, headers={"Content-Security-Policy": policy, "Vary": "Accept-Language"})
