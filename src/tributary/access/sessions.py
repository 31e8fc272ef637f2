"""Browser sessions: login, resolving a cookie to a `Principal`, logout, changing the password.

The cookie is 256 random bits; the store keeps its SHA-256. A session ends after a time without requests, at a fixed
age, at logout, when the password changes elsewhere, when the user is deactivated or leaves the workspace.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from tributary.access.attempts import FORGET_AFTER, attempt_key, clear_attempts, count_attempt
from tributary.access.audit import audit, audit_anonymous
from tributary.access.codes import SignInCodes
from tributary.access.passwords import Passwords, check_new_password
from tributary.access.principal import Principal
from tributary.access.roles import scopes_of
from tributary.core.clock import Clock
from tributary.core.ids import new_id
from tributary.errors import Forbidden, NotFound, Unauthenticated
from tributary.store import Session, Store
from tributary.store.tables.access import LoginAttempts, LoginSession, Membership, User, Workspace

_BY_CODE = "\0code"  # under which attempts with one-time codes are counted; no e-mail address looks like it
_TOUCH_EVERY = timedelta(minutes=1)  # last_seen_at is not worth a write per request


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """`idle`: longest time between two requests. `absolute`: longest life of a session."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of a request before anybody is identified."""

    ip: str = ""
    user_agent: str = ""
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: `token` is for the cookie and exists nowhere else."""

    token: str
    expires_at: datetime
    principal: Principal


def hash_token(token: str) -> str:
    """SHA-256 (hex) of a session or API token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def normalise_email(email: str) -> str:
    """The form in which an account's address is kept and compared."""
    return email.strip().casefold()


def login(
    store: Store,
    clock: Clock,
    passwords: Passwords,
    policy: SessionPolicy,
    *,
    email: str,
    password: str,
    caller: Caller,
    replaces: str | None = None,
) -> SignedIn:
    """Check the password and begin a session; the one in the cookie `replaces` ends.

    An unknown account, a deactivated one and a wrong password get the same answer after the same work. It takes the
    store, not a session: a failure has to be counted although the call raises, and no transaction may stay open while
    the password is hashed.

    Raises:
        Unauthenticated: the account or the password is wrong.
        TooManyRequests: too many failures; `retry_after` seconds to wait.
    """
    account = normalise_email(email)
    key = attempt_key(account, caller.ip)
    with store.begin() as session:
        count_attempt(session, key, clock.now())
    with store.read() as session:
        user = session.execute(
            select(User.id, User.password_hash, User.is_active).where(User.email == account)
        ).one_or_none()
    known_hash = user.password_hash if user is not None and user.is_active else None
    is_right = passwords.verify(known_hash, password)
    new_hash = passwords.hash(password) if is_right and known_hash and passwords.needs_rehash(known_hash) else None
    with store.begin() as session:
        signed_in = None
        if user is not None and known_hash is not None and is_right:
            signed_in = begin_session(session, clock, policy, user.id, caller, checked_hash=known_hash)
        if signed_in is None:
            _record_failure(session, clock.now(), user.id if user is not None else "", caller)
        else:
            clear_attempts(session, key)
            if replaces is not None:
                session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_token(replaces)))
            if new_hash is not None:
                session.execute(
                    update(User).where(User.id == signed_in.principal.user_id).values(password_hash=new_hash)
                )
            audit(session, signed_in.principal, "user.logged_in", "user", signed_in.principal.user_id)
    if signed_in is None:
        raise Unauthenticated(
            "The e-mail address or the password is wrong.",
            cure="Check both. An owner can set a new password; so can `tributary user reset-password` on the server.",
        )
    return signed_in


def login_with_code(
    store: Store,
    clock: Clock,
    codes: SignInCodes,
    policy: SessionPolicy,
    *,
    code: str,
    caller: Caller,
    replaces: str | None = None,
) -> SignedIn:
    """Redeem a one-time code and begin a session; the one in the cookie `replaces` ends.

    Raises:
        Unauthenticated: the code is unknown, used or expired, or its user's account is closed.
        TooManyRequests: too many failures; `retry_after` seconds to wait.
    """
    key = attempt_key(_BY_CODE, caller.ip)
    with store.begin() as session:
        count_attempt(session, key, clock.now())
    try:
        user_id = codes.redeem(code, clock)
    except Unauthenticated:
        with store.begin() as session:
            _record_failure(session, clock.now(), "", caller)
        raise
    with store.begin() as session:
        signed_in = begin_session(session, clock, policy, user_id, caller)
        if signed_in is None:
            raise Unauthenticated("The account of this sign-in link is closed.", cure="Sign in with another one.")
        clear_attempts(session, key)
        if replaces is not None:
            session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_token(replaces)))
        audit(session, signed_in.principal, "user.logged_in", "user", user_id, {"by": "code"})
    return signed_in


def begin_session(
    session: Session,
    clock: Clock,
    policy: SessionPolicy,
    user_id: str,
    caller: Caller,
    *,
    checked_hash: str | None = None,
) -> SignedIn | None:
    """A new session of a user who has proved who they are. None when the account is closed or in no workspace.

    `checked_hash` is the password's hash that was checked; it is read again here, because the password may have been
    changed while the hash was computed. None: it was not the password that was checked.
    """
    query = (
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(User.id == user_id, User.is_active)
    )
    if checked_hash is not None:
        query = query.where(User.password_hash == checked_hash)
    found = session.execute(query.order_by(Membership.created_at, Membership.workspace_id).limit(1)).one_or_none()
    if found is None:
        return None
    user, membership = found
    now = clock.now()
    token = secrets.token_urlsafe(32)
    row = LoginSession(
        id=new_id("ses"),
        token_hash=hash_token(token),
        user_id=user.id,
        workspace_id=membership.workspace_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + policy.absolute,
        ip=caller.ip[:64],
        user_agent=caller.user_agent[:300],
    )
    session.add(row)
    locale = session.get_one(Workspace, membership.workspace_id).locale
    return SignedIn(token, row.expires_at, _principal(row, user, membership, locale, clock, caller))


def _record_failure(session: Session, now: datetime, user_id: str, caller: Caller) -> None:
    workspace_id = session.scalars(
        select(Membership.workspace_id)
        .where(Membership.user_id == user_id)
        .order_by(Membership.created_at, Membership.workspace_id)
        .limit(1)
    ).one_or_none()
    audit_anonymous(
        session,
        now,
        "user.login_failed",
        "user",
        user_id,
        workspace_id=workspace_id,
        request_id=caller.request_id,
        ip=caller.ip,
    )


def resolve_session(store: Store, clock: Clock, policy: SessionPolicy, token: str, caller: Caller) -> Principal:
    """Who the cookie belongs to. Roles are read each time, so that a change takes effect at the next request.

    Raises:
        Unauthenticated: there is no such session, or it has ended.
    """
    now = clock.now()
    with store.read() as session:
        found = session.execute(
            select(LoginSession, User, Membership, Workspace.locale)
            .join(User, User.id == LoginSession.user_id)
            .join(
                Membership,
                (Membership.user_id == LoginSession.user_id) & (Membership.workspace_id == LoginSession.workspace_id),
            )
            .join(Workspace, Workspace.id == Membership.workspace_id)
            .where(LoginSession.token_hash == hash_token(token), User.is_active)
        ).one_or_none()
        if found is None or now >= found[0].expires_at or now - found[0].last_seen_at >= policy.idle:
            raise Unauthenticated("The session has ended.", cure="Sign in again.")
        row, user, membership, locale = found
        session.expunge_all()  # what was read stays readable after the transaction
    if now - row.last_seen_at >= min(_TOUCH_EVERY, policy.idle / 4):
        with store.begin() as session:
            session.execute(update(LoginSession).where(LoginSession.id == row.id).values(last_seen_at=now))
    return _principal(row, user, membership, locale, clock, caller)


def _principal(
    row: LoginSession, user: User, membership: Membership, locale: str, clock: Clock, caller: Caller
) -> Principal:
    return Principal(
        workspace_id=membership.workspace_id,
        actor_id=user.id,
        actor_kind="user",
        role=membership.role,
        scopes=scopes_of(membership.role),
        name=user.name,
        user_id=user.id,
        session_id=row.id,
        request_id=caller.request_id,
        ip=caller.ip or None,
        locale=locale,
        clock=clock,
    )


def logout(session: Session, principal: Principal) -> None:
    """End the caller's session."""
    session.execute(delete(LoginSession).where(LoginSession.id == principal.session_id))
    audit(session, principal, "user.logged_out", "user", principal.actor_id)


def list_sessions(session: Session, principal: Principal) -> Sequence[LoginSession]:
    """The caller's own sessions that have not reached their age, newest first."""
    return session.scalars(
        select(LoginSession)
        .where(LoginSession.user_id == principal.actor_id, LoginSession.expires_at > principal.clock.now())
        .order_by(LoginSession.id.desc())
    ).all()


def end_session(session: Session, principal: Principal, session_id: str) -> None:
    """End one of the caller's own sessions.

    Raises:
        NotFound: the caller has no such session.
    """
    ended = session.execute(
        delete(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.user_id == principal.actor_id)
        .returning(LoginSession.id)
    ).all()
    if not ended:
        raise NotFound(f"You have no session {session_id!r}.", cure="List your sessions again.")
    audit(session, principal, "session.ended", "session", session_id)


def change_password(
    store: Store, clock: Clock, passwords: Passwords, principal: Principal, *, current: str, new: str
) -> None:
    """Set the caller's own password and end all of the caller's other sessions.

    Raises:
        Forbidden: the caller is a token, or the current password is wrong.
        InvalidRequest: the new password is too weak.
        TooManyRequests: too many wrong guesses.
    """
    require_user(principal)
    with store.begin() as session:
        key = attempt_key(principal.actor_id, principal.ip or "")
        count_attempt(session, key, clock.now())
        user = session.get_one(User, principal.actor_id)
        old_hash, email = user.password_hash, user.email
    if not passwords.verify(old_hash, current):
        raise Forbidden("The current password is wrong.", cure="Type the password that you sign in with.")
    check_new_password(new, email=email, path="body.new_password")
    new_hash = passwords.hash(new)
    with store.begin() as session:
        clear_attempts(session, key)
        store_password(session, principal.actor_id, new_hash, keep_session=principal.session_id)
        audit(session, principal, "user.password_changed", "user", principal.actor_id)


def store_password(session: Session, user_id: str, password_hash: str, *, keep_session: str | None = None) -> None:
    """Set a user's password hash and end the user's sessions, all but `keep_session`."""
    session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))
    session.execute(
        delete(LoginSession).where(LoginSession.user_id == user_id, LoginSession.id != (keep_session or ""))
    )


def require_user(principal: Principal) -> None:
    """Raise `Forbidden` unless a person in a browser session is calling."""
    if principal.actor_kind != "user" or principal.session_id is None:
        raise Forbidden("An API token cannot do this.", cure="Sign in as a user.")


def purge_ended(session: Session, now: datetime) -> int:
    """Delete sessions past their age and attempts nobody needs any more; the number of deleted rows."""
    sessions = session.execute(
        delete(LoginSession).where(LoginSession.expires_at <= now).returning(LoginSession.id)
    ).all()
    attempts = session.execute(
        delete(LoginAttempts).where(LoginAttempts.updated_at < now - FORGET_AFTER).returning(LoginAttempts.key)
    ).all()
    return len(sessions) + len(attempts)
