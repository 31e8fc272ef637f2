"""How many members of each audience would be touched if people became one, or fell apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tributary.audiences.membership import members_of_run
from tributary.core.sql import bind, raw
from tributary.store import Store
from tributary.store.tables.audiences import Audience
from tributary.warehouse import BATCH, Warehouse

_CHUNK = 10_000  # ids of one question


@dataclass(frozen=True, slots=True)
class Touched:
    """An audience and its members: `merged_away` would go into another profile, of `may_change` parts would leave."""

    audience_id: str
    size: int
    merged_away: int
    may_change: int


def touched_members(
    store: Store,
    warehouse: Warehouse,
    workspace_id: int,
    *,
    merged_away: Sequence[int],
    splitting: Sequence[int],
    checkpoint: Callable[[], None] = lambda: None,
) -> list[Touched]:
    """The live audiences that have members, by name, counted as they were computed last. Both lists are profile ids.

    `checkpoint` is called between audiences; what it raises ends the work.
    """
    with store.read() as session:
        audiences = session.scalars(
            select(Audience)
            .where(
                Audience.workspace_id == workspace_id,
                Audience.is_archived.is_(False),
                Audience.current_run.is_not(None),
            )
            .order_by(Audience.name)
        ).all()
    found = []
    for audience in audiences:
        checkpoint()
        counts = [
            sum(_count(warehouse, audience, ids[start : start + _CHUNK]) for start in range(0, len(ids), _CHUNK))
            for ids in (sorted(merged_away), sorted(splitting))
        ]
        found.append(Touched(audience.id, audience.size or 0, *counts))
    return found


def _count(warehouse: Warehouse, audience: Audience, ids: Sequence[int]) -> int:
    members = members_of_run(audience.workspace_id, audience.id, audience.current_run or 0)
    question = raw("SELECT bitmapAndCardinality(members, bitmapBuild(") + bind(list(ids), "Array(UInt64)")
    question = question + ")) FROM (" + members + ")"
    ((count,),) = warehouse.query(question, workspace_id=audience.workspace_id, budget=BATCH)
    return int(count)
