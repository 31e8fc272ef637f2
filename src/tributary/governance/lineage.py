"""Lineage of definitions: what builds on what, so that nothing in use is taken away and nothing builds on itself.

Whoever saves an audience or a tag calls `set_uses` in the same transaction; whoever archives one asks `users_of`
first. Campaigns name their audience in their own record, and use it until they are over or archived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from tributary.store.tables.audiences import Audience
from tributary.store.tables.dependencies import Dependency
from tributary.store.tables.messaging import Campaign
from tributary.store.tables.tags import Tag

ItemKind = Literal["audience", "tag", "campaign"]

_OVER = ("done", "cancelled")  # states in which a campaign needs its audience no more


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One definition: its kind and its id."""

    kind: ItemKind
    id: str


def set_uses(session: Session, workspace_id: int, user: Item, used: Iterable[Item]) -> None:
    """Record that the audience or tag `user` builds on exactly `used`. Pass nothing when `user` is archived."""
    session.execute(
        delete(Dependency).where(
            Dependency.workspace_id == workspace_id,
            Dependency.user_kind == user.kind,
            Dependency.user_id == user.id,
        )
    )
    session.add_all(
        Dependency(
            workspace_id=workspace_id,
            user_kind=user.kind,
            user_id=user.id,
            used_kind=item.kind,
            used_id=item.id,
        )
        for item in sorted(set(used))
    )
    session.flush()


def users_of(session: Session, workspace_id: int, used: Item) -> list[Item]:
    """What builds directly on `used`, in the order of kinds and ids."""
    rows = session.scalars(
        select(Dependency).where(
            Dependency.workspace_id == workspace_id,
            Dependency.used_kind == used.kind,
            Dependency.used_id == used.id,
        )
    )
    users = [Item(row.user_kind, row.user_id) for row in rows]  # type: ignore[arg-type] # written by set_uses
    if used.kind == "audience":
        campaigns = select(Campaign.id).where(
            Campaign.workspace_id == workspace_id, Campaign.audience_id == used.id, _needs_audience()
        )
        users += [Item("campaign", id_) for id_ in session.scalars(campaigns)]
    return sorted(users)


def count_users(session: Session, workspace_id: int, kind: ItemKind, ids: Sequence[str]) -> dict[str, int]:
    """How many definitions and campaigns build directly on each of these; what nothing builds on is left out."""
    rows = select(Dependency.used_id, func.count()).where(
        Dependency.workspace_id == workspace_id, Dependency.used_kind == kind, Dependency.used_id.in_(ids)
    )
    counts = {used_id: int(users) for used_id, users in session.execute(rows.group_by(Dependency.used_id))}
    if kind == "audience":
        campaigns = select(Campaign.audience_id, func.count()).where(
            Campaign.workspace_id == workspace_id, Campaign.audience_id.in_(ids), _needs_audience()
        )
        for audience_id, users in session.execute(campaigns.group_by(Campaign.audience_id)):
            counts[audience_id] = counts.get(audience_id, 0) + int(users)
    return counts


def _needs_audience() -> ColumnElement[bool]:
    return and_(Campaign.state.not_in(_OVER), Campaign.archived_at.is_(None))


def find_cycle(session: Session, workspace_id: int, user: Item, used: Iterable[Item]) -> list[Item]:
    """The way from `user` back to itself if it were to build on `used`, both ends included; [] when there is none."""
    edges: dict[Item, list[Item]] = {}
    for row in session.scalars(select(Dependency).where(Dependency.workspace_id == workspace_id)):
        below = Item(row.used_kind, row.used_id)  # type: ignore[arg-type] # written by set_uses
        edges.setdefault(Item(row.user_kind, row.user_id), []).append(below)  # type: ignore[arg-type]
    came_from: dict[Item, Item] = {}
    waiting = []
    for item in sorted(set(used)):
        came_from[item] = user
        waiting.append(item)
    while waiting:
        item = waiting.pop()
        if item == user:
            return _way(came_from, user)
        for below in edges.get(item, ()):
            if below not in came_from:
                came_from[below] = item
                waiting.append(below)
    return []


def _way(came_from: Mapping[Item, Item], user: Item) -> list[Item]:
    way = [user]
    item = came_from[user]
    while item != user:
        way.append(item)
        item = came_from[item]
    way.append(user)
    return way[::-1]


def names_of(session: Session, workspace_id: int, items: Sequence[Item]) -> dict[Item, str]:
    """Names for sentences. What is not in this workspace is called by its id."""
    names = {item: item.id for item in items}
    for table, kind in ((Audience, "audience"), (Tag, "tag"), (Campaign, "campaign")):
        wanted = {item.id: item for item in items if item.kind == kind}
        found = session.execute(
            select(table.id, table.name).where(table.workspace_id == workspace_id, table.id.in_(wanted))
        )
        names.update({wanted[id_]: name for id_, name in found})
    return names
