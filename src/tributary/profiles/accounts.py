"""Accounts: the companies, households and teams that people belong to, as `group` events make them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, func, or_, select

from tributary.errors import NotFound
from tributary.profiles.mask import mask_text
from tributary.store import Session
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import Group, GroupMember

ACCOUNT = "account"  # the kind of an account that says nothing else of itself
_OF_ONE_NAME = frozenset({"household", "family", "家庭", "住户"})  # called after people, as a company is not
_decode = msgspec.json.Decoder(dict[str, list[Any]]).decode


@dataclass(frozen=True, slots=True)
class Account:
    """An account under the id that events give it. `people` counts the persons who belong to it."""

    id: str
    kind: str
    traits: dict[str, Any]
    people: int
    first_seen: datetime
    last_seen: datetime

    @property
    def is_household(self) -> bool:
        """Its traits are those of the people in it."""
        return _is_household(self.kind)


@dataclass(frozen=True, slots=True)
class Member:
    """A person of an account, and since when."""

    profile_id: int
    since: datetime


def list_accounts(
    session: Session,
    workspace_id: int,
    *,
    search: str = "",
    by_name: bool = False,
    kind: str = "",
    after: str | None = None,
    limit: int,
) -> list[Account]:
    """Accounts by id. `search` is how an id begins, or a name if `by_name`, without regard to case in ASCII."""
    query = select(Group).where(Group.workspace_id == workspace_id)
    if after is not None:
        query = query.where(Group.group_id > after)
    if kind:
        query = query.where(Group.kind == kind)
    if search:
        begins = Group.group_id.istartswith(search, autoescape=True)
        name = msgspec.json.encode(search).decode()[1:-1]  # as it stands in the traits, which are JSON
        called = Group.traits.icontains(f'"name":["{name}', autoescape=True)
        query = query.where(or_(begins, called) if by_name else begins)
    return _accounts(session, workspace_id, query.order_by(Group.group_id).limit(limit))


def get_account(session: Session, workspace_id: int, account_id: str) -> Account:
    """One account.

    Raises:
        NotFound: the workspace has no account of this id.
    """
    query = select(Group).where(Group.workspace_id == workspace_id, Group.group_id == account_id)
    for found in _accounts(session, workspace_id, query):
        return found
    raise NotFound("There is no account with this id in this workspace.", cure="Check the id.")


def account_kinds(session: Session, workspace_id: int) -> dict[str, int]:
    """How many accounts there are of each kind, the commonest first."""
    query = (
        select(Group.kind, func.count())
        .where(Group.workspace_id == workspace_id)
        .group_by(Group.kind)
        .order_by(func.count().desc(), Group.kind)
    )
    return {str(kind): int(count) for kind, count in session.execute(query)}


def members_of(
    session: Session, workspace_id: int, account_id: str, *, after: int | None = None, limit: int
) -> list[Member]:
    """The people of an account, by profile id."""
    query = (
        select(Identifier.profile_id, func.min(GroupMember.first_seen_ms))
        .join(GroupMember, GroupMember.identifier == Identifier.id)
        .where(
            GroupMember.workspace_id == workspace_id,
            GroupMember.group_id == account_id,
            Identifier.profile_id > (after or 0),
        )
        .group_by(Identifier.profile_id)
        .order_by(Identifier.profile_id)
        .limit(limit)
    )
    return [Member(profile_id, _time(first_ms)) for profile_id, first_ms in session.execute(query)]


def kind_of(said: Any) -> str:
    """The kind of an account whose trait `kind` is `said`: short text, in small letters."""
    return said.strip().lower()[:40] or ACCOUNT if isinstance(said, str) else ACCOUNT


def account_name(kind: str, traits: Mapping[str, Any], *, is_masked: bool) -> str | None:
    """What an account is called, if it says so. Masked, the name of a household is hidden: it is that of people."""
    name = traits.get("name")
    if not isinstance(name, str) or not name.strip():
        return None
    return mask_text(name) if is_masked and _is_household(kind) else name


def _is_household(kind: str) -> bool:
    return kind in _OF_ONE_NAME


def _accounts(session: Session, workspace_id: int, query: Select[Any]) -> list[Account]:
    rows = session.scalars(query).all()
    people = _counts(session, workspace_id, [row.group_id for row in rows])
    return [
        Account(
            row.group_id,
            row.kind,
            {name: entry[0] for name, entry in _decode(row.traits).items() if entry[0] is not None},
            people.get(row.group_id, 0),
            _time(row.first_seen_ms),
            _time(row.last_seen_ms),
        )
        for row in rows
    ]


def _counts(session: Session, workspace_id: int, account_ids: Iterable[str]) -> dict[str, int]:
    query = (
        select(GroupMember.group_id, func.count(Identifier.profile_id.distinct()))
        .join(Identifier, GroupMember.identifier == Identifier.id)
        .where(
            GroupMember.workspace_id == workspace_id,
            GroupMember.group_id.in_(list(account_ids)),
            Identifier.profile_id > 0,
        )
        .group_by(GroupMember.group_id)
    )
    return {str(account_id): int(count) for account_id, count in session.execute(query)}


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
