"""API tokens: keys for programs, bound to one workspace and to a subset of what their creator may do.

A token acts with its scopes cut down to those its creator holds *now*: whoever loses a role, or the account, takes
the reach of their tokens along.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from tributary.access.audit import audit
from tributary.access.principal import Principal
from tributary.access.roles import check_scopes, scopes_of
from tributary.access.sessions import Caller, hash_token
from tributary.core.clock import Clock
from tributary.core.ids import new_id
from tributary.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from tributary.store import Session, Store
from tributary.store.tables.access import ApiToken, Membership, User, Workspace

TOKEN_START = "trb_"  # noqa: S105 (what tokens begin with, so that secret scanners and people recognise them)
_TOUCH_EVERY = timedelta(minutes=1)


def create_token(
    session: Session, principal: Principal, *, name: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Create a token in the caller's workspace: its row, and the secret text, which is kept nowhere.

    Raises:
        InvalidRequest: no name, no scope, an unknown one, or an expiry in the past.
        Forbidden: the caller lacks one of the scopes, or is nobody in particular.
    """
    wanted = check_scopes(scopes)
    if not name.strip():
        raise InvalidRequest("The token needs a name.", cure="Name the program that will use it.", path="body.name")
    if not principal.user_id:
        raise Forbidden("A token needs a user who answers for it.", cure="Create it as a user.")
    missing = sorted(wanted - principal.scopes)
    if missing:
        raise Forbidden(
            f"You cannot give a token the scope {missing[0]}, because you do not hold it.",
            cure="Choose among your own scopes, or ask an owner to create the token.",
            scope=missing[0],
        )
    now = principal.clock.now()
    if expires_at is not None and expires_at <= now:
        raise InvalidRequest("The expiry is in the past.", cure="Choose a later time.", path="body.expires_at")
    text = TOKEN_START + secrets.token_urlsafe(32)
    token = ApiToken(
        id=new_id("tok"),
        workspace_id=principal.workspace_id,
        name=name.strip(),
        token_hash=hash_token(text),
        prefix=text[:10],
        scopes=sorted(wanted),
        created_by=principal.user_id,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    audit(session, principal, "token.created", "token", token.id, {"name": token.name, "scopes": token.scopes})
    return token, text


def list_tokens(
    session: Session, workspace_id: int, *, before: str | None = None, limit: int = 50
) -> Sequence[ApiToken]:
    """The workspace's tokens, newest first, revoked ones included."""
    query = select(ApiToken).where(ApiToken.workspace_id == workspace_id)
    if before is not None:
        query = query.where(ApiToken.id < before)
    return session.scalars(query.order_by(ApiToken.id.desc()).limit(limit)).all()


def revoke_token(session: Session, principal: Principal, token_id: str) -> ApiToken:
    """Revoke a token of the caller's workspace; again is no error.

    Raises:
        NotFound: there is no such token here.
    """
    token = session.scalars(
        select(ApiToken).where(ApiToken.id == token_id, ApiToken.workspace_id == principal.workspace_id)
    ).one_or_none()
    if token is None:
        raise NotFound(f"There is no token {token_id!r} in this workspace.", cure="Check the id.")
    if token.revoked_at is None:
        token.revoked_at = principal.clock.now()
        audit(session, principal, "token.revoked", "token", token.id, {"name": token.name})
    return token


def resolve_token(store: Store, clock: Clock, text: str, caller: Caller) -> Principal:
    """Who a bearer token stands for.

    Raises:
        Unauthenticated: there is no such token, or it has expired or been revoked, or its creator has gone.
    """
    now = clock.now()
    with store.read() as session:
        found = session.execute(
            select(ApiToken, Membership.role, Workspace.locale)
            .join(User, User.id == ApiToken.created_by)
            .join(
                Membership,
                (Membership.user_id == ApiToken.created_by) & (Membership.workspace_id == ApiToken.workspace_id),
            )
            .join(Workspace, Workspace.id == ApiToken.workspace_id)
            .where(ApiToken.token_hash == hash_token(text), ApiToken.revoked_at.is_(None), User.is_active)
        ).one_or_none()
        if found is None or (found[0].expires_at is not None and found[0].expires_at <= now):
            raise Unauthenticated(
                "The API token is not valid.",
                cure="It may be mistyped, expired or revoked, or its creator has left: create a new one.",
            )
        token, role, locale = found
        session.expunge_all()  # what was read stays readable after the transaction
    if token.last_used_at is None or now - token.last_used_at >= _TOUCH_EVERY:
        with store.begin() as session:
            session.execute(update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=now))
    return Principal(
        workspace_id=token.workspace_id,
        actor_id=token.id,
        actor_kind="token",
        role="token",
        scopes=frozenset(token.scopes) & scopes_of(role),
        name=token.name,
        user_id=token.created_by,
        request_id=caller.request_id,
        ip=caller.ip or None,
        locale=locale,
        clock=clock,
    )
