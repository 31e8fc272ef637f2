"""Members of a campaign's frozen audience run, as the run holds them: ids of then, in a fixed order.

Reading ids of today would let a merge between two chunks of a launch move somebody behind the cursor.
"""

from __future__ import annotations

from tributary.core.scan import AUDIENCE_MEMBERS, CANONICAL_ID, scan
from tributary.core.sql import Sql, bind, raw
from tributary.warehouse import BATCH, Warehouse


def members_after(
    warehouse: Warehouse, workspace_id: int, audience_id: str, run: int, *, after: int, limit: int
) -> list[int]:
    """Up to `limit` members, ascending, those with an id above `after`."""
    query = raw("SELECT arrayJoin(bitmapToArray(bitmapSubsetLimit(held, ") + bind(after + 1, "UInt64") + ", "
    query = query + bind(limit, "UInt64") + "))) AS id FROM " + _held(workspace_id, audience_id, run) + " ORDER BY id"
    return [int(row[0]) for row in warehouse.query(query, workspace_id=workspace_id, budget=BATCH)]


def sample_members(warehouse: Warehouse, workspace_id: int, audience_id: str, run: int, *, limit: int) -> list[int]:
    """Up to `limit` members, picked by a hash of their id: a fair sample, and the same one each time."""
    query = raw("SELECT id FROM (SELECT arrayJoin(bitmapToArray(held)) AS id FROM ")
    query = query + _held(workspace_id, audience_id, run) + ") ORDER BY cityHash64(id), id LIMIT "
    return [
        int(row[0]) for row in warehouse.query(query + bind(limit, "UInt64"), workspace_id=workspace_id, budget=BATCH)
    ]


def members_today(workspace_id: int, audience_id: str, run: int) -> Sql:
    """`(SELECT …)`, for IN: the ids of today of a run's members."""
    ids = raw("(SELECT arrayJoin(bitmapToArray(held)) AS profile_id FROM ") + _held(workspace_id, audience_id, run)
    return raw("(SELECT ") + CANONICAL_ID + " FROM " + ids + "))"  # noqa: S608 (values are bound)


def _held(workspace_id: int, audience_id: str, run: int) -> Sql:
    where = raw("audience_id = ") + bind(audience_id, "String") + " AND run = " + bind(run, "UInt64")
    return raw("(SELECT groupBitmapMergeState(members) AS held") + scan(AUDIENCE_MEMBERS, workspace_id, where) + ")"
