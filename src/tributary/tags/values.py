"""The values that tags gave: of one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tributary.core.scan import TAG_VALUES, scan
from tributary.core.sql import bind, raw
from tributary.identity import absorbed_by, canonical_profile_id
from tributary.store import Session
from tributary.store.tables.tags import Tag
from tributary.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class TagValue:
    """What a tag says of a person as of `computed_at`."""

    tag_id: str
    name: str
    value: str | float
    computed_at: datetime


def values_of(session: Session, warehouse: Warehouse, workspace_id: int, profile_id: int) -> list[TagValue]:
    """The values of all live tags for one person, by the tag's name; the id of an absorbed profile will do.

    Where two profiles with different values were merged after the run, the survivor's own value is shown.
    """
    tags = session.scalars(
        select(Tag)
        .where(Tag.workspace_id == workspace_id, Tag.is_archived.is_(False), Tag.current_run.is_not(None))
        .order_by(Tag.name)
    ).all()
    if not tags:
        return []
    canonical = canonical_profile_id(session, profile_id)
    person = bind([canonical, *absorbed_by(session, canonical)], "Array(UInt64)")
    ids = bind([tag.id for tag in tags], "Array(String)")
    runs = bind([tag.current_run for tag in tags], "Array(UInt64)")
    # The plain conditions are the key of the table; the pairs keep old runs of one from passing as another's.
    where = raw("tag_id IN ") + ids + " AND run IN " + runs + " AND profile_id IN " + person
    where = where + " AND has(arrayZip(" + ids + ", " + runs + "), (tag_id, run))"
    question = raw("SELECT tag_id, profile_id, text, number") + scan(TAG_VALUES, workspace_id, where)
    found: dict[str, str | float] = {}
    rows = warehouse.query(question, workspace_id=workspace_id)
    for tag_id, _, text, number in sorted(rows, key=lambda row: (row[1] != canonical, row[1])):
        found.setdefault(tag_id, text if text is not None else number)
    return [
        TagValue(tag.id, tag.name, found[tag.id], tag.refreshed_at)
        for tag in tags
        if tag.id in found and tag.refreshed_at is not None
    ]
