"""Tags end to end: the real compiler, store, warehouse and job runner, compared with plain Python dictionaries."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from fixtures.operators import NOW, make_caller, make_workspace
from fixtures.warehouse import make_aliases, make_events, make_profiles
from tributary import audiences, tags
from tributary.access import Principal
from tributary.core.clock import ManualClock
from tributary.core.scan import TAG_VALUES, scan
from tributary.core.sql import bind, raw
from tributary.errors import Conflict, RuleError, Unavailable
from tributary.governance import load_catalog
from tributary.jobs import Runner, list_jobs
from tributary.store import Store
from tributary.store.tables.identity import ProfileAlias
from tributary.store.tables.tags import Tag, TagRun
from tributary.tags.distribution import SHOWN_VALUES
from tributary.warehouse import Warehouse

BIG = {
    "kind": "event_aggregate",
    "event": "Order Completed",
    "function": "sum",
    "property": "total",
    "compare": {"op": "gte", "value": 600},
}
ANY_ORDER = {"kind": "event", "event": "Order Completed"}
RECENT = {**ANY_ORDER, "window": {"kind": "last", "value": 10, "unit": "days"}}
TIERS = {
    "levels": [
        {"value": "高价值", "rule": BIG},
        {"value": "活跃", "rule": RECENT},
        {"value": "一般", "rule": ANY_ORDER},
    ],
    "otherwise": "未购",
}
SPENT = {"measure": {"function": "sum", "event": "Order Completed", "property": "total"}}
LAST_BRAND = {"measure": {"function": "last", "event": "Order Completed", "property": "brand"}}


@dataclass
class Shop:
    """Workspace 1 on real engines, and the same people as plain Python."""

    store: Store
    warehouse: Warehouse
    clock: ManualClock
    people: set[int] = field(default_factory=set)
    orders: list[tuple[int, datetime, float, str]] = field(default_factory=list)

    @property
    def caller(self) -> Principal:
        return make_caller(self.clock)

    def add_people(self, people: set[int]) -> None:
        self.people |= people
        make_profiles(self.warehouse, [{"profile_id": id_, "traits": {"city": "上海"}} for id_ in sorted(people)])

    def add_orders(self, orders: list[tuple[int, datetime, float, str]]) -> None:
        self.orders += orders
        make_events(
            self.warehouse,
            [
                {
                    "profile_id": id_,
                    "event": "Order Completed",
                    "timestamp": at,
                    "properties": {"total": total, "brand": brand},
                }
                for id_, at, total, brand in orders
            ],
        )

    def merge(self, absorbed: int, survivor: int) -> None:
        make_profiles(self.warehouse, [{"profile_id": absorbed, "is_deleted": 1, "version": 10**9}])
        make_aliases(self.warehouse, {absorbed: survivor})
        with self.store.begin() as session:
            session.add(ProfileAlias(profile_id=absorbed, workspace_id=1, canonical_id=survivor, version=1))

    def create(self, name: str, definition: dict[str, Any] = TIERS, **more: Any) -> Tag:
        more = {"kind": "rule", "value_type": "text", **more}
        with self.store.begin() as session:
            return tags.create_tag(session, self.caller, name=name, definition=definition, **more)

    def change(self, tag: Tag, **more: Any) -> None:
        with self.store.begin() as session:
            current = tags.get_tag(session, 1, tag.id).current_version
            tags.update_tag(session, self.caller, tag.id, base_version=current, **more)

    def recompute(self, tag: Tag, **more: Any) -> TagRun:
        run = tags.recompute_tag(self.store, self.warehouse, self.clock, 1, tag.id, **more)
        assert run is not None
        return run

    def values(self, tag: Tag) -> dict[int, Any]:
        with self.store.read() as session:
            run = tags.get_tag(session, 1, tag.id).current_run
        where = raw("tag_id = ") + bind(tag.id, "String") + " AND run = " + bind(run or 0, "UInt64")
        rows = self.warehouse.query(raw("SELECT profile_id, text, number") + scan(TAG_VALUES, 1, where), workspace_id=1)
        assert len({row[0] for row in rows}) == len(rows)
        return {id_: number if text is None else text for id_, text, number in rows}

    def values_of(self, profile_id: int) -> dict[str, Any]:
        with self.store.read() as session:
            found = tags.values_of(session, self.warehouse, 1, profile_id)
        return {value.name: value.value for value in found}

    def preview(self, kind: Any, value_type: Any, definition: dict[str, Any]) -> tuple[tags.Distribution, int]:
        with self.store.read() as session:
            catalog = load_catalog(session, 1)
        return tags.preview_tag(self.warehouse, catalog, kind, value_type, definition, self.clock.now())

    # The oracle -------------------------------------------------------------------------------------------------

    def spent(self) -> dict[int, float]:
        totals: dict[int, float] = {}
        for id_, _, total, _ in self.orders:
            totals[id_] = totals.get(id_, 0) + total
        return totals

    def tiers(self) -> dict[int, str]:
        spent, since = self.spent(), self.clock.now() - timedelta(days=10)
        recent = {id_ for id_, at, _, _ in self.orders if at >= since}
        return {
            id_: "高价值"
            if spent.get(id_, 0) >= 600
            else "活跃"
            if id_ in recent
            else "一般"
            if id_ in spent
            else "未购"
            for id_ in self.people
        }


@pytest.fixture
def shop(sqlite_store: Store, warehouse: Warehouse) -> Shop:
    make_workspace(sqlite_store, 1)
    make_workspace(sqlite_store, 2)
    return Shop(sqlite_store, warehouse, ManualClock(NOW))


@pytest.fixture
def town(shop: Shop) -> Shop:
    """300 people and their orders of the last 60 days."""
    rng = random.Random(11)
    shop.add_people(set(range(1, 301)))
    shop.add_orders(
        [
            (
                rng.randint(1, 240),
                NOW - timedelta(minutes=rng.randint(1, 60 * 24 * 60)),
                float(rng.randint(1, 300)),
                rng.choice("ABC"),
            )
            for _ in range(700)
        ]
    )
    make_profiles(shop.warehouse, [{"profile_id": 5_000, "workspace_id": 2}])
    return shop


class TestRuleTag:
    def test_the_first_level_that_holds_gives_the_value(self, town: Shop):
        tag = town.create("tier")

        run = town.recompute(tag)

        expected = town.tiers()
        assert town.values(tag) == expected
        assert len(set(expected.values())) == 4
        assert (run.coverage, run.people) == (300, 300)
        assert run.distribution is not None
        spread = tags.load_distribution(run.distribution)
        assert {entry.value: entry.people for entry in spread.top} == Counter(expected.values())
        assert spread.distinct == 4

    def test_without_otherwise_the_rest_has_no_value(self, town: Shop):
        tag = town.create("tier", {"levels": TIERS["levels"]})

        run = town.recompute(tag)

        assert town.values(tag) == {id_: value for id_, value in town.tiers().items() if value != "未购"}
        assert (run.coverage, run.people) == (len(town.spent()), 300)

    def test_values_may_be_numbers(self, town: Shop):
        levels = {"levels": [{"value": 2, "rule": BIG}, {"value": 1.5, "rule": ANY_ORDER}], "otherwise": -1}
        tag = town.create("score", levels, value_type="number")

        town.recompute(tag)

        spent = town.spent()
        assert town.values(tag) == {
            id_: 2.0 if spent.get(id_, 0) >= 600 else 1.5 if id_ in spent else -1.0 for id_ in town.people
        }

    def test_a_level_may_ask_for_an_audience(self, town: Shop):
        with town.store.begin() as session:
            buyers = audiences.create_audience(session, town.caller, name="buyers", rule=ANY_ORDER)
        tag = town.create("buyer", {"levels": [{"value": "yes", "rule": {"kind": "audience", "audience": buyers.id}}]})
        with pytest.raises(Unavailable, match="not computed yet"):
            town.recompute(tag)

        audiences.refresh_audience(town.store, town.warehouse, town.clock, 1, buyers.id)
        town.recompute(tag)

        assert set(town.values(tag)) == set(town.spent())


class TestStatisticTag:
    def test_a_number_is_the_measure_of_each_person(self, town: Shop):
        tag = town.create("spent", SPENT, kind="statistic", value_type="number")

        run = town.recompute(tag)

        expected = town.spent()
        assert town.values(tag) == pytest.approx(expected)
        assert run.distribution is not None
        spread = tags.load_distribution(run.distribution)
        assert (spread.coverage, spread.distinct) == (len(expected), len(set(expected.values())))
        assert spread.mean == pytest.approx(statistics.fmean(expected.values()))
        assert spread.deciles is not None
        assert (spread.deciles[0], spread.deciles[-1]) == (min(expected.values()), max(expected.values()))
        assert spread.deciles == sorted(spread.deciles)
        ranked = sorted(Counter(expected.values()).items(), key=lambda entry: (-entry[1], entry[0]))
        assert [(entry.value, entry.people) for entry in spread.top] == ranked[:SHOWN_VALUES]

    def test_a_text_is_the_last_value_of_each_person(self, town: Shop):
        tag = town.create("last brand", LAST_BRAND, kind="statistic")

        town.recompute(tag)

        newest: dict[int, tuple[datetime, str]] = {}
        ties = set()
        for id_, at, _, brand in town.orders:
            if id_ in newest and newest[id_][0] == at:
                ties.add(id_)
            if id_ not in newest or newest[id_][0] < at:
                newest[id_] = (at, brand)
        found = town.values(tag)
        assert found.keys() == newest.keys()
        assert {id_: found[id_] for id_ in found.keys() - ties} == {id_: newest[id_][1] for id_ in newest.keys() - ties}


class TestNullPolicy:
    @pytest.mark.parametrize(
        ("policy", "definition", "kind"),
        [
            ("clear", {"levels": [{"value": "active", "rule": RECENT}]}, "rule"),
            ("keep_last", {"levels": [{"value": "active", "rule": RECENT}]}, "rule"),
            (
                "keep_last",
                {"measure": {**LAST_BRAND["measure"], "window": {"kind": "last", "value": 10, "unit": "days"}}},
                "statistic",
            ),
        ],
    )
    def test_who_gets_no_value_now_has_none_or_the_last(self, town: Shop, policy: str, definition: Any, kind: str):
        tag = town.create("tag", definition, kind=kind, null_policy=policy)
        town.recompute(tag)
        before = town.values(tag)
        town.clock.advance(timedelta(days=8))
        town.recompute(tag)

        after = town.values(tag)
        if policy == "clear":
            assert after.keys() < before.keys()
        else:
            assert after.keys() == before.keys()
            assert all(after[id_] == value for id_, value in before.items())

    def test_kept_values_follow_merges_and_leave_the_deleted_out(self, shop: Shop):
        shop.add_people({1, 2, 3, 4, 5})
        day_ago = NOW - timedelta(days=1)
        shop.add_orders([(id_, day_ago, 1.0, brand) for id_, brand in ((1, "A"), (2, "B"), (3, "C"), (5, "D"))])
        measure = {**LAST_BRAND["measure"], "window": {"kind": "last", "value": 10, "unit": "days"}}
        tag = shop.create("brand", {"measure": measure}, kind="statistic", null_policy="keep_last")
        shop.recompute(tag)
        shop.merge(1, 2)  # both have a value: the survivor's own stays
        shop.merge(3, 4)  # only the absorbed one has
        make_profiles(shop.warehouse, [{"profile_id": 5, "is_deleted": 1, "version": 10**9}])
        shop.clock.advance(timedelta(days=30))

        shop.recompute(tag)

        assert shop.values(tag) == {2: "B", 4: "C"}


class TestRuns:
    def test_an_interrupted_run_never_becomes_current(self, town: Shop):
        tag = town.create("tier")
        town.recompute(tag)
        before = town.values(tag)
        town.change(tag, definition={"levels": [{"value": "all", "rule": {"kind": "all", "rules": []}}]})

        class PowerCut(Exception):
            pass

        def cut() -> None:
            raise PowerCut

        with pytest.raises(PowerCut):
            town.recompute(tag, checkpoint=cut)
        assert town.values(tag) == before

        assert town.recompute(tag).run == 3
        assert set(town.values(tag).values()) == {"all"}

    def test_a_run_that_was_overtaken_does_not_replace_the_newer_one(self, town: Shop):
        tag = town.create("tier")
        overtaken = []

        def overtake() -> None:
            if not overtaken:
                overtaken.append(True)
                town.recompute(tag)

        with pytest.raises(Conflict, match="overtaken"):
            town.recompute(tag, checkpoint=overtake)
        with town.store.read() as session:
            assert [(run.run, run.state) for run in tags.list_runs(session, 1, tag.id)] == [
                (2, "finished"),
                (1, "failed"),
            ]

    def test_old_runs_lose_their_values_and_keep_their_numbers(self, town: Shop):
        tag = town.create("tier")
        for _ in range(tags.KEPT_RUNS + 2):
            town.recompute(tag)

        assert tags.prune_runs(town.store, town.warehouse) == 2
        rows = town.warehouse.query(raw("SELECT DISTINCT run") + scan(TAG_VALUES, 1) + " ORDER BY run", workspace_id=1)
        assert [row[0] for row in rows] == [3, 4, 5]
        with town.store.read() as session:
            first = tags.get_run(session, 1, tag.id, 1)
            assert (first.storage, first.coverage) == ("deleted", 300)

    def test_a_definition_that_no_longer_fits_fails_with_its_path(self, town: Shop):
        tag = town.create("tier")
        with town.store.begin() as session:
            version = tags.get_version(session, 1, tag.id, 1)
            gone = {"kind": "trait", "trait": "gone", "op": "is", "value": "x"}
            version.definition = {"levels": [{"value": "a", "rule": ANY_ORDER}, {"value": "b", "rule": gone}]}

        with pytest.raises(RuleError):
            town.recompute(tag)

        with town.store.read() as session:
            (failed,) = tags.list_runs(session, 1, tag.id)
            assert failed.error is not None
            assert failed.error["path"] == "levels[1].rule.trait"


class TestPreview:
    def test_shows_the_distribution_that_saving_would_give(self, town: Shop):
        spread, people = town.preview("rule", "text", TIERS)
        assert people == 300
        assert {entry.value: entry.people for entry in spread.top} == Counter(town.tiers().values())

        spread, _ = town.preview("statistic", "number", SPENT)
        assert spread.coverage == len(town.spent())

    def test_of_nobody_is_empty(self, shop: Shop):
        spread, people = shop.preview("statistic", "number", SPENT)

        assert people == 0
        assert spread == tags.Distribution(coverage=0, distinct=0, top=[], mean=None, deciles=None)


class TestValuesOfOnePerson:
    def test_shows_the_newest_value_of_every_live_tag(self, town: Shop):
        tier = town.create("tier")
        spent = town.create("spent", SPENT, kind="statistic", value_type="number")
        gone = town.create("gone")
        for tag in (tier, spent, gone):
            town.recompute(tag)
        with town.store.begin() as session:
            tags.archive_tag(session, town.caller, gone.id)
        town.clock.advance(timedelta(days=10))
        town.recompute(tier)

        for id_ in (1, 2, 3, 299):
            expected = {"tier": town.tiers()[id_]}
            if id_ in town.spent():
                expected["spent"] = town.spent()[id_]
            assert town.values_of(id_) == expected
        assert town.values_of(9_999) == {}

    def test_a_merged_person_has_the_survivors_value_or_else_the_absorbed_ones(self, shop: Shop):
        shop.add_people({1, 2, 3, 4})
        shop.add_orders([(id_, NOW - timedelta(days=1), 1.0, brand) for id_, brand in ((1, "A"), (2, "B"), (3, "C"))])
        shop.recompute(shop.create("brand", LAST_BRAND, kind="statistic"))
        shop.merge(1, 2)
        shop.merge(3, 4)

        assert shop.values_of(1) == shop.values_of(2) == {"brand": "B"}
        assert shop.values_of(4) == {"brand": "C"}


class TestJobs:
    def test_saving_computes_the_values_and_they_can_be_used_in_audiences(self, town: Shop):
        tag = town.create("tier")
        rule = {"kind": "tag", "tag": tag.id, "op": "is", "value": "高价值"}
        with town.store.begin() as session:
            audience = audiences.create_audience(session, town.caller, name="best", rule=rule)
        handlers = {
            **tags.job_handlers(town.store, town.warehouse, town.clock),
            **audiences.job_handlers(town.store, town.warehouse, town.clock),
        }
        runner = Runner(town.store, town.clock, handlers, schedules=(*tags.SCHEDULES, *audiences.SCHEDULES))

        for _ in range(10):
            runner.run_all()
            town.clock.advance(60)

        with town.store.begin() as session:
            assert {job.state for job in list_jobs(session, 1)} == {"succeeded"}
            assert load_catalog(session, 1).properties["Order Completed"]["total"].column is not None
            audience = audiences.get_audience(session, 1, audience.id)
        members = audiences.list_members(town.warehouse, audience, limit=1000)
        assert members == sorted(id_ for id_, tier in town.tiers().items() if tier == "高价值")

    def test_the_schedule_computes_what_is_due(self, town: Shop):
        daily = town.create("daily")
        manual = town.create("manual", schedule="manual")
        handlers = tags.job_handlers(town.store, town.warehouse, town.clock)
        runner = Runner(town.store, town.clock, handlers, schedules=tags.SCHEDULES)
        runner.run_all()
        town.clock.set(NOW.replace(hour=16, minute=1))  # after midnight in Shanghai
        runner.run_all()

        with town.store.read() as session:
            assert tags.get_tag(session, 1, daily.id).current_run == 2
            assert tags.get_tag(session, 1, manual.id).current_run == 1


def test_runs_work_on_both_stores(store: Store, single_warehouse: Warehouse):
    make_workspace(store)
    shop = Shop(store, single_warehouse, ManualClock(NOW))
    shop.add_people({1, 2})
    shop.add_orders([(1, NOW - timedelta(days=1), 700.0, "A")])
    tag = shop.create("tier")
    for _ in range(tags.KEPT_RUNS + 1):
        shop.recompute(tag)

    assert shop.values(tag) == {1: "高价值", 2: "未购"}
    assert shop.values_of(2) == {"tier": "未购"}
    assert tags.prune_runs(store, single_warehouse) == 1
