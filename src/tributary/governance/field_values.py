"""The commonest values of a field, for completion while a constant is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tributary.core.fields import FieldKind, field_expression
from tributary.core.scan import EVENTS, PROFILES, scan
from tributary.core.sql import Sql, bind, raw
from tributary.governance.samples import extent, sampled
from tributary.rules import Field, FieldType
from tributary.warehouse import Budget, Warehouse

_BUDGET: Final = Budget("field values", seconds=3, memory_bytes=1024**3, rows=1_000)
_FROM_TEXT: Final = 60_000  # rows whose JSON is read: measured, a fifth of a second
_FROM_COLUMN: Final = 3_000_000  # rows of a typed column in the same time


@dataclass(frozen=True, slots=True)
class CommonValue:
    """A value, and how many people (of a trait) or events (of a property) have it."""

    value: Any
    count: int


@dataclass(frozen=True, slots=True)
class CommonValues:
    """The commonest values, most first. `is_exact` is false when a sample of the people was counted."""

    values: list[CommonValue]
    is_exact: bool


def common_values(
    warehouse: Warehouse,
    workspace_id: int,
    kind: FieldKind,
    event: str,
    field: Field,
    *,
    search: str = "",
    limit: int = 20,
) -> CommonValues:
    """Up to `limit` values of a field, those that hold `search` in any letter case.

    Raises:
        BudgetExceeded, TooManyRequests, Unavailable: as `Warehouse.query`.
    """
    table = PROFILES if kind == "trait" else EVENTS
    named = None if kind == "trait" else raw("event = ") + bind(event, "String")
    whole = extent(warehouse, workspace_id, table, named, budget=_BUDGET)
    part = sampled(whole, _FROM_TEXT if field.column is None else _FROM_COLUMN)
    conditions = [condition for condition in (named, part) if condition is not None]
    where = conditions[0] if conditions else None
    if len(conditions) > 1:
        where = conditions[0] + " AND " + conditions[1]
    value = field_expression(kind, field.name, field.type, field.column)
    if field.type is FieldType.LIST:
        value = raw("arrayJoin(") + value + ")"
    rows = raw("SELECT ") + value + " AS value" + scan(table, workspace_id, where)
    question = raw("SELECT value, count() AS times FROM (") + rows + ") AS found WHERE isNotNull(value)"  # noqa: S608 (values are bound)
    if search:
        question = question + " AND " + _holds(search)
    question = question + " GROUP BY value ORDER BY times DESC, value LIMIT " + bind(limit, "UInt32")
    found = warehouse.query(question, workspace_id=workspace_id, budget=_BUDGET)
    return CommonValues([CommonValue(_plain(value), int(times)) for value, times in found], is_exact=part is None)


def _holds(search: str) -> Sql:
    return raw("position(lowerUTF8(toString(value)), lowerUTF8(") + bind(search, "String") + ")) > 0"


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
