"""Users and their roles in a workspace; the first owner of a new installation."""

from __future__ import annotations

from collections.abc import Sequence

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select, update

from tributary.access.audit import audit
from tributary.access.passwords import Passwords, random_password
from tributary.access.principal import Principal, system_principal
from tributary.access.roles import check_role, scopes_of
from tributary.access.sessions import normalise_email, store_password
from tributary.access.workspaces import add_workspace
from tributary.core.clock import Clock
from tributary.core.ids import new_id
from tributary.errors import Conflict, Forbidden, InvalidRequest, NotFound
from tributary.store import Session
from tributary.store.tables.access import LoginSession, Membership, User, Workspace


def create_first_owner(
    session: Session,
    email: str,
    clock: Clock,
    *,
    passwords: Passwords | None = None,
    name: str = "Owner",
    workspace: str = "汇流",
    timezone: str = "Asia/Shanghai",
    locale: str = "zh",
    currency: str = "CNY",
) -> str:
    """The first user of an installation, with a random password, which is returned to be shown once.

    For the command line and the demo; people use `set_up`.

    Raises:
        Conflict: there is a user already.
        InvalidRequest: the address or one of the workspace's settings cannot be used.
    """
    password = random_password()
    password_hash = (passwords or Passwords()).hash(password)
    add_first_owner(
        session, clock, email=email, name=name, password_hash=password_hash, workspace=workspace, timezone=timezone,
        locale=locale, currency=currency,
    )  # fmt: skip
    return password


def add_first_owner(
    session: Session,
    clock: Clock,
    *,
    email: str,
    name: str,
    password_hash: str,
    workspace: str,
    timezone: str,
    locale: str,
    currency: str,
) -> tuple[User, Principal]:
    """The first user, owner of the first workspace, which is made unless there is one; and who acts: the installation.

    Raises:
        Conflict: there is a user already.
        InvalidRequest: the address or one of the workspace's settings cannot be used.
    """
    if session.scalar(select(User.id).limit(1)) is not None:
        raise already_set_up()
    found = session.scalars(select(Workspace).order_by(Workspace.id).limit(1)).one_or_none()
    home = found or add_workspace(session, clock, name=workspace, timezone=timezone, locale=locale, currency=currency)
    principal = system_principal(home.id, clock=clock)
    user = _add_account(session, clock, _checked_email(email), name, password_hash, locale)
    _join(session, principal, user, "owner")
    return user, principal


def already_set_up() -> Conflict:
    """What is said to everybody who comes second."""
    return Conflict(
        "This installation already has users.", cure="Sign in. An owner can add people; `tributary user` can, too."
    )


def add_member(
    session: Session,
    principal: Principal,
    passwords: Passwords,
    *,
    email: str,
    name: str,
    role: str,
    locale: str = "en",
) -> tuple[Membership, str | None]:
    """Give somebody a role in the caller's workspace, and an account if the address has none yet.

    The second value is the new account's random password, to be handed over once; None for an existing account.

    Raises:
        InvalidRequest: the address or the role is not one.
        Forbidden: the role can do more than the caller.
        Conflict: the person belongs to the workspace already.
    """
    _check_grant(principal, check_role(role))
    account = _checked_email(email)
    user = session.scalars(select(User).where(User.email == account)).one_or_none()
    password: str | None = None
    if user is None:
        password = random_password()
        user = _add_account(session, principal.clock, account, name, passwords.hash(password), locale)
    elif session.get(Membership, (user.id, principal.workspace_id)) is not None:
        raise Conflict(
            "This person belongs to the workspace already.", cure="Change the role instead.", path="body.email"
        )
    return _join(session, principal, user, role), password


def _add_account(session: Session, clock: Clock, account: str, name: str, password_hash: str, locale: str) -> User:
    user = User(
        id=new_id("usr"),
        email=account,
        name=name.strip() or account.partition("@")[0],
        password_hash=password_hash,
        is_active=True,
        locale=locale,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    return user


def _join(session: Session, principal: Principal, user: User, role: str) -> Membership:
    membership = Membership(
        user_id=user.id, workspace_id=principal.workspace_id, role=role, created_at=principal.clock.now()
    )
    session.add(membership)
    session.flush()
    audit(session, principal, "member.added", "user", user.id, {"role": role})
    return membership


def list_members(
    session: Session, workspace_id: int, *, after: str | None = None, limit: int = 50
) -> Sequence[tuple[User, Membership]]:
    """Who belongs to the workspace, in the order of their ids, those after the id `after`."""
    query = (
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace_id)
    )
    if after is not None:
        query = query.where(User.id > after)
    return [(user, membership) for user, membership in session.execute(query.order_by(User.id).limit(limit))]


def get_member(session: Session, workspace_id: int, user_id: str) -> tuple[User, Membership]:
    """One person and their role here.

    Raises:
        NotFound: nobody of the workspace has this id.
    """
    found = session.execute(
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.workspace_id == workspace_id, User.id == user_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no user {user_id!r} in this workspace.", cure="Check the id.")
    return found[0], found[1]


def change_role(session: Session, principal: Principal, user_id: str, role: str) -> tuple[User, Membership]:
    """Give a member another role. It takes effect at their next request.

    Raises:
        NotFound: nobody of the workspace has this id.
        Forbidden: the old or the new role can do more than the caller.
        Conflict: it would leave the workspace without an owner.
    """
    new = check_role(role)
    owners = _lock_owners(session, principal.workspace_id)
    user, membership = get_member(session, principal.workspace_id, user_id)
    _check_grant(principal, membership.role)
    _check_grant(principal, new)
    if new != "owner":
        _check_not_last(owners, user_id)
    if membership.role != new:
        audit(session, principal, "member.role_changed", "user", user_id, {"from": membership.role, "to": new})
        membership.role = new
    return user, membership


def remove_member(session: Session, principal: Principal, user_id: str) -> None:
    """Take somebody out of the workspace; their sessions here end, their tokens here stop working.

    Raises:
        NotFound: nobody of the workspace has this id.
        Forbidden: the person can do more than the caller.
        Conflict: it would leave the workspace without an owner.
    """
    owners = _lock_owners(session, principal.workspace_id)
    _, membership = get_member(session, principal.workspace_id, user_id)
    _check_grant(principal, membership.role)
    _check_not_last(owners, user_id)
    session.delete(membership)
    session.execute(
        delete(LoginSession).where(LoginSession.user_id == user_id, LoginSession.workspace_id == principal.workspace_id)
    )
    audit(session, principal, "member.removed", "user", user_id, {"role": membership.role})


def reset_password(session: Session, principal: Principal, passwords: Passwords, user_id: str) -> str:
    """A new random password for a member, to be handed over once; all of their sessions end.

    Whoever resets a password can sign in as that person, so every workspace of theirs must be the caller's to own.

    Raises:
        NotFound: nobody of the workspace has this id.
        Forbidden: the person also belongs to a workspace that the caller does not own, or the caller is a token.
    """
    get_member(session, principal.workspace_id, user_id)
    if principal.actor_kind != "system":
        theirs = set(session.scalars(select(Membership.workspace_id).where(Membership.user_id == user_id)))
        owned = set(
            session.scalars(
                select(Membership.workspace_id).where(
                    Membership.user_id == principal.user_id, Membership.role == "owner"
                )
            )
        )
        if principal.actor_kind != "user" or not theirs <= owned:
            raise Forbidden(
                "This person also works in workspaces that you do not own, so you cannot set their password.",
                cure="`tributary user reset-password` on the server can.",
            )
    password = random_password()
    store_password(session, user_id, passwords.hash(password))
    audit(session, principal, "user.password_reset", "user", user_id)
    return password


def find_user(session: Session, email: str) -> User:
    """The account with this address: for the command line.

    Raises:
        NotFound: there is none.
    """
    user = session.scalars(select(User).where(User.email == normalise_email(email))).one_or_none()
    if user is None:
        raise NotFound("There is no user with this e-mail address.", cure="`tributary user list` shows them.")
    return user


def set_active(session: Session, principal: Principal, user_id: str, *, is_active: bool) -> None:
    """Close or reopen an account in all workspaces: for the command line. Closing ends its sessions and tokens' use."""
    session.execute(update(User).where(User.id == user_id).values(is_active=is_active))
    if not is_active:
        session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))
    audit(session, principal, "user.activated" if is_active else "user.deactivated", "user", user_id)


def _checked_email(email: str) -> str:
    try:
        validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as exc:
        raise InvalidRequest(
            f"This is not an e-mail address: {exc}", cure="Check it for typing mistakes.", path="body.email"
        ) from None
    return normalise_email(email)


def _check_grant(principal: Principal, role: str) -> None:
    missing = scopes_of(role) - principal.scopes
    if missing:
        raise Forbidden(
            f"The role {role} can do more than you can: {min(missing)}, for example.",
            cure="Ask somebody who holds that role.",
        )


def _lock_owners(session: Session, workspace_id: int) -> list[str]:
    # Locked, so that two owners who demote each other at the same moment do not both succeed.
    return list(
        session.scalars(
            select(Membership.user_id)
            .where(Membership.workspace_id == workspace_id, Membership.role == "owner")
            .order_by(Membership.user_id)
            .with_for_update()
        )
    )


def _check_not_last(owners: list[str], user_id: str) -> None:
    if owners == [user_id]:
        raise Conflict("This is the last owner of the workspace.", cure="Make somebody else an owner first.")
