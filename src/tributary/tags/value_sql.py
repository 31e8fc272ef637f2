"""A tag's definition as one query: rows `(profile_id UInt64, value)`, one for each person who has a value.

Levels are ranked candidates. Each level offers its value to everybody its rule selects, `otherwise` offers one to all,
and what a person had before comes last; the candidate with the smallest rank wins. The rules inside are compiled by the
one compiler, so a level selects exactly the people that an audience with its rule would.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tributary import rules
from tributary.core.scan import CANONICAL_ID, TAG_VALUES, scan
from tributary.core.sql import Sql, bind, join, raw
from tributary.rules import Catalog, tree
from tributary.tags.definition import Definition, StatisticDefinition, ValueType, errors_under

_KEPT = 1_000  # the rank of a kept value: after all levels


@dataclass(frozen=True, slots=True)
class Previous:
    """The run whose values are kept by those who get none now."""

    tag_id: str
    run: int


def compile_values(
    definition: Definition, value_type: ValueType, catalog: Catalog, now: datetime, *, previous: Previous | None = None
) -> Sql:
    """The values as of `now`; with `previous`, people without one keep theirs. `value` is String or Float64.

    Raises:
        RuleError: a rule or the measure does not fit the catalogue; the path starts at the definition's root.
    """
    if isinstance(definition, StatisticDefinition):
        with errors_under("measure"):
            values = rules.compile_measure(rules.resolve_measure(definition.measure, catalog, now))
        if previous is None:
            return values
        ranked = [raw("SELECT profile_id, 0 AS place, value FROM (") + values + ") AS measured"]  # noqa: S608 (values are bound)
    else:
        ranked = []
        for index, level in enumerate(definition.levels):
            with errors_under(f"levels[{index}].rule"):
                resolved = rules.resolve(level.rule, catalog, now)
            ranked.append(_offer(rules.compile_bitmap(resolved), index, level.value, value_type))
        if definition.otherwise is not None:
            ranked.append(_offer(_everybody(catalog, now), len(ranked), definition.otherwise, value_type))
    if previous is not None:
        ranked.append(_kept(previous, value_type, catalog, now))
    candidates = raw("(") + join(" UNION ALL ", ranked) + ") AS candidates"
    return raw("SELECT profile_id, argMin(value, place) AS value FROM ") + candidates + " GROUP BY profile_id"  # noqa: S608 (values are bound)


def stored_values(workspace_id: int, tag_id: str, run: int, value_type: ValueType) -> Sql:
    """The values of a run, in the same shape, with the profile ids of that time."""
    which = raw("tag_id = ") + bind(tag_id, "String") + " AND run = " + bind(run, "UInt64")
    value = raw("assumeNotNull(text)") if value_type == "text" else raw("assumeNotNull(number)")
    return raw("SELECT profile_id, ") + value + " AS value" + scan(TAG_VALUES, workspace_id, which)


def _offer(bitmap: Sql, place: int, value: str | float, value_type: ValueType) -> Sql:
    bound = bind(value, "String") if value_type == "text" else bind(float(value), "Float64")
    people = raw("SELECT arrayJoin(bitmapToArray(members)) AS profile_id, ") + bind(place, "UInt16") + " AS place, "
    return people + bound + " AS value FROM (" + bitmap + ") AS selected"


def _kept(previous: Previous, value_type: ValueType, catalog: Catalog, now: datetime) -> Sql:
    """What living people had before. Of two values that a merge brought together, the survivor's own comes first."""
    stored = stored_values(catalog.workspace_id, previous.tag_id, previous.run, value_type)
    own = bind(_KEPT, "UInt16") + " + (profile_id != " + CANONICAL_ID + ")"
    rows = raw("SELECT ") + CANONICAL_ID + " AS person, toUInt16(" + own + ") AS place, value FROM (" + stored  # noqa: S608 (values are bound)
    living = raw("(SELECT arrayJoin(bitmapToArray(members)) FROM (") + _everybody(catalog, now) + ") AS everybody)"  # noqa: S608 (values are bound)
    kept = raw("SELECT person AS profile_id, place, value FROM (") + rows + ") AS stored) AS earlier"  # noqa: S608 (values are bound)
    return kept + " WHERE person IN " + living


def _everybody(catalog: Catalog, now: datetime) -> Sql:
    return rules.compile_bitmap(rules.resolve(tree.All(rules=()), catalog, now))
