"""The field catalogue learns from batches, is loaded for rules, and points to typed columns."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from fixtures.warehouse import make_events, make_profiles
from tributary.core.fields import field_column, field_expression
from tributary.core.scan import EVENTS, PROFILES, scan
from tributary.core.sql import raw
from tributary.errors import Conflict, NotFound
from tributary.governance import Observed, catalog, load_catalog, observe_fields, promote
from tributary.rules import FieldType
from tributary.store.tables.access import Workspace
from tributary.store.tables.audiences import Audience
from tributary.store.tables.governance import Field
from tributary.store.tables.tags import Tag

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def make_workspace(session, id_=1, timezone="Asia/Shanghai"):
    session.add(Workspace(id=id_, name="shop", timezone=timezone, locale="zh", currency="CNY", created_at=NOW))


def observe(store, *observations, workspace_id=1, now=NOW):
    with store.begin() as session:
        return observe_fields(session, workspace_id, observations, now)


def field(store, name, workspace_id=1):
    with store.read() as session:
        columns = Field.__table__.c
        return session.execute(select(columns).where(columns.name == name, columns.workspace_id == workspace_id)).one()


class TestObserve:
    def test_a_new_field_keeps_its_first_type(self, store):
        assert observe(store, ("trait", "", "城市", "text")) == Observed(new=1)
        assert observe(store, ("trait", "", "城市", "number")) == Observed(conflicts=1)
        assert observe(store, ("trait", "", "城市", "text")) == Observed()
        found = field(store, "城市")
        assert (found.type, found.type_conflicts, found.column) == ("text", 1, None)

    def test_a_reserved_field_has_its_type_and_is_marked_personal_from_the_start(self, store):
        assert observe(store, ("trait", "", "email", "text"), ("property", "Order Completed", "total", "text")) == (
            Observed(new=2, conflicts=1)
        )
        assert field(store, "email").is_pii
        assert (field(store, "total").type, field(store, "total").is_pii) == ("number", False)

    def test_one_batch_with_two_types_counts_one_conflict(self, store):
        assert observe(store, ("trait", "", "x", "text"), ("trait", "", "x", "number")) == Observed(new=1, conflicts=1)
        assert field(store, "x").type == "number"  # the same whatever the order in the batch

    def test_last_seen_moves_in_steps_of_an_hour(self, store):
        observe(store, ("trait", "", "x", "text"))
        observe(store, ("trait", "", "x", "text"), now=NOW + timedelta(minutes=59))
        assert field(store, "x").last_seen == NOW
        observe(store, ("trait", "", "x", "text"), now=NOW + timedelta(hours=1))
        assert field(store, "x").last_seen == NOW + timedelta(hours=1)
        assert field(store, "x").first_seen == NOW

    def test_the_same_name_on_two_events_is_two_fields(self, store):
        observe(store, ("property", "A", "x", "text"), ("property", "B", "x", "number"))
        with store.begin() as session:
            make_workspace(session)
            loaded = load_catalog(session, 1)
        assert loaded.properties["A"]["x"].type is FieldType.TEXT
        assert loaded.properties["B"]["x"].type is FieldType.NUMBER

    def test_keys_that_are_really_data_do_not_fill_the_catalogue(self, sqlite_store, monkeypatch):
        monkeypatch.setattr(catalog, "MAX_FIELDS", 3)
        result = observe(sqlite_store, *[("trait", "", f"id_{n}", "text") for n in range(5)])
        assert result == Observed(new=3, ignored=2)
        assert observe(sqlite_store, ("trait", "", "id_0", "number")) == Observed(conflicts=1)
        assert observe(sqlite_store, ("trait", "", "k" * 201, "text"), ("trait", "", "", "text")) == Observed(ignored=2)

    def test_many_names_at_once_are_found_again(self, sqlite_store):
        batch = [("property", "E", f"p{n}", "text") for n in range(700)]
        assert observe(sqlite_store, *batch).new == 700
        assert observe(sqlite_store, *batch) == Observed()


class TestLoad:
    def test_an_unknown_workspace_is_not_found(self, sqlite_store):
        with sqlite_store.read() as session, pytest.raises(NotFound):
            load_catalog(session, 404)

    def test_reserved_fields_are_there_before_the_first_event(self, store):
        with store.begin() as session:
            make_workspace(session)
            loaded = load_catalog(session, 1)
        assert loaded.timezone == "Asia/Shanghai"
        assert loaded.traits["email"].type is FieldType.TEXT
        assert loaded.traits["birthday"].type is FieldType.DATE
        assert loaded.properties["Order Completed"]["total"].type is FieldType.NUMBER

    def test_it_holds_live_tags_and_audiences_of_this_workspace_only(self, store):
        common = {
            "description": "", "schedule": "manual", "current_version": 1, "last_run": 3, "created_by": "usr_1",
            "created_at": NOW, "updated_at": NOW,
        }  # fmt: skip
        with store.begin() as session:
            make_workspace(session, 1)
            make_workspace(session, 2)
            for id_, ws, archived in [("aud_a", 1, False), ("aud_b", 2, False), ("aud_c", 1, True)]:
                session.add(
                    Audience(
                        id=id_, workspace_id=ws, name=id_, kind="dynamic", current_run=3, is_archived=archived, **common
                    )
                )
            session.add(
                Tag(
                    id="tag_a", workspace_id=1, name="级别", kind="rule", value_type="text", null_policy="clear",
                    current_run=None, is_archived=False, **common,
                )
            )  # fmt: skip
        observe(store, ("trait", "", "theirs", "text"), workspace_id=2)
        with store.read() as session:
            loaded = load_catalog(session, 1)
        assert {id_: ref.run for id_, ref in loaded.audiences.items()} == {"aud_a": 3}
        assert (loaded.tags["tag_a"].name, loaded.tags["tag_a"].type, loaded.tags["tag_a"].run) == (
            "级别",
            "text",
            None,
        )
        assert "theirs" not in loaded.traits


class TestPromote:
    def test_a_promoted_field_answers_the_same_from_its_column_for_old_and_new_rows(self, sqlite_store, warehouse):
        observe(sqlite_store, ("property", "Buy", "合计 金额", "number"), ("trait", "", "vip", "boolean"))
        make_events(warehouse, [{"event": "Buy", "properties": {"合计 金额": 5}}, {"event": "Buy", "properties": {}}])
        make_profiles(warehouse, [{"profile_id": 1, "traits": {"vip": True}}])
        keys = [("property", "Buy", "合计 金额"), ("trait", "", "vip")]
        columns = promote(sqlite_store, warehouse, 1, keys, wait=True)
        assert columns == [field_column("property", "合计 金额", "number"), "t_vip_b"]
        make_events(warehouse, [{"event": "Buy", "properties": {"合计 金额": 7.5}}])
        make_profiles(warehouse, [{"profile_id": 2, "traits": {"vip": 1}}])

        with sqlite_store.begin() as session:
            make_workspace(session)
            loaded = load_catalog(session, 1)
        total = loaded.properties["Buy"]["合计 金额"]
        assert total.column == columns[0]
        for column in (total.column, None):
            value = field_expression("property", total.name, total.type, column)
            query = raw("SELECT sum(") + value + "), countIf(" + value + " IS NULL)" + scan(EVENTS, 1)
            assert warehouse.query(query, workspace_id=1) == [(12.5, 1)]
        vip = raw("SELECT profile_id, t_vip_b") + scan(PROFILES, 1) + " ORDER BY profile_id"
        assert warehouse.query(vip, workspace_id=1) == [(1, True), (2, None)]

    def test_again_it_does_nothing_and_unknown_fields_are_left_alone(self, sqlite_store, single_warehouse):
        observe(sqlite_store, ("trait", "", "x", "text"))
        assert promote(sqlite_store, single_warehouse, 1, [("trait", "", "x"), ("trait", "", "never seen")]) == [
            "t_x_t"
        ]
        assert promote(sqlite_store, single_warehouse, 1, [("trait", "", "x")]) == []
        assert promote(sqlite_store, single_warehouse, 1, []) == []

    def test_workspaces_share_a_column_of_one_name_and_type(self, sqlite_store, single_warehouse):
        for workspace_id in (1, 2):
            observe(sqlite_store, ("trait", "", "x", "text"), workspace_id=workspace_id)
            assert promote(sqlite_store, single_warehouse, workspace_id, [("trait", "", "x")]) == ["t_x_t"]
        assert list(single_warehouse.columns("profiles")).count("t_x_t") == 1

    def test_two_at_once_both_succeed(self, sqlite_store, single_warehouse):
        names = [f"f{n}" for n in range(4)]
        observe(sqlite_store, *[("trait", "", name, "list") for name in names])
        keys = [("trait", "", name) for name in names]
        faults = []

        def run():
            try:
                promote(sqlite_store, single_warehouse, 1, keys)
            except Exception as exc:  # noqa: BLE001 (a thread's fault must reach the test)
                faults.append(exc)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert all(field(sqlite_store, name).column == f"t_{name}_l" for name in names)

    def test_the_table_has_a_limit_of_columns_and_the_error_says_what_to_do(
        self, sqlite_store, single_warehouse, monkeypatch
    ):
        monkeypatch.setattr(catalog, "MAX_COLUMNS", 1)
        observe(sqlite_store, ("trait", "", "a", "text"), ("trait", "", "b", "text"), ("property", "E", "c", "text"))
        promote(sqlite_store, single_warehouse, 1, [("trait", "", "a"), ("property", "E", "c")])
        with pytest.raises(Conflict, match=r"typed columns.*still works"):
            promote(sqlite_store, single_warehouse, 1, [("trait", "", "b")])
        assert field(sqlite_store, "b").column is None
