"""A measure: one value per person out of their events, such as “sum of total of Order Completed in the last 90 days”.

Statistic tags are made of measures. The same scopes, windows and filters as in rules, and the same three stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, LiteralString

import msgspec

from tributary.core.scan import CANONICAL_ID, EVENTS, PROFILES, scan
from tributary.core.sql import Sql, bind, raw
from tributary.errors import RuleError
from tributary.rules import tree
from tributary.rules.catalog import Catalog, Field, FieldType
from tributary.rules.codec import MAX_CONDITIONS, convert, parse
from tributary.rules.event_sql import distinct_expression, property_expression, rows_sql
from tributary.rules.resolve import Resolver, check_aggregable
from tributary.rules.resolved import EventScope


class MeasureFunction(StrEnum):
    """What is made of a person's events. Wire values are forever."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    FIRST = "first"
    LAST = "last"


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The wire form. `property` is what is aggregated; `count` takes none.

    {"function": "sum", "event": "Order Completed", "property": "total",
     "window": {"kind": "last", "value": 90, "unit": "days"}}
    """

    function: MeasureFunction
    event: str
    property: str | None = None
    window: tree.Window = tree.AllTime()
    where: tuple[tree.Filter, ...] = ()
    match: tree.Match = "all"


@dataclass(frozen=True, slots=True)
class ResolvedMeasure:
    """A measure ready to be compiled. `value_type` is the type of its values."""

    workspace_id: int
    timezone: str
    now: datetime
    scope: EventScope
    function: MeasureFunction
    field: Field | None
    value_type: Literal["text", "number"]


def decode_measure(source: Mapping[str, Any] | bytes | str) -> Measure:
    """The measure in a JSON object.

    Raises:
        RuleError: not JSON, not the shape of a measure, or over a limit of rules.
    """
    measure: Measure = convert(parse(source), Measure)
    if len(measure.where) > MAX_CONDITIONS:
        raise RuleError(f"More than {MAX_CONDITIONS} filters.", path="where", cure="Remove some.")
    return measure


def encode_measure(measure: Measure) -> dict[str, Any]:
    """The measure as JSON-ready data."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(measure))
    return data


def resolve_measure(measure: Measure, catalog: Catalog, now: datetime) -> ResolvedMeasure:
    """`measure` with its names bound, its constants typed and its window absolute.

    Raises:
        RuleError: as `resolve`, or the function and the property do not go together.
    """
    resolver = Resolver(catalog, now)
    scope = resolver.scope(measure.event, measure.window, measure.where, measure.match, "")
    field = None
    if measure.function is MeasureFunction.COUNT:
        if measure.property is not None:
            raise RuleError("“count” counts events and takes no property.", path="property", cure="Use “distinct”.")
    elif measure.property is None:
        raise RuleError(f"“{measure.function}” needs a property.", path="property", cure="Choose one.")
    else:
        field = resolver.property(measure.event, measure.property, "")
        check_aggregable(measure.function, field, "")
    is_text = (
        field is not None
        and measure.function in {MeasureFunction.FIRST, MeasureFunction.LAST}
        and field.type is not FieldType.NUMBER
    )
    return ResolvedMeasure(
        catalog.workspace_id,
        catalog.timezone,
        resolver.moment.now,
        scope,
        measure.function,
        field,
        "text" if is_text else "number",
    )


def compile_measure(measure: ResolvedMeasure) -> Sql:
    """Rows `(profile_id UInt64, value)`, in no order: living people with an event in scope that has a value.

    `value` is a String for text, else a Float64. `first` and `last` look at events that have the property; of those at
    the same instant, the one with the smaller message id is the first.
    """
    rows = [raw("event = ") + bind(measure.scope.event, "String")]
    filters = rows_sql(measure.scope, measure.timezone)
    where = rows[0] if filters is None else rows[0] + " AND " + filters
    groups = raw("(SELECT ") + CANONICAL_ID + " AS person, " + _value(measure) + " AS result"
    groups = groups + scan(EVENTS, measure.workspace_id, where) + " GROUP BY person)"
    everyone = raw("(SELECT groupBitmapState(profile_id)") + scan(PROFILES, measure.workspace_id) + ")"
    type_ = "String" if measure.value_type == "text" else "Float64"
    return (
        raw("SELECT person AS profile_id, CAST(assumeNotNull(result), '")  # noqa: S608 (values are bound)
        + Sql((type_,))
        + "') AS value FROM "
        + groups
        + " AS people WHERE isNotNull(result) AND bitmapContains("
        + everyone
        + ", person)"
    )


def _value(measure: ResolvedMeasure) -> Sql:
    if measure.field is None:
        return raw("count()")
    value = property_expression(measure.field)
    if measure.function is MeasureFunction.DISTINCT:
        return raw("nullIf(uniqExact(") + distinct_expression(measure.field) + "), 0)"
    if measure.function in _AGGREGATES:
        return raw(_AGGREGATES[measure.function]) + "(" + value + ")"
    function = raw("argMin(") if measure.function is MeasureFunction.FIRST else raw("argMax(")
    return function + _as_text(measure.field, value) + ", (timestamp, message_id))"


def _as_text(field: Field, value: Sql) -> Sql:
    """Values as the pipeline writes them into JSON, so that a tag shows what the event said."""
    match field.type:
        case FieldType.DATETIME:
            return raw("concat(replaceOne(toString(") + value + "), ' ', 'T'), 'Z')"
        case FieldType.DATE | FieldType.BOOLEAN:
            return raw("toString(") + value + ")"
        case _:
            return value


_AGGREGATES: dict[MeasureFunction, LiteralString] = {
    MeasureFunction.SUM: "sum",
    MeasureFunction.AVG: "avg",
    MeasureFunction.MIN: "min",
    MeasureFunction.MAX: "max",
}
