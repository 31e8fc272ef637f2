"""Who belongs to the workspace, its API tokens, and its audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from tributary import access
from tributary.access import Principal
from tributary.api.audit_texts import Told, tell
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.locale import LocaleDep
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.problems import problems
from tributary.core.ids import encode_int
from tributary.store.tables.access import ApiToken, AuditEntry, Membership, User

router = APIRouter()

UserReader = Annotated[Principal, requires("users:read")]
UserWriter = Annotated[Principal, requires("users:write")]
TokenReader = Annotated[Principal, requires("tokens:read")]
TokenWriter = Annotated[Principal, requires("tokens:write")]
RoleName = Literal["owner", "engineer", "marketer", "analyst", "viewer"]


class WorkspaceUserOut(BaseModel):
    """A person of this workspace."""

    id: str
    email: str
    name: str
    role: str
    is_active: bool
    locale: str
    joined_at: datetime


class UserCreate(Body):
    """Whom to add, and as what."""

    email: str = Field(max_length=254)
    name: str = Field(default="", max_length=100)
    role: RoleName
    locale: Literal["zh", "en"] = "zh"


class UserCreated(WorkspaceUserOut):
    """The added person."""

    password: str | None = Field(
        description="The new account's password, shown this once; null when the person had an account already."
    )


class RoleChange(Body):
    """The new role."""

    role: RoleName


class NewPassword(BaseModel):
    """A password that is shown this once."""

    password: str


class TokenOut(BaseModel):
    """An API token, without its secret. `prefix` is how it begins."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenCreate(Body):
    """What the token is for, what it may do, and until when."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(min_length=1, max_length=100)
    expires_at: AwareDatetime | None = None


class TokenCreated(TokenOut):
    """The new token."""

    token: str = Field(description="The secret, shown this once: `Authorization: Bearer <token>`.")


class AuditOut(BaseModel):
    """Who did what to which thing. `actor_name` and `text` together are a sentence."""

    id: str
    at: datetime
    actor_id: str
    actor_kind: Literal["user", "token", "system"]
    actor_name: str
    action: str
    text: str = Field(description="What was done, in words.")
    target_type: str
    target_id: str
    target_name: str | None
    details: dict[str, Any]
    request_id: str | None
    ip: str | None


@router.get("/users", operation_id="list_users", summary="People of the workspace", tags=["users"])
def list_users(caller: UserReader, session: ReadSession, page: PageQuery) -> Page[WorkspaceUserOut]:
    """Everybody with a role here, in the order in which their accounts were made."""
    rows = access.list_members(session, caller.workspace_id, after=page.after_text(), limit=page.limit + 1)
    return page_of(rows, page, lambda row: _user_out(*row), lambda row: (row[0].id,))


@router.post(
    "/users",
    operation_id="create_user",
    summary="Add a person",
    status_code=201,
    responses=problems(400, 409),
    tags=["users"],
)
def create_user(caller: UserWriter, body: UserCreate, session: WriteSession, context: ContextDep) -> UserCreated:
    """Gives somebody a role here, and an account with a random password if they have none."""
    membership, password = access.add_member(
        session, caller, context.passwords, email=body.email, name=body.name, role=body.role, locale=body.locale
    )
    user, _ = access.get_member(session, caller.workspace_id, membership.user_id)
    return UserCreated(**_user_out(user, membership).model_dump(), password=password)


@router.get("/users/{user_id}", operation_id="get_user", summary="One person", responses=problems(404), tags=["users"])
def get_user(user_id: str, caller: UserReader, session: ReadSession) -> WorkspaceUserOut:
    """A person of this workspace."""
    return _user_out(*access.get_member(session, caller.workspace_id, user_id))


@router.patch(
    "/users/{user_id}",
    operation_id="change_user_role",
    summary="Change a role",
    responses=problems(404, 409),
    tags=["users"],
)
def change_user_role(user_id: str, caller: UserWriter, body: RoleChange, session: WriteSession) -> WorkspaceUserOut:
    """Takes effect at the person's next request. The last owner keeps the role."""
    return _user_out(*access.change_role(session, caller, user_id, body.role))


@router.delete(
    "/users/{user_id}",
    operation_id="remove_user",
    summary="Remove a person",
    status_code=204,
    responses=problems(404, 409),
    tags=["users"],
)
def remove_user(user_id: str, caller: UserWriter, session: WriteSession) -> None:
    """Takes the person out of this workspace; the account stays. The last owner cannot be removed."""
    access.remove_member(session, caller, user_id)


@router.post(
    "/users/{user_id}/password",
    operation_id="reset_user_password",
    summary="Reset a password",
    responses=problems(404),
    tags=["users"],
)
def reset_user_password(user_id: str, caller: UserWriter, session: WriteSession, context: ContextDep) -> NewPassword:
    """A new random password, shown this once; the person's sessions end."""
    return NewPassword(password=access.reset_password(session, caller, context.passwords, user_id))


@router.get("/tokens", operation_id="list_tokens", summary="API tokens", tags=["tokens"])
def list_tokens(caller: TokenReader, session: ReadSession, page: PageQuery) -> Page[TokenOut]:
    """The workspace's tokens, newest first, revoked ones included. Secrets are never shown again."""
    rows = access.list_tokens(session, caller.workspace_id, before=page.after_text(), limit=page.limit + 1)
    return page_of(rows, page, _token_out, lambda row: (row.id,))


@router.post(
    "/tokens",
    operation_id="create_token",
    summary="Create an API token",
    status_code=201,
    responses=problems(400),
    tags=["tokens"],
)
def create_token(caller: TokenWriter, body: TokenCreate, session: WriteSession) -> TokenCreated:
    """A key for a program. It can hold no scope that the caller does not hold."""
    row, text = access.create_token(session, caller, name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    return TokenCreated(**_token_out(row).model_dump(), token=text)


@router.delete(
    "/tokens/{token_id}",
    operation_id="revoke_token",
    summary="Revoke an API token",
    status_code=204,
    responses=problems(404),
    tags=["tokens"],
)
def revoke_token(token_id: str, caller: TokenWriter, session: WriteSession) -> None:
    """The token stops working at once."""
    access.revoke_token(session, caller, token_id)


@router.get("/audit", operation_id="list_audit", summary="The audit log", tags=["audit"])
def list_audit(
    caller: Annotated[Principal, requires("audit:read")],
    session: ReadSession,
    page: PageQuery,
    locale: LocaleDep,
    action: Annotated[
        str | None, Query(max_length=64, description="An action, or with a dot at the end all that begin so.")
    ] = None,
    actor_id: Annotated[str | None, Query(max_length=40, description="Only what this user or token did.")] = None,
    target_id: Annotated[str | None, Query(max_length=64, description="Only what was done to this thing.")] = None,
) -> Page[AuditOut]:
    """What was done in this workspace, newest first."""
    rows = access.list_audit(
        session,
        caller.workspace_id,
        before=page.after_int(),
        limit=page.limit + 1,
        action=action,
        actor_id=actor_id,
        target_id=target_id,
    )
    told = tell(session, rows, locale)
    return page_of(rows, page, lambda row: _audit_out(row, told[row.id]), lambda row: (row.id,))


def _user_out(user: User, membership: Membership) -> WorkspaceUserOut:
    return WorkspaceUserOut(
        id=user.id,
        email=user.email,
        name=user.name,
        role=membership.role,
        is_active=user.is_active,
        locale=user.locale,
        joined_at=membership.created_at,
    )


def _token_out(row: ApiToken) -> TokenOut:
    return TokenOut.model_validate(row, from_attributes=True)


def _audit_out(row: AuditEntry, told: Told) -> AuditOut:
    words = {"actor_name": told.actor, "text": told.text, "target_name": told.target}
    return AuditOut.model_validate({**vars(row), **words, "id": encode_int("log", row.id)})
