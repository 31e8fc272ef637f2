"""Signing in and out, one's own account, and the workspaces one works in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from tributary import access
from tributary.access import Principal, SignedIn
from tributary.api.auth import (
    COOKIE,
    caller_of,
    check_origin,
    is_https,
    public,
    requires,
    session_policy,
    signed_in,
)
from tributary.api.body import Body
from tributary.api.context import Context, ContextDep, ReadSession, WriteSession
from tributary.api.locale import Text
from tributary.api.problems import problems
from tributary.core.ids import decode_workspace_id, encode_workspace_id
from tributary.store.tables.access import LoginSession, Workspace

router = APIRouter(tags=["access"])

Anyone = Annotated[Principal, signed_in()]
Owner = Annotated[Principal, requires("workspace:write")]
Locale = Literal["zh", "en"]


class Credentials(Body):
    """Who signs in."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=1000)


class PasswordChange(Body):
    """The present password and the one that replaces it."""

    current_password: str = Field(max_length=1000)
    new_password: str = Field(max_length=1000)


class WorkspaceOut(BaseModel):
    """A workspace. `role` is the caller's in it."""

    id: str
    name: str
    timezone: str = Field(description="IANA name, such as Asia/Shanghai.")
    locale: str
    currency: str = Field(description="ISO 4217.")
    role: str
    created_at: datetime


class WorkspaceList(BaseModel):
    """Every workspace that the caller can enter."""

    items: list[WorkspaceOut]


class WorkspaceCreate(Body):
    """A new workspace."""

    name: str = Field(min_length=1, max_length=100)
    timezone: str = Field(default="Asia/Shanghai", max_length=64)
    locale: Locale = "zh"
    currency: str = Field(default="CNY", max_length=3)


class WorkspaceUpdate(Body):
    """What to change; what is absent stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    timezone: str | None = Field(default=None, max_length=64)
    locale: Locale | None = None
    currency: str | None = Field(default=None, max_length=3)


class Me(BaseModel):
    """The caller: a user in a browser session, or an API token."""

    kind: Literal["user", "token", "system"]
    id: str
    name: str
    role: str
    scopes: list[str]
    workspace: WorkspaceOut


class SessionOut(BaseModel):
    """One signed-in browser."""

    id: str
    is_current: bool
    ip: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class SessionList(BaseModel):
    """The caller's sessions, newest first."""

    items: list[SessionOut]


class RoleOut(BaseModel):
    """A role and what it may do."""

    name: str
    title: Text = Field(description="What people call it.")
    description: Text
    scopes: list[str]


class RoleList(BaseModel):
    """Every role, the most powerful first, and what each scope allows."""

    items: list[RoleOut]
    scopes: dict[str, Text]


@router.post(
    "/login",
    operation_id="login",
    summary="Sign in",
    dependencies=[public()],
    responses=problems(401, 403, 429),
)
def login(body: Credentials, request: Request, response: Response, context: ContextDep) -> Me:
    """Begins a session and sets its cookie. Failures are slowed down per account and address."""
    check_origin(request, context, needs_proof=False)
    signed = access.login(
        context.store,
        context.clock,
        context.passwords,
        session_policy(context),
        email=body.email,
        password=body.password,
        caller=caller_of(request),
        replaces=request.cookies.get(COOKIE),
    )
    return begin_session(signed, request, response, context)


@router.post("/logout", operation_id="logout", summary="Sign out", status_code=204)
def logout(caller: Anyone, session: WriteSession, response: Response, context: ContextDep) -> None:
    """Ends the session on the server and removes the cookie."""
    access.logout(session, caller)
    response.delete_cookie(COOKIE, path=_cookie_path(context), httponly=True, samesite="lax")


@router.get("/me", operation_id="get_me", summary="Who am I")
def get_me(caller: Anyone, session: ReadSession) -> Me:
    """The caller, its scopes, and the workspace it works in now."""
    return _me(caller, access.get_workspace(session, caller.workspace_id))


@router.put(
    "/me/password",
    operation_id="change_password",
    summary="Change my password",
    status_code=204,
    responses=problems(400, 429),
)
def change_password(caller: Anyone, body: PasswordChange, context: ContextDep) -> None:
    """Sets the caller's password and ends all of their other sessions."""
    access.change_password(
        context.store,
        context.clock,
        context.passwords,
        caller,
        current=body.current_password,
        new=body.new_password,
    )


@router.get("/me/sessions", operation_id="list_my_sessions", summary="Where am I signed in")
def list_my_sessions(caller: Anyone, session: ReadSession) -> SessionList:
    """The caller's own sessions."""
    return SessionList(items=[_session_out(row, caller) for row in access.list_sessions(session, caller)])


@router.delete(
    "/me/sessions/{session_id}",
    operation_id="end_my_session",
    summary="Sign out elsewhere",
    status_code=204,
    responses=problems(404),
)
def end_my_session(session_id: str, caller: Anyone, session: WriteSession) -> None:
    """Ends one of the caller's own sessions at once."""
    access.end_session(session, caller, session_id)


@router.get("/roles", operation_id="list_roles", summary="Roles and their scopes")
def list_roles(_caller: Anyone) -> RoleList:
    """The fixed table of roles and scopes."""
    return RoleList(
        items=[
            RoleOut(
                name=name,
                title=access.ROLE_TEXTS[name][0],
                description=access.ROLE_TEXTS[name][1],
                scopes=sorted(scopes),
            )
            for name, scopes in access.ROLE_SCOPES.items()
        ],
        scopes=access.SCOPES,
    )


@router.get("/workspaces", operation_id="list_workspaces", summary="My workspaces")
def list_workspaces(caller: Anyone, session: ReadSession) -> WorkspaceList:
    """Every workspace that the caller belongs to."""
    return WorkspaceList(
        items=[_workspace_out(workspace, role) for workspace, role in access.list_workspaces(session, caller)]
    )


@router.post(
    "/workspaces",
    operation_id="create_workspace",
    summary="Create a workspace",
    status_code=201,
    responses=problems(400),
)
def create_workspace(caller: Owner, body: WorkspaceCreate, session: WriteSession) -> WorkspaceOut:
    """A new, empty workspace, owned by the caller. The session stays where it is."""
    workspace = access.create_workspace(
        session, caller, name=body.name, timezone=body.timezone, locale=body.locale, currency=body.currency
    )
    return _workspace_out(workspace, "owner")


@router.get("/workspaces/current", operation_id="get_current_workspace", summary="The workspace I work in")
def get_current_workspace(
    caller: Annotated[Principal, requires("workspace:read")], session: ReadSession
) -> WorkspaceOut:
    """The caller's active workspace."""
    return _workspace_out(access.get_workspace(session, caller.workspace_id), caller.role)


@router.patch(
    "/workspaces/current",
    operation_id="update_current_workspace",
    summary="Change the workspace",
    responses=problems(400),
)
def update_current_workspace(caller: Owner, body: WorkspaceUpdate, session: WriteSession) -> WorkspaceOut:
    """Changes name, time zone, locale or currency of the caller's active workspace."""
    workspace = access.update_workspace(
        session, caller, name=body.name, timezone=body.timezone, locale=body.locale, currency=body.currency
    )
    return _workspace_out(workspace, caller.role)


@router.post(
    "/workspaces/{workspace_id}/enter",
    operation_id="enter_workspace",
    summary="Work in another workspace",
    responses=problems(404),
)
def enter_workspace(workspace_id: str, caller: Anyone, session: WriteSession) -> WorkspaceOut:
    """Makes it the active workspace of this session. Only the caller's own workspaces can be entered."""
    wanted = decode_workspace_id(workspace_id)
    workspace = access.switch_workspace(session, caller, wanted)
    role = next(role for found, role in access.list_workspaces(session, caller) if found.id == wanted)
    return _workspace_out(workspace, role)


def begin_session(signed: SignedIn, request: Request, response: Response, context: Context) -> Me:
    """Give the browser the cookie of a new session, and the answer of every way to sign in."""
    response.set_cookie(
        COOKIE,
        signed.token,
        max_age=int((signed.expires_at - context.clock.now()).total_seconds()),
        path=_cookie_path(context),
        secure=is_https(request, context),
        httponly=True,
        samesite="lax",
    )
    with context.store.read() as session:
        return _me(signed.principal, access.get_workspace(session, signed.principal.workspace_id))


def _cookie_path(context: Context) -> str:
    """Not the cookie of other sites of the same host, and not for them."""
    return context.settings.base_path.rstrip("/") or "/"


def _me(principal: Principal, workspace: Workspace) -> Me:
    return Me(
        kind=principal.actor_kind,
        id=principal.actor_id,
        name=principal.name,
        role=principal.role,
        scopes=sorted(principal.scopes),
        workspace=_workspace_out(workspace, principal.role),
    )


def _workspace_out(workspace: Workspace, role: str) -> WorkspaceOut:
    return WorkspaceOut(
        id=encode_workspace_id(workspace.id),
        name=workspace.name,
        timezone=workspace.timezone,
        locale=workspace.locale,
        currency=workspace.currency,
        role=role,
        created_at=workspace.created_at,
    )


def _session_out(row: LoginSession, caller: Principal) -> SessionOut:
    return SessionOut(
        id=row.id,
        is_current=row.id == caller.session_id,
        ip=row.ip,
        user_agent=row.user_agent,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
    )
