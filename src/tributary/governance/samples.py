"""A bounded part of a large table: people whose ids lie in a few short ranges, spread evenly over all ids.

Both tables of a workspace are ordered by profile id (events within each name), so a range is read without reading its
neighbours; choosing people by a hash would read everything. Ids follow the order in which people arrived, which is why
there are many ranges and not one.
"""

from __future__ import annotations

from dataclasses import dataclass

from tributary.core.scan import PROFILES, ScanTable, scan
from tributary.core.sql import Sql, bind, join, raw
from tributary.warehouse import INTERACTIVE, Budget, Stop, Warehouse

_RANGES = 32


@dataclass(frozen=True, slots=True)
class Extent:
    """How many rows there are, and between which profile ids, both included."""

    rows: int
    first: int
    last: int


def extent(
    warehouse: Warehouse, workspace_id: int, table: ScanTable = PROFILES, where: Sql | None = None, *, budget: Budget
) -> Extent:
    """The extent of a workspace's rows. Raises what `Warehouse.query` does."""
    question = raw("SELECT count(), min(profile_id), max(profile_id)") + scan(table, workspace_id, where)
    ((rows, first, last),) = warehouse.query(question, workspace_id=workspace_id, budget=budget)
    return Extent(int(rows), int(first), int(last))


def count_people(
    warehouse: Warehouse, workspace_id: int, *, budget: Budget = INTERACTIVE, stop: Stop | None = None
) -> int:
    """Everybody in the workspace. Raises what `Warehouse.query` does."""
    question = raw("SELECT count()") + scan(PROFILES, workspace_id)
    ((people,),) = warehouse.query(question, workspace_id=workspace_id, budget=budget, stop=stop)
    return int(people)


def sampled(whole: Extent, wanted: int) -> Sql | None:
    """The condition that keeps about `wanted` of the rows, None when there are no more than that."""
    if whole.rows <= wanted:
        return None
    step = (whole.last - whole.first + 1) / _RANGES
    width = max(step * wanted / whole.rows, 1)
    parts = []
    for index in range(_RANGES):
        start = whole.first + int(index * step)
        end = start + int(width)
        bounds = raw("(profile_id >= ") + bind(start, "UInt64") + " AND profile_id < " + bind(end, "UInt64") + ")"
        parts.append(bounds)
    return raw("(") + join(" OR ", parts) + ")"
