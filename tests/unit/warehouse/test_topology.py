"""The statements for a real cluster. There is none in the tests, so the engine's own parser reads them."""

from __future__ import annotations

import pytest

from tributary.core.sql import Sql, raw
from tributary.warehouse import Cluster, SingleNode
from tributary.warehouse.engine import Address
from tributary.warehouse.schema import MIGRATIONS, TABLES
from tributary.warehouse.warehouse import _credentials

CLUSTER = Cluster("main")


def statements():
    credentials = _credentials(Address(host="ch", username="o'neil", password="p\\w'"))
    found = [statement for _, _, build in MIGRATIONS for statement in build(CLUSTER, "shop", credentials)]
    events = TABLES["events"]
    found += CLUSTER.alter_table(events, raw("ADD COLUMN IF NOT EXISTS p_x_t Nullable(String)"), "shop")
    found += [
        CLUSTER.create_database("shop"),
        CLUSTER.mutate_table(events, raw("DELETE WHERE workspace_id = 1")),
        CLUSTER.reload_dictionary("aliases", "shop"),
    ]
    return found


def test_the_engine_can_read_every_statement(single_warehouse):
    for statement in statements():
        single_warehouse.execute(raw("EXPLAIN AST ") + statement)


def test_everything_happens_on_the_whole_cluster():
    for statement in statements():
        assert " ON CLUSTER main" in statement.anonymised


def test_rows_are_stored_replicated_and_found_by_their_hash():
    local, distributed = (statement.anonymised for statement in CLUSTER.create_table(TABLES["profiles"], "shop"))
    assert "CREATE TABLE IF NOT EXISTS profiles_local" in local
    assert (
        "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/shop/profiles_local', '{replica}', "
        "version, is_deleted)" in local
    )
    assert "Distributed(main, shop, profiles_local, cityHash64(profile_id))" in distributed


def test_one_node_stores_rows_in_the_table_itself():
    node = SingleNode()
    assert (node.storage("events"), node.insert_target("events")) == ("events", "events")
    assert CLUSTER.insert_target("events") == "events"
    assert CLUSTER.storage("events") == "events_local"


def test_a_table_sets_its_own_settings_beside_those_of_every_table():
    for topology in (SingleNode(), CLUSTER):
        members = topology.create_table(TABLES["audience_members"], "shop")[0].anonymised
        values = topology.create_table(TABLES["tag_values"], "shop")[0].anonymised
        assert members.endswith("replicated_deduplication_window = 10000, index_granularity = 1")
        assert values.endswith("replicated_deduplication_window = 10000")


def test_credentials_that_cannot_be_written_safely_are_refused():
    with pytest.raises(ValueError, match="printable"):
        _credentials(Address(host="ch", username="a\nb"))
    assert _credentials(Address(host="ch")) == Sql(("",))


def test_what_may_be_lost_costs_no_sync_and_is_forgotten_after_a_day():
    for topology in (SingleNode(), CLUSTER):
        recent = topology.create_table(TABLES["recent_events"], "shop")[0].anonymised
        assert recent.endswith("TTL inserted_at + INTERVAL 1 DAY SETTINGS ttl_only_drop_parts = 1")
        assert "fsync" not in recent


def test_rows_of_matching_runs_lie_apart_and_go_after_a_day():
    for topology in (SingleNode(), CLUSTER):
        for name, order in (("match_records", "id"), ("match_pairs", "levels")):
            table = topology.create_table(TABLES[name], "shop")[0].anonymised
            assert f"PARTITION BY run ORDER BY (workspace_id, {order}) TTL inserted_at + INTERVAL 1 DAY" in table
            assert "fsync" not in table
