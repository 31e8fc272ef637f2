"""The guard passes what the compilers write and stops every way around the workspace that we could think of."""

from __future__ import annotations

import pytest

from tributary.core.scan import AUDIENCE_MEMBERS, CANONICAL_ID, EVENTS, PROFILES, TAG_VALUES, scan, subquery
from tributary.core.sql import Sql, bind, raw
from tributary.errors import BugError
from tributary.warehouse.guard import check_workspace

FENCE = "events.workspace_id = {p0:UInt32}"


def check(query: Sql | str, workspace_id: int = 7) -> None:
    if isinstance(query, Sql):
        text, params = query.render()
    else:
        text, params = query, {"p0": (7, "UInt32"), "p1": ("x", "String"), "p2": (8, "UInt32"), "p3": ("7", "String")}
    check_workspace(text, params, workspace_id)


SOME_IDS = subquery(raw("profile_id"), EVENTS, 7)
EVENT = raw("event = ") + bind("it's -- FROM profiles; 订单", "String")
ACCEPTED = {
    "count": raw("SELECT count()") + scan(EVENTS, 7),
    "condition": raw("SELECT count()") + scan(EVENTS, 7, where=EVENT + " OR 1 = 1") + " GROUP BY profile_id",
    "final": raw("SELECT profile_id") + scan(PROFILES, 7) + " ORDER BY profile_id LIMIT 10",
    "dictionary": raw("SELECT ")
    + CANONICAL_ID
    + " AS id, count()"
    + scan(EVENTS, 7)
    + " GROUP BY id HAVING count() > 2",
    "join": raw("SELECT a.profile_id FROM ")
    + subquery(raw("profile_id"), PROFILES, 7)
    + " AS a INNER JOIN "
    + subquery(raw("profile_id"), TAG_VALUES, 7, where=raw("run = ") + bind(3, "UInt64"))
    + " AS b ON a.profile_id = b.profile_id",
    "in": raw("SELECT count()") + scan(PROFILES, 7, where=raw("profile_id IN ") + SOME_IDS),
    "in values": raw("SELECT count()") + scan(EVENTS, 7, where=raw("event IN ") + bind(["a"], "Array(String)")),
    "cte": raw("WITH seen AS (SELECT profile_id") + scan(EVENTS, 7) + ") SELECT count() FROM seen WHERE 1 OR 2",
    "union": raw("SELECT 1") + scan(EVENTS, 7) + " UNION ALL SELECT 2" + scan(PROFILES, 7),
    "scalar": raw("SELECT bitmapContains((SELECT groupBitmapMergeState(members)")
    + scan(AUDIENCE_MEMBERS, 7)
    + "), profile_id)"
    + scan(PROFILES, 7),
    "array join": raw("SELECT tag FROM (SELECT profile_id, t_tags_l")
    + scan(PROFILES, 7)
    + ") ARRAY JOIN t_tags_l AS tag",
    "lambda": raw("SELECT arrayMap(item -> item || '\\'', ['a', 'b''c'])") + scan(EVENTS, 7),
    "numbers": raw("SELECT number FROM numbers(10)"),
    "constant": raw("SELECT 1"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_queries_of_the_compilers_pass(name):
    check(ACCEPTED[name])


@pytest.mark.parametrize("name", [name for name in ACCEPTED if name not in {"numbers", "constant"}])
def test_no_query_passes_for_another_workspace(name):
    with pytest.raises(BugError, match="another workspace"):
        check(ACCEPTED[name], workspace_id=8)


REFUSED = {
    "no predicate": "SELECT count() FROM events",
    "no predicate, final": "SELECT count() FROM profiles FINAL",
    "predicate beside an or": f"SELECT count() FROM events WHERE {FENCE} OR 1",
    "or after the condition": f"SELECT count() FROM events WHERE {FENCE} AND (1) OR 1",
    "or inside a bare and": f"SELECT count() FROM events WHERE {FENCE} AND 1 OR 1",
    "negated": f"SELECT count() FROM events WHERE NOT {FENCE}",
    "compared again": f"SELECT count() FROM events WHERE {FENCE} = 0",
    "condition turned around": f"SELECT count() FROM events WHERE {FENCE} AND (1) = 0",
    "unqualified, an alias could shadow it": "SELECT 7 AS workspace_id FROM events WHERE workspace_id = {p0:UInt32}",
    "qualified by another table": "SELECT 1 FROM events WHERE profiles.workspace_id = {p0:UInt32}",
    "literal": "SELECT count() FROM events WHERE events.workspace_id = 7",
    "other workspace": "SELECT count() FROM events WHERE events.workspace_id = {p2:UInt32}",
    "other type": "SELECT count() FROM events WHERE events.workspace_id = {p3:String}",
    "type of the text differs": "SELECT count() FROM events WHERE events.workspace_id = {p3:UInt32}",
    "unbound": "SELECT count() FROM events WHERE events.workspace_id = {p9:UInt32}",
    "other operator": "SELECT count() FROM events WHERE events.workspace_id >= {p0:UInt32}",
    "prewhere": f"SELECT count() FROM events PREWHERE {FENCE}",
    "predicate inside a string": "SELECT count() FROM events WHERE 'events.workspace_id = {p0:UInt32}'",
    "comment": f"SELECT count() FROM events -- WHERE {FENCE}",
    "block comment": f"SELECT count() FROM events /* WHERE {FENCE} */",
    "quoted name": f'SELECT count() FROM "events" WHERE {FENCE}',
    "backticks": f"SELECT count() FROM `events` WHERE {FENCE}",
    "database name": f"SELECT count() FROM tributary.events WHERE {FENCE}",
    "alias": "SELECT count() FROM events AS e WHERE e.workspace_id = {p0:UInt32}",
    "comma join": f"SELECT count() FROM (SELECT 1) AS a, events WHERE {FENCE}",
    "comma join of anything": "SELECT count() FROM (SELECT 1) AS a, url('http://x')",
    "comma join without as": "SELECT count() FROM (SELECT 1) a, remote('x')",
    "bare join": f"SELECT 1 FROM (SELECT 1) AS a CROSS JOIN events WHERE {FENCE}",
    "scan then join": f"SELECT 1 FROM events WHERE {FENCE} JOIN (SELECT 1) AS b ON 1",
    "in a table": f"SELECT count() FROM events WHERE {FENCE} AND (profile_id IN tag_values)",
    "in a table in parentheses": f"SELECT count() FROM events WHERE {FENCE} AND (profile_id IN (tag_values))",
    "not in a table": f"SELECT count() FROM events WHERE {FENCE} AND (profile_id NOT IN schema_versions)",
    "in a shared table": f"SELECT count() FROM events WHERE {FENCE} AND (profile_id IN (profile_aliases))",
    "second scan unfenced": f"SELECT 1 FROM events WHERE {FENCE} UNION ALL SELECT 1 FROM profiles",
    "subquery unfenced": "SELECT (SELECT count() FROM profiles)",
    "part of a shard": "SELECT count() FROM events_local",
    "store of a shard": "SELECT count() FROM events_store WHERE events_store.workspace_id = {p0:UInt32}",
    "cte named like a table": "WITH events AS (SELECT 1) SELECT * FROM events",
    "cte named like a shard": "WITH events_local AS (SELECT 1) SELECT * FROM events_local",
    "system": "SELECT * FROM system.query_log",
    "catalogue": "SELECT * FROM information_schema.tables",
    "file": "SELECT * FROM file('/etc/passwd')",
    "merge": "SELECT * FROM merge('events')",
    "view": "SELECT * FROM view(SELECT 1)",
    "identifier parameter": "SELECT * FROM {p1:Identifier}",
    "unknown dictionary": "SELECT dictGet('secrets', 'x', 1)",
    "join engine": "SELECT joinGet('events', 'x', 1)",
    "own settings": f"SELECT count() FROM events WHERE {FENCE} SETTINGS additional_table_filters = {{}}",
    "own format": f"SELECT count() FROM events WHERE {FENCE} FORMAT JSON",
    "into a file": f"SELECT count() FROM events WHERE {FENCE} INTO OUTFILE 'x'",
    "second statement": "SELECT 1; DROP TABLE events",
    "not a select": "DROP TABLE events",
    "insert": "INSERT INTO events SELECT 1",
    "heredoc": "SELECT $x$ $x$",
    "unbalanced": f"SELECT count() FROM events WHERE {FENCE} AND (1",
    "unterminated string": "SELECT 'abc",
    "empty": "",
    "from nothing": "SELECT 1 FROM",
}


@pytest.mark.parametrize("name", REFUSED)
def test_ways_around_the_workspace_are_stopped(name):
    with pytest.raises(BugError, match="was stopped because"):
        check(REFUSED[name])


def test_true_is_no_workspace():
    with pytest.raises(BugError):
        check_workspace(f"SELECT 1 FROM events WHERE {FENCE}", {"p0": (True, "UInt32")}, 1)


def test_a_scan_needs_no_condition_to_be_fenced_but_keeps_one_inside_parentheses():
    assert scan(EVENTS, 7).anonymised == " FROM events WHERE events.workspace_id = {p0:UInt32}"
    assert scan(PROFILES, 7, where=raw("1 OR 1")).anonymised == (
        " FROM profiles FINAL WHERE profiles.workspace_id = {p0:UInt32} AND (1 OR 1)"
    )
