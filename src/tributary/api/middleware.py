"""What happens around every request: an id, security headers, a body limit, and a last net for unknown errors.

And, where people reach us under a path of a larger site, what makes that path disappear for everything inside.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tributary.api.locale import answering, locale_of
from tributary.api.problems import MEDIA_TYPE, body_too_large, unknown_problem

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Answers hold personal data and depend on who asks. A route that knows better sets its own.
    "Cache-Control": "no-store",
    # The API answers JSON; a browser that opens it has nothing to load. The reference page sets its own.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class RequestShell:
    """ASGI middleware; the outermost, so that its headers are on every answer, errors included."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if self._is_https or scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
                headers["X-Request-Id"] = request_id
            await send(message)

        too_large = _TooLarge(send_with_headers)
        try:
            with answering(scope):
                await self._app(scope, receive, too_large)
            if too_large.is_held_back:
                await body_too_large(request_id, locale_of(scope))(scope, receive, send_with_headers)
        except Exception as exc:
            if started:
                raise  # half an answer is out: only the server can end it, by closing the connection
            await unknown_problem(exc, request_id, locale_of(scope))(scope, receive, send_with_headers)


class _TooLarge:
    """Holds back the framework's plain-text 413, for which it has no exception handler."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.is_held_back = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 413:
            self.is_held_back = Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE
        if not self.is_held_back:
            await self._send(message)


class UnderPath:
    """ASGI middleware: requests under `base` (such as `/cdp/`) go on as if there were no such path.

    A proxy in front may have taken it away already; then nothing is left to do. So both kinds of proxy work.
    """

    def __init__(self, app: ASGIApp, *, base: str) -> None:
        self._app = app
        self._prefix = base.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._prefix and scope["type"] == "http" and f"{scope['path']}/".startswith(f"{self._prefix}/"):
            scope = {**scope, "path": scope["path"].removeprefix(self._prefix) or "/"}
        await self._app(scope, receive, send)


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else f"req_{secrets.token_hex(12)}"
