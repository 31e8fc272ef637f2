"""The values that tags gave: of one person, and the people of one tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, cast

from sqlalchemy import select

from tributary import rules
from tributary.core.scan import CANONICAL_ID, TAG_VALUES, scan
from tributary.core.sql import Sql, bind, join, raw
from tributary.errors import InvalidRequest
from tributary.identity import absorbed_by, canonical_profile_id
from tributary.rules import Catalog, tree
from tributary.store import Session
from tributary.store.tables.tags import Tag
from tributary.tags.definition import ValueType
from tributary.tags.value_sql import stored_values
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
    canonical = canonical_profile_id(session, profile_id)
    return values_of_ids(session, warehouse, workspace_id, canonical, absorbed_by(session, canonical))


def values_of_ids(
    session: Session, warehouse: Warehouse, workspace_id: int, canonical: int, others: Sequence[int]
) -> list[TagValue]:
    """The values of all live tags for whoever has the id `canonical` or one of the `others`; that of the first counts
    most.
    """
    tags = session.scalars(
        select(Tag)
        .where(Tag.workspace_id == workspace_id, Tag.is_archived.is_(False), Tag.current_run.is_not(None))
        .order_by(Tag.name)
    ).all()
    if not tags:
        return []
    person = bind([canonical, *others], "Array(UInt64)")
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


def list_people(
    warehouse: Warehouse,
    tag: Tag,
    *,
    value: str | None = None,
    low: float | None = None,
    high: float | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[tuple[int, str | float]]:
    """Up to `limit` people of the newest finished run with their values, by profile id, those with an id above `after`.

    Only those with exactly `value`, and of a number tag only those from `low` to `high`, both included; nobody before
    the first run. Of two values that a merge brought together, the survivor's own counts.

    Raises:
        InvalidRequest: the tag's values are numbers and `value` is none, or texts and have no range.
    """
    if tag.current_run is None:
        return []
    stored = stored_values(tag.workspace_id, tag.id, tag.current_run, cast("ValueType", tag.value_type))
    own = raw("profile_id != ") + CANONICAL_ID
    people = raw("SELECT ") + CANONICAL_ID + " AS person, argMin(value, " + own + ") AS said FROM (" + stored  # noqa: S608 (values are bound)
    conditions = [raw("person > ") + bind(after, "UInt64"), *_bounds(tag, value, low, high)]
    question = raw("SELECT person, said FROM (") + people + ") AS stored GROUP BY person) AS people WHERE "  # noqa: S608 (values are bound)
    question = question + join(" AND ", conditions) + " ORDER BY person LIMIT " + bind(limit, "UInt32")
    return [(int(person), said) for person, said in warehouse.query(question, workspace_id=tag.workspace_id)]


def list_people_without_value(
    warehouse: Warehouse, catalog: Catalog, tag: Tag, now: datetime, *, after: int = 0, limit: int = 100
) -> list[int]:
    """Up to `limit` people to whom the newest finished run gave no value, by profile id, those with an id above
    `after`; nobody before the first run. Whoever came after it has none either.
    """
    if tag.current_run is None or tag.id not in catalog.tags:
        return []
    rule = rules.resolve(tree.Tag(tag=tag.id, op=tree.Op.IS_NOT_SET), catalog, now)
    question = rules.compile_members(rule, after=after, limit=limit)
    return [int(person) for (person,) in warehouse.query(question, workspace_id=tag.workspace_id)]


def _bounds(tag: Tag, value: str | None, low: float | None, high: float | None) -> list[Sql]:
    if tag.value_type == "text":
        if low is not None or high is not None:
            raise InvalidRequest("The tag's values are texts.", cure="Ask for one of them.", path="query.low")
        return [] if value is None else [raw("said = ") + bind(value, "String")]
    try:
        exact = None if value is None else float(value)
    except ValueError:
        raise InvalidRequest("The tag's values are numbers.", cure="Give a number.", path="query.value") from None
    asked: list[tuple[LiteralString, float | None]] = [("said = ", exact), ("said >= ", low), ("said <= ", high)]
    return [raw(text) + bind(bound, "Float64") for text, bound in asked if bound is not None]
