"""Workspaces: the tenants. A user may belong to several and works in one at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zoneinfo import available_timezones

from sqlalchemy import select, update

from tributary.access.audit import audit
from tributary.access.principal import Principal
from tributary.access.sessions import require_user
from tributary.core.clock import Clock
from tributary.core.ids import encode_workspace_id
from tributary.errors import InvalidRequest, NotFound
from tributary.store import Session
from tributary.store.tables.access import LoginSession, Membership, Workspace

LOCALES = ("zh", "en")


def add_workspace(
    session: Session, clock: Clock, *, name: str, timezone: str = "UTC", locale: str = "en", currency: str = "USD"
) -> Workspace:
    """A new workspace with nobody in it: for the command line and the demo. `create_workspace` is for people.

    Raises:
        InvalidRequest: the name is empty, or the time zone, locale or currency is unknown.
    """
    workspace = Workspace(
        name=_checked_name(name),
        timezone=_checked_timezone(timezone),
        locale=_checked_locale(locale),
        currency=_checked_currency(currency),
        created_at=clock.now(),
    )
    session.add(workspace)
    session.flush()
    return workspace


def create_workspace(
    session: Session, principal: Principal, *, name: str, timezone: str, locale: str, currency: str
) -> Workspace:
    """A new workspace whose owner is the calling user.

    Raises:
        InvalidRequest: see `add_workspace`.
        Forbidden: the caller is a token.
    """
    require_user(principal)
    workspace = add_workspace(session, principal.clock, name=name, timezone=timezone, locale=locale, currency=currency)
    session.add(
        Membership(user_id=principal.user_id, workspace_id=workspace.id, role="owner", created_at=principal.clock.now())
    )
    audit(session, principal, "workspace.created", "workspace", encode_workspace_id(workspace.id))
    return workspace


def get_workspace(session: Session, workspace_id: int) -> Workspace:
    """The workspace.

    Raises:
        NotFound: there is none with this id.
    """
    workspace = session.get(Workspace, workspace_id)
    if workspace is None:
        raise _no_workspace(workspace_id)
    return workspace


def list_workspaces(session: Session, principal: Principal) -> Sequence[tuple[Workspace, str]]:
    """The workspaces that the caller can enter, with the role there: the user's all, or the token's one."""
    if principal.actor_kind != "user":
        return [(get_workspace(session, principal.workspace_id), principal.role)]
    rows = session.execute(
        select(Workspace, Membership.role)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.user_id == principal.user_id)
        .order_by(Workspace.id)
    )
    return [(workspace, role) for workspace, role in rows]


def update_workspace(
    session: Session,
    principal: Principal,
    *,
    name: str | None = None,
    timezone: str | None = None,
    locale: str | None = None,
    currency: str | None = None,
) -> Workspace:
    """Change the caller's workspace; None leaves a field as it is.

    Raises:
        InvalidRequest: see `add_workspace`.
    """
    workspace = get_workspace(session, principal.workspace_id)
    changes = {
        "name": None if name is None else _checked_name(name),
        "timezone": None if timezone is None else _checked_timezone(timezone),
        "locale": None if locale is None else _checked_locale(locale),
        "currency": None if currency is None else _checked_currency(currency),
    }
    changed = {
        field: value for field, value in changes.items() if value is not None and value != getattr(workspace, field)
    }
    for field, value in changed.items():
        setattr(workspace, field, value)
    if changed:
        audit(session, principal, "workspace.updated", "workspace", encode_workspace_id(workspace.id), dict(changed))
    return workspace


def switch_workspace(session: Session, principal: Principal, workspace_id: int) -> Workspace:
    """Make another of the user's workspaces the one this session works in.

    Raises:
        NotFound: the user does not belong to it.
        Forbidden: the caller is a token, which belongs to one workspace.
    """
    require_user(principal)
    if session.get(Membership, (principal.user_id, workspace_id)) is None:
        raise _no_workspace(workspace_id)
    session.execute(
        update(LoginSession).where(LoginSession.id == principal.session_id).values(workspace_id=workspace_id)
    )
    audit(session, principal, "workspace.entered", "workspace", encode_workspace_id(workspace_id))
    return get_workspace(session, workspace_id)


def _no_workspace(workspace_id: int) -> NotFound:
    return NotFound(
        f"There is no workspace {encode_workspace_id(workspace_id)!r} that you belong to.", cure="Check the id."
    )


def _checked_name(name: str) -> str:
    if not name.strip():
        raise InvalidRequest("The workspace needs a name.", cure="Give it a name.", path="body.name")
    return name.strip()


def _checked_timezone(timezone: str) -> str:
    if timezone not in available_timezones():
        raise InvalidRequest(
            f"There is no time zone {timezone!r}.",
            cure="Use an IANA name such as Asia/Shanghai or Europe/Berlin.",
            path="body.timezone",
        )
    return timezone


def _checked_locale(locale: str) -> str:
    if locale not in LOCALES:
        raise InvalidRequest(
            f"The locale {locale!r} is not supported.", cure=f"Use one of {', '.join(LOCALES)}.", path="body.locale"
        )
    return locale


def _checked_currency(currency: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise InvalidRequest(
            f"{currency!r} is not a currency code.",
            cure="Use three capital letters (ISO 4217), such as CNY or EUR.",
            path="body.currency",
        )
    return currency
