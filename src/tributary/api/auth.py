"""Who may call a route: decided here and nowhere else, and decided with "no" when nothing is declared.

    @router.get("", operation_id="list_audiences")
    def list_audiences(caller: Annotated[Principal, requires("audiences:read")], session: ReadSession) -> ...

Every route declares `requires(scope)`, `signed_in()` or, in its decorator, `dependencies=[public()]`.
`check_routes` refuses to start an application that has a route without. A route works on `caller.workspace_id` and on
nothing the request says about workspaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from tributary.access import SCOPES, Caller, Principal, SessionPolicy, resolve_session, resolve_token
from tributary.api.body import all_parts, check_query
from tributary.api.context import Context, ContextDep, is_write_session
from tributary.api.problems import request_id_of
from tributary.errors import BugError, Forbidden, Unauthenticated

COOKIE = "tributary_session"
CSRF_HEADER = "X-Tributary-Request"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_cookie = APIKeyCookie(
    name=COOKIE,
    scheme_name="session",
    description=f"Set by POST /api/v1/login. Requests that change something also send `{CSRF_HEADER}: 1`.",
    auto_error=False,
)
_bearer = HTTPBearer(scheme_name="token", description="An API token: `Authorization: Bearer trb_…`.", auto_error=False)


@dataclass(frozen=True)
class Access:
    """What a route declared. `scope` is None for `signed_in()` and for `public()`."""

    scope: str | None
    is_public: bool = False


def requires(scope: str) -> Any:
    """The dependency that yields the caller's `Principal` if it holds `scope`, else answers 401 or 403."""
    if scope not in SCOPES:
        raise BugError(f"No scope {scope!r} is defined in access/roles.py.")
    return Depends(_guard(Access(scope)))


def signed_in() -> Any:
    """Like `requires`, for what every caller may do whatever their role, such as reading their own account."""
    return Depends(_guard(Access(None)))


def public() -> Any:
    """Declares, in `dependencies=`, that a route is meant for everybody."""
    return Depends(_public)


async def _public() -> None:
    return None


_public.access = Access(None, is_public=True)  # type: ignore[attr-defined]


def _guard(access: Access) -> Any:
    def guard(
        request: Request,
        context: ContextDep,
        cookie: Annotated[str | None, Depends(_cookie)],
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Principal:
        principal = _resolve(request, context, cookie, bearer)
        request.state.principal = principal  # first, for a refusal is said in the language of their workspace
        if access.scope is not None:
            principal.require(access.scope)
        check_query(request)  # not on public routes: what is put behind a link in a mail is not ours to refuse
        return principal

    guard.access = access  # type: ignore[attr-defined]
    return guard


def _resolve(
    request: Request, context: Context, cookie: str | None, bearer: HTTPAuthorizationCredentials | None
) -> Principal:
    caller = caller_of(request)
    if bearer is not None:
        return resolve_token(context.store, context.clock, bearer.credentials, caller)
    if cookie:
        if request.method not in _SAFE_METHODS:
            check_origin(request, context)
        return resolve_session(context.store, context.clock, session_policy(context), cookie, caller)
    raise Unauthenticated(
        "You are not signed in.", cure="Sign in, or send an API token: `Authorization: Bearer trb_…`."
    )


def caller_of(request: Request) -> Caller:
    """Where the request comes from."""
    return Caller(
        ip=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", ""),
        request_id=request_id_of(request),
    )


def session_policy(context: Context) -> SessionPolicy:
    """How long sessions live, from the settings."""
    app = context.settings.app
    return SessionPolicy(timedelta(minutes=app.session_idle_minutes), timedelta(hours=app.session_hours))


def is_https(request: Request, context: Context) -> bool:
    """Whether people reach us over TLS, directly or through a proxy that `public_url` tells of."""
    return request.url.scheme == "https" or context.settings.public_url.startswith("https://")


def check_origin(request: Request, context: Context, *, needs_proof: bool = True) -> None:
    """Refuse a request that another site makes a browser send with our cookie.

    A browser names the page's origin on every such request; it has to be ours. Without an Origin (programs, old
    browsers) the header `X-Tributary-Request` is the proof: no other site can set it without a preflight, which the
    API never grants. `needs_proof=False` lets requests without Origin pass, for the login itself.

    Raises:
        Forbidden: the request comes from elsewhere, or does not say.
    """
    origin = request.headers.get("origin")
    if origin is None:
        if needs_proof and CSRF_HEADER not in request.headers:
            raise Forbidden(
                "The request does not show that it comes from Tributary's own page.",
                cure=f"Send the header {CSRF_HEADER}: 1, or use an API token instead of the cookie.",
            )
        return
    ours = {request.headers.get("host", "").lower(), urlsplit(context.settings.public_url).netloc.lower()}
    if urlsplit(origin).netloc.lower() not in ours - {""}:
        raise Forbidden(
            f"The request comes from a page of {origin}, not from Tributary's own.",
            cure="Use Tributary's own page; behind a proxy, set TRIBUTARY_APP__PUBLIC_URL to the address people use.",
        )


def access_of(route: RouteContext) -> Access:
    """What the route declared.

    Raises:
        BugError: nothing, or a contradiction. The application must not start.
    """
    name = f"{'/'.join(sorted(route.methods or ()))} {route.path}"
    if not isinstance(route.original_route, APIRoute):
        raise BugError(f"{name} is not an API route: nothing can check who calls it.")
    calls = [part.call for part in all_parts(route.dependant)]
    declared = [access for call in calls if isinstance(access := getattr(call, "access", None), Access)]
    if not declared:
        raise BugError(f"{name} declares no access.", cure="Declare requires(scope), signed_in() or public().")
    if any(access.is_public for access in declared) and len(declared) > 1:
        raise BugError(f"{name} is declared public and protected at once.")
    strictest = next((access for access in declared if access.scope is not None), declared[0])
    changing = (route.methods or set()) - _SAFE_METHODS
    if strictest.scope is not None and strictest.scope.endswith(":read"):
        writes = any(is_write_session(call) for call in calls)
        if changing - {"POST"} or (changing and writes):
            raise BugError(f"{name} changes something with the scope {strictest.scope}, which only lets one look.")
    return strictest


def check_routes(app: FastAPI) -> None:
    """Refuse an application that has a route without declared access.

    Raises:
        BugError: names the route.
    """
    for route in iter_route_contexts(app.routes):
        access_of(route)
