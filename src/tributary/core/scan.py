"""The only way to read a workspace's warehouse table: a scan that carries its workspace predicate.

    >>> q = raw("SELECT profile_id, count() AS n") + scan(EVENTS, 7, where=raw("event = ") + bind("Order", "String"))
    >>> (q + raw(" GROUP BY profile_id")).anonymised
    'SELECT profile_id, count() AS n FROM events WHERE events.workspace_id = {p0:UInt32} AND (event = {p1:String})
     GROUP BY profile_id'   (one line)

Aggregate straight over a scan whenever possible: on a cluster each shard then aggregates its own rows first. To join,
wrap scans: `(SELECT … FROM <scan>) AS a INNER JOIN (SELECT … FROM <scan>) AS b ON …`; two tables are never joined bare.

The warehouse re-reads the finished text before it sends it (`warehouse.guard`) and accepts a workspace table only in
exactly the shape that `scan` writes: right after FROM, `<table> [FINAL] WHERE <table>.workspace_id = {pN:UInt32}`, then
nothing, `AND (…)`, or the next clause. The column is qualified because an alias in the SELECT list could otherwise
shadow it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tributary.core.sql import Sql, bind, raw

WORKSPACE_ID_TYPE = "UInt32"


@dataclass(frozen=True, slots=True)
class ScanTable:
    """A warehouse table whose rows belong to workspaces.

    `is_replacing` tables hold several versions of a row until they are merged; a scan reads only the newest, and not
    the deleted ones.
    """

    name: str
    is_replacing: bool = False


EVENTS = ScanTable("events")
PROFILES = ScanTable("profiles", is_replacing=True)
AUDIENCE_MEMBERS = ScanTable("audience_members")
TAG_VALUES = ScanTable("tag_values")
RECENT_EVENTS = ScanTable("recent_events")
MATCH_RECORDS = ScanTable("match_records")
MATCH_PAIRS = ScanTable("match_pairs")

WORKSPACE_TABLES = {
    table.name: table
    for table in (EVENTS, PROFILES, AUDIENCE_MEMBERS, TAG_VALUES, RECENT_EVENTS, MATCH_RECORDS, MATCH_PAIRS)
}

# The profile that an event's or a tag's profile_id belongs to today: merges are kept in a dictionary, old id → final.
CANONICAL_ID = raw("dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id)")


def scan(table: ScanTable, workspace_id: int, where: Sql | None = None) -> Sql:
    """` FROM table WHERE table.workspace_id = … [AND (where)]`, to be put after a SELECT list.

    `where` is wrapped in parentheses, so an OR inside it cannot widen the scan.
    """
    name = Sql((table.name,))
    text = raw(" FROM ") + name + (" FINAL" if table.is_replacing else "")
    text = text + " WHERE " + name + ".workspace_id = " + bind(workspace_id, WORKSPACE_ID_TYPE)
    return text if where is None else text + " AND (" + where + ")"


def subquery(columns: Sql, table: ScanTable, workspace_id: int, where: Sql | None = None) -> Sql:
    """`(SELECT columns FROM table WHERE …)`: a scan as an operand of IN or JOIN."""
    return raw("(SELECT ") + columns + scan(table, workspace_id, where) + ")"
