"""Tags as records: versions, locks, names, archiving, circles."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.operators import NOW, make_caller, make_workspace
from tributary import audiences, tags
from tributary.access import list_audit
from tributary.core.clock import ManualClock
from tributary.errors import Conflict, InvalidRequest, NotFound, RuleError
from tributary.governance import load_catalog
from tributary.jobs import list_jobs
from tributary.store import Store

CITY = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}
ADULT = {"kind": "trait", "trait": "age", "op": "gte", "value": 18}
TIERS = {"levels": [{"value": "near", "rule": CITY}], "otherwise": "far"}
SPENT = {"measure": {"function": "sum", "event": "Order Completed", "property": "total"}}
BRAND = {"measure": {"function": "last", "event": "Order Completed", "property": "brand"}}


def level_of(*tag_ids: str) -> dict[str, Any]:
    asked = [{"kind": "tag", "tag": id_, "op": "is_set"} for id_ in tag_ids]
    return {"levels": [{"value": "x", "rule": {"kind": "any", "rules": asked}}]}


@pytest.fixture
def shop(sqlite_store: Store) -> Store:
    make_workspace(sqlite_store, 1)
    make_workspace(sqlite_store, 2)
    return sqlite_store


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def create(store: Store, clock: ManualClock, name: str, definition: Any = TIERS, *, workspace_id: int = 1, **more: Any):
    more = {"kind": "rule", "value_type": "text"} | more
    with store.begin() as session:
        return tags.create_tag(session, make_caller(clock, workspace_id), name=name, definition=definition, **more)


def update(store: Store, clock: ManualClock, tag_id: str, base_version: int, **more: Any):
    with store.begin() as session:
        return tags.update_tag(session, make_caller(clock), tag_id, base_version=base_version, **more)


class TestCreate:
    def test_starts_at_version_one_and_asks_for_promotion_and_values(self, shop: Store, clock: ManualClock):
        tag = create(shop, clock, "距离")

        assert (tag.current_version, tag.current_run) == (1, None)
        assert tag.due_at == NOW.replace(hour=16)  # midnight in Shanghai
        with shop.read() as session:
            assert {job.kind for job in list_jobs(session, 1)} == {"tag.recompute", "tag.promote"}
            assert [entry.action for entry in list_audit(session, 1)] == ["tag.created"]

    def test_a_measure_must_give_values_of_the_tags_type(self, shop: Store, clock: ManualClock):
        create(shop, clock, "spent", SPENT, kind="statistic", value_type="number")
        create(shop, clock, "brand", BRAND, kind="statistic", value_type="text")

        with pytest.raises(RuleError) as caught:
            create(shop, clock, "wrong", BRAND, kind="statistic", value_type="number")
        assert caught.value.path == "measure.function"

    def test_errors_carry_the_path_from_the_root(self, shop: Store, clock: ManualClock):
        wrong = {"kind": "trait", "trait": "citi", "op": "is", "value": "x"}

        with pytest.raises(RuleError) as caught:
            create(shop, clock, "a", {"levels": [{"value": "a", "rule": {"kind": "all", "rules": [CITY, wrong]}}]})
        assert caught.value.path == "levels[0].rule.all[1].trait"

        measure = {"function": "sum", "event": "Order Completed", "property": "totl"}
        with pytest.raises(RuleError) as caught:
            create(shop, clock, "b", {"measure": measure}, kind="statistic", value_type="number")
        assert caught.value.path == "measure.property"

    def test_refuses_a_name_that_is_taken_or_empty(self, shop: Store, clock: ManualClock):
        create(shop, clock, "a")
        create(shop, clock, "a", workspace_id=2)

        with pytest.raises(Conflict, match="this name"):
            create(shop, clock, "a")
        with pytest.raises(InvalidRequest):
            create(shop, clock, " ")


class TestUpdate:
    def test_another_definition_is_the_next_version(self, shop: Store, clock: ManualClock):
        tag = create(shop, clock, "a")

        update(shop, clock, tag.id, 1, definition={"levels": [{"value": "adult", "rule": ADULT}]}, note="n")
        update(shop, clock, tag.id, 2, definition={"levels": [{"value": "adult", "rule": ADULT}]})

        with shop.read() as session:
            assert [(version.version, version.note) for version in tags.list_versions(session, 1, tag.id)] == [
                (2, "n"),
                (1, ""),
            ]
            assert [change.path for change in _compared(session, tag, 1, 2)] == [
                "levels[0].value",
                "levels[0].rule.trait",
                "levels[0].rule.op",
                "levels[0].rule.value",
                "otherwise",
            ]

    def test_a_change_made_on_an_older_version_is_refused(self, shop: Store, clock: ManualClock):
        tag = create(shop, clock, "a")
        update(shop, clock, tag.id, 1, definition=TIERS | {"otherwise": "away"})

        with pytest.raises(Conflict, match="version 2"):
            update(shop, clock, tag.id, 1, null_policy="keep_last")

    def test_an_old_version_comes_back_as_a_new_one(self, shop: Store, clock: ManualClock):
        tag = create(shop, clock, "a")
        update(shop, clock, tag.id, 1, definition=TIERS | {"otherwise": "away"})
        with shop.begin() as session:
            tags.restore_version(session, make_caller(clock), tag.id, 1, base_version=2)

        with shop.read() as session:
            assert tags.get_version(session, 1, tag.id, 3).definition == TIERS

    def test_a_circle_through_an_audience_is_refused(self, shop: Store, clock: ManualClock):
        tag = create(shop, clock, "tier")
        with shop.begin() as session:
            rule = {"kind": "tag", "tag": tag.id, "op": "is", "value": "near"}
            audience = audiences.create_audience(session, make_caller(clock), name="near ones", rule=rule)

        back = {"levels": [{"value": "x", "rule": {"kind": "audience", "audience": audience.id}}]}
        with pytest.raises(RuleError) as caught:
            update(shop, clock, tag.id, 1, definition=back)
        assert caught.value.path == "levels[0].rule"
        assert "tier → near ones → tier" in caught.value.message
        with pytest.raises(RuleError, match="tier → tier"):
            update(shop, clock, tag.id, 1, definition=level_of(tag.id))


class TestArchive:
    def test_what_is_used_stays_until_it_is_free(self, shop: Store, clock: ManualClock):
        first = create(shop, clock, "first")
        second = create(shop, clock, "second", level_of(first.id))
        caller = make_caller(clock)

        with pytest.raises(Conflict, match="second"), shop.begin() as session:
            tags.archive_tag(session, caller, first.id)
        with shop.begin() as session:
            tags.archive_tag(session, caller, second.id)
            tags.archive_tag(session, caller, first.id)
        with pytest.raises(RuleError), shop.begin() as session:
            tags.unarchive_tag(session, caller, second.id)
        with pytest.raises(Conflict), shop.begin() as session:
            tags.request_recompute(session, caller, first.id)
        with shop.begin() as session:
            tags.unarchive_tag(session, caller, first.id)
            assert [tag.name for tag in tags.list_tags(session, 1)] == ["first"]
            assert [tag.name for tag in tags.list_tags(session, 1, archived=True)] == ["second"]


def test_nothing_of_another_workspace_is_found(shop: Store, clock: ManualClock):
    foreign = create(shop, clock, "foreign", workspace_id=2)
    caller = make_caller(clock)

    with shop.begin() as session:
        for attempt in (
            lambda: tags.get_tag(session, 1, foreign.id),
            lambda: tags.get_version(session, 1, foreign.id, 1),
            lambda: tags.list_versions(session, 1, foreign.id),
            lambda: tags.list_runs(session, 1, foreign.id),
            lambda: tags.update_tag(session, caller, foreign.id, base_version=1, name="x"),
            lambda: tags.archive_tag(session, caller, foreign.id),
            lambda: tags.unarchive_tag(session, caller, foreign.id),
            lambda: tags.request_recompute(session, caller, foreign.id),
        ):
            with pytest.raises(NotFound):
                attempt()
    with pytest.raises(RuleError):
        create(shop, clock, "ours", level_of(foreign.id))


def test_definitions_live_on_both_stores(store: Store, clock: ManualClock):
    make_workspace(store)
    tag = create(store, clock, "a")
    update(store, clock, tag.id, 1, definition=TIERS | {"otherwise": "away"}, name="b")

    with pytest.raises(Conflict):
        create(store, clock, "b")


def _compared(session, tag, before, after):
    return tags.compare_versions(session, 1, tag.id, before, after, load_catalog(session, 1), "en")
