"""What a browser asks before anybody is signed in: where it is, the first owner, and one-time sign-in links."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import select

from tributary import access
from tributary.api.access import Me, begin_session
from tributary.api.auth import COOKIE, caller_of, check_origin, public, session_policy
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession
from tributary.api.locale import as_locale, preferred_locale
from tributary.api.problems import problems
from tributary.store.tables.access import Workspace

router = APIRouter(tags=["access"], dependencies=[public()])

Locale = Literal["zh", "en"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_CURRENCIES = {"zh": "CNY", "en": "USD"}


class Bootstrap(BaseModel):
    """What the page needs to know to begin. Everybody may read it."""

    version: str
    is_set_up: bool = Field(description="Whether there is an owner; if not, `POST /api/v1/setup` makes one.")
    locale: Locale = Field(description="The first workspace's language; before there is one, the browser's.")
    timezone: str = Field(description="The first workspace's time zone: an IANA name.")
    is_demo: bool = Field(description="Whether everything in here is made up.")
    collector_url: str = Field(description="Where events are sent.")


class Setup(Body):
    """The first owner and the first workspace."""

    code: str = Field(max_length=200, description="What the server printed at its last start.")
    email: str = Field(max_length=254)
    name: Name
    password: str = Field(max_length=1000)
    workspace_name: Name
    locale: Locale = "zh"
    timezone: str = Field(default="Asia/Shanghai", max_length=64)
    currency: str | None = Field(
        default=None, max_length=3, description="ISO 4217; by default CNY in Chinese, else USD."
    )


class SignInCode(Body):
    """A one-time code."""

    code: str = Field(max_length=200)


@router.get("/bootstrap", operation_id="get_bootstrap", summary="Where am I")
def get_bootstrap(
    context: ContextDep, session: ReadSession, accept_language: Annotated[str | None, Header()] = None
) -> Bootstrap:
    """Facts about this installation for a browser that has not signed in yet."""
    home = session.scalars(select(Workspace).order_by(Workspace.id).limit(1)).one_or_none()
    return Bootstrap(
        version=version("tributary"),
        is_set_up=access.is_set_up(session),
        locale=as_locale(home.locale) if home else preferred_locale(accept_language, "zh"),
        timezone=home.timezone if home else "Asia/Shanghai",
        is_demo=context.is_demo,
        collector_url=context.settings.collector_url,
    )


@router.post("/setup", operation_id="set_up", summary="Create the first owner", responses=problems(400, 403, 409, 429))
def set_up(body: Setup, request: Request, response: Response, context: ContextDep) -> Me:
    """Creates the first owner and workspace and signs the owner in. Possible once, with the code the server printed."""
    check_origin(request, context, needs_proof=False)
    signed = access.set_up(
        context.store,
        context.clock,
        context.passwords,
        session_policy(context),
        code_file=context.settings.setup_code_file,
        code=body.code,
        email=body.email,
        name=body.name,
        password=body.password,
        workspace=body.workspace_name,
        locale=body.locale,
        timezone=body.timezone,
        currency=body.currency or _CURRENCIES[body.locale],
        caller=caller_of(request),
    )
    return begin_session(signed, request, response, context)


@router.post(
    "/login/code", operation_id="login_with_code", summary="Sign in by a link", responses=problems(401, 403, 429)
)
def login_with_code(body: SignInCode, request: Request, response: Response, context: ContextDep) -> Me:
    """Begins a session with the one-time code of a link that the demo printed."""
    check_origin(request, context, needs_proof=False)
    signed = access.login_with_code(
        context.store,
        context.clock,
        context.sign_in_codes,
        session_policy(context),
        code=body.code,
        caller=caller_of(request),
        replaces=request.cookies.get(COOKIE),
    )
    return begin_session(signed, request, response, context)
