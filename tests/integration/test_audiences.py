"""Audiences end to end: the real compiler, store, warehouse and job runner, compared with plain Python sets."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from fixtures.operators import NOW, make_caller, make_workspace
from fixtures.warehouse import make_aliases, make_events, make_profiles, make_tag_values
from tributary import audiences, rules
from tributary.access import Principal
from tributary.core.clock import ManualClock
from tributary.errors import BudgetExceeded, Conflict, NotFound, RuleError, Unavailable
from tributary.governance import load_catalog
from tributary.jobs import Runner, list_jobs
from tributary.store import Store
from tributary.store.tables.audiences import Audience, AudienceRun
from tributary.store.tables.identity import ProfileAlias
from tributary.warehouse import Budget, Warehouse

Rule = dict[str, Any]


def trait(name: str, op: str, value: Any = None) -> Rule:
    return {"kind": "trait", "trait": name, "op": op, **({} if value is None else {"value": value})}


def bought(at_least: int, *, days: int = 30, **more: Any) -> Rule:
    return {
        "kind": "event",
        "event": "Order Completed",
        "count": {"op": "gte", "value": at_least},
        "window": {"kind": "last", "value": days, "unit": "days"},
        **more,
    }


def member_of(audience: Audience, op: str = "in") -> Rule:
    return {"kind": "audience", "audience": audience.id, "op": op}


def both(*parts: Rule) -> Rule:
    return {"kind": "all", "rules": list(parts)}


def either(*parts: Rule) -> Rule:
    return {"kind": "any", "rules": list(parts)}


def without(part: Rule) -> Rule:
    return {"kind": "not", "rule": part}


@dataclass
class Shop:
    """Workspace 1 on real engines, and the same people as plain Python."""

    store: Store
    warehouse: Warehouse
    clock: ManualClock
    traits: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: list[tuple[int, datetime, float]] = field(default_factory=list)

    @property
    def caller(self) -> Principal:
        return make_caller(self.clock)

    def add_people(self, people: dict[int, dict[str, Any]]) -> None:
        self.traits.update(people)
        make_profiles(self.warehouse, [{"profile_id": id_, "traits": traits} for id_, traits in people.items()])

    def add_orders(self, orders: list[tuple[int, datetime, float]]) -> None:
        self.orders += orders
        make_events(
            self.warehouse,
            [
                {"profile_id": id_, "event": "Order Completed", "timestamp": at, "properties": {"total": total}}
                for id_, at, total in orders
            ],
        )

    def merge(self, absorbed: int, survivor: int) -> None:
        make_profiles(self.warehouse, [{"profile_id": absorbed, "is_deleted": 1, "version": 10**9}])
        make_aliases(self.warehouse, {absorbed: survivor})
        with self.store.begin() as session:
            session.add(ProfileAlias(profile_id=absorbed, workspace_id=1, canonical_id=survivor, version=1))

    def create(self, name: str, rule: Rule, **more: Any) -> Audience:
        with self.store.begin() as session:
            return audiences.create_audience(session, self.caller, name=name, rule=rule, **more)

    def change(self, audience: Audience, rule: Rule) -> Audience:
        current = self.get(audience)
        with self.store.begin() as session:
            return audiences.update_audience(
                session, self.caller, audience.id, base_version=current.current_version, rule=rule
            )

    def refresh(self, audience: Audience, **more: Any) -> AudienceRun:
        run = audiences.refresh_audience(self.store, self.warehouse, self.clock, 1, audience.id, **more)
        assert run is not None
        return run

    def get(self, audience: Audience) -> Audience:
        with self.store.begin() as session:  # what a read transaction has loaded cannot be used after it
            return audiences.get_audience(session, 1, audience.id)

    def members(self, audience: Audience) -> set[int]:
        found = audiences.list_members(self.warehouse, self.get(audience), limit=100_000)
        assert found == sorted(set(found))
        return set(found)

    def entered(self, run: AudienceRun) -> set[int]:
        with self.store.read() as session:
            return set(audiences.list_entered(session, self.warehouse, run, limit=100_000))

    def exited(self, run: AudienceRun) -> set[int]:
        with self.store.read() as session:
            return set(audiences.list_exited(session, self.warehouse, run, limit=100_000))

    def audiences_of(self, profile_id: int) -> list[str]:
        with self.store.read() as session:
            return [found.name for found in audiences.audiences_of(session, self.warehouse, 1, profile_id)]

    def estimate(self, rule: Rule, **more: Any) -> audiences.Estimate:
        with self.store.read() as session:
            catalog = load_catalog(session, 1)
        return audiences.estimate_rule(self.warehouse, catalog, rule, self.clock.now(), **more)

    # The oracle -------------------------------------------------------------------------------------------------

    def where(self, holds: Callable[[dict[str, Any]], bool]) -> set[int]:
        return {id_ for id_, traits in self.traits.items() if holds(traits)}

    def buyers(self, at_least: int, *, days: int = 30) -> set[int]:
        first_day = self.clock.now() - timedelta(days=days)
        count = dict.fromkeys(self.traits, 0)
        for id_, at, _ in self.orders:
            count[id_] += first_day <= at <= self.clock.now()
        return {id_ for id_, times in count.items() if times >= at_least}


@pytest.fixture
def shop(sqlite_store: Store, warehouse: Warehouse) -> Shop:
    make_workspace(sqlite_store, 1)
    make_workspace(sqlite_store, 2)
    return Shop(sqlite_store, warehouse, ManualClock(NOW))


@pytest.fixture
def town(shop: Shop) -> Shop:
    """400 people of four cities, some without traits, and their orders of the last 60 days."""
    rng = random.Random(7)
    people: dict[int, dict[str, Any]] = {}
    for id_ in range(1, 401):
        people[id_] = {}
        if rng.random() < 0.9:
            people[id_]["city"] = rng.choice(["上海", "北京", "Paris", "深圳"])
        if rng.random() < 0.8:
            people[id_]["age"] = rng.randint(10, 80)
    shop.add_people(people)
    shop.add_orders(
        [
            (rng.randint(1, 400), NOW - timedelta(hours=rng.randint(1, 24 * 60)), rng.randint(1, 500))
            for _ in range(1200)
        ]
    )
    # The same ids in another workspace must never show.
    make_profiles(shop.warehouse, [{"profile_id": 5_000, "workspace_id": 2, "traits": {"city": "上海"}}])
    return shop


class TestRefresh:
    @pytest.mark.parametrize("seed", range(4))
    def test_members_are_exactly_who_the_rule_selects(self, town: Shop, seed: int):
        in_city = town.where(lambda traits: traits.get("city") == "上海")
        grown_up = town.where(lambda traits: traits.get("age", -1) >= 18)
        buyers = town.buyers(2)
        rule, expected = [
            (both(trait("city", "is", "上海"), bought(2)), in_city & buyers),
            (either(trait("city", "is", "上海"), without(bought(2))), in_city | (set(town.traits) - buyers)),
            (both(), set(town.traits)),
            (both(trait("age", "gte", 18), either(without(trait("city", "is", "上海")), bought(2))),
             grown_up & ((set(town.traits) - in_city) | buyers)),
        ][seed]  # fmt: skip
        audience = town.create("a", rule)

        run = town.refresh(audience)

        assert town.members(audience) == expected
        assert (run.size, run.entered, run.exited) == (len(expected), len(expected), 0)
        assert town.get(audience).size == len(expected)
        assert town.estimate(rule).size == len(expected)

    def test_entered_and_exited_are_counted_against_the_run_before(self, town: Shop):
        audience = town.create("buyers", bought(2))
        town.refresh(audience)
        before = town.buyers(2)
        town.clock.advance(timedelta(days=9))
        town.add_orders([(id_, town.clock.now() - timedelta(hours=1), 10.0) for id_ in range(1, 60) for _ in "ab"])

        run = town.refresh(audience)

        after = town.buyers(2)
        assert after - before
        assert before - after
        assert (run.entered, run.exited) == (len(after - before), len(before - after))
        assert town.entered(run) == after - before
        assert town.exited(run) == before - after

    def test_pages_of_members_are_complete_and_without_repeats(self, town: Shop):
        audience = town.create("all", both())
        town.refresh(audience)

        seen: list[int] = []
        while page := audiences.list_members(town.warehouse, town.get(audience), after=max(seen, default=0), limit=37):
            seen += page

        assert seen == sorted(town.traits)

    def test_nobody_is_in_an_audience_before_its_first_run(self, town: Shop):
        audience = town.create("new", both())

        assert town.members(audience) == set()
        assert town.audiences_of(1) == []

    def test_an_interrupted_run_never_becomes_current(self, town: Shop):
        audience = town.create("buyers", bought(1))
        town.refresh(audience)
        before = town.members(audience)
        town.change(audience, both())

        class PowerCut(Exception):
            pass

        def cut() -> None:
            raise PowerCut

        with pytest.raises(PowerCut):
            town.refresh(audience, checkpoint=cut)
        assert town.members(audience) == before

        run = town.refresh(audience)
        assert (run.run, run.previous_run) == (3, 1)
        assert town.members(audience) == set(town.traits)
        assert town.exited(run) == set()

    def test_a_run_left_over_by_a_killed_worker_is_closed_and_its_members_removed(self, town: Shop):
        audience = town.create("buyers", bought(1))
        with town.store.begin() as session:  # what a worker leaves that dies after writing the bitmap
            left = AudienceRun(
                audience_id=audience.id,
                run=1,
                workspace_id=1,
                version=1,
                state="running",
                resolved_at=NOW,
                started_at=NOW,
                storage="kept",
            )
            session.add(left)
            session.get_one(Audience, audience.id).last_run = 1
        _write_bitmap(town, audience, 1)

        run = town.refresh(audience)
        assert run.run == 2
        with town.store.read() as session:
            assert [found.state for found in audiences.list_runs(session, 1, audience.id)] == ["finished", "failed"]
        assert audiences.prune_runs(town.store, town.warehouse) == 1
        assert _stored_runs(town, audience) == [2]

    def test_a_run_that_was_overtaken_does_not_replace_the_newer_one(self, town: Shop):
        audience = town.create("buyers", bought(1))
        overtaken = []

        def overtake() -> None:
            if not overtaken:
                overtaken.append(True)
                town.refresh(audience)

        with pytest.raises(Conflict, match="overtaken"):
            town.refresh(audience, checkpoint=overtake)

        assert town.get(audience).current_run == 2

    def test_old_runs_lose_their_members_and_keep_their_numbers(self, town: Shop):
        audience = town.create("buyers", bought(1))
        runs = [town.refresh(audience) for _ in range(audiences.KEPT_RUNS + 2)]

        assert audiences.prune_runs(town.store, town.warehouse) == 2
        assert audiences.prune_runs(town.store, town.warehouse) == 0

        assert _stored_runs(town, audience) == [run.run for run in runs[2:]]
        with town.store.read() as session:
            first = audiences.get_run(session, 1, audience.id, 1)
            assert (first.size, first.storage) == (len(town.buyers(1)), "deleted")
            for run in (1, 3):  # the third is kept, but not the second, which it is compared with
                with pytest.raises(NotFound, match="not there"):
                    audiences.list_entered(session, town.warehouse, audiences.get_run(session, 1, audience.id, run))

    def test_a_snapshot_is_taken_once_per_version(self, town: Shop):
        audience = town.create("now", bought(1), kind="snapshot")
        first = town.refresh(audience)
        taken = town.members(audience)
        town.clock.advance(timedelta(days=40))

        assert audiences.refresh_audience(town.store, town.warehouse, town.clock, 1, audience.id) is None
        assert town.members(audience) == taken
        with pytest.raises(Conflict, match="once"), town.store.begin() as session:
            audiences.request_refresh(session, town.caller, audience.id)

        town.change(audience, bought(2, days=90))
        assert town.refresh(audience).run > first.run
        assert town.members(audience) == town.buyers(2, days=90)

    def test_a_rule_that_no_longer_fits_fails_with_its_path_and_keeps_the_members(self, town: Shop):
        other = town.create("other", trait("city", "is", "上海"))
        audience = town.create("buyers", bought(1))
        town.refresh(audience)
        with town.store.begin() as session:
            version = audiences.get_version(session, 1, audience.id, 1)
            version.rule = both(trait("city", "is", "上海"), trait("gone", "is", "x"))

        with pytest.raises(RuleError):
            town.refresh(audience)

        with town.store.read() as session:
            failed = audiences.list_runs(session, 1, audience.id)[0]
            assert (failed.state, failed.error and failed.error["path"]) == ("failed", "all[1].trait")
        assert town.members(audience) == town.buyers(1)
        assert town.members(other) == set()

    def test_the_run_that_a_campaign_is_being_sent_to_is_kept(self, town: Shop):
        from tributary.store.tables.messaging import Campaign

        audience = town.create("buyers", bought(1))
        town.refresh(audience)
        with town.store.begin() as session:
            campaign = Campaign(
                id="cmp_1", workspace_id=1, name="Spring", state="sending", audience_id=audience.id, audience_run=1,
                version=1, salt="s", cursor=0, created_by="usr_test", created_at=NOW, updated_at=NOW,
            )  # fmt: skip
            session.add(campaign)
        for _ in range(audiences.KEPT_RUNS + 1):
            town.refresh(audience)
        with pytest.raises(Conflict, match="Spring"), town.store.begin() as session:
            audiences.archive_audience(session, town.caller, audience.id)

        audiences.prune_runs(town.store, town.warehouse)
        assert _stored_runs(town, audience) == [1, *range(3, audiences.KEPT_RUNS + 3)]

        with town.store.begin() as session:
            session.get_one(Campaign, "cmp_1").state = "done"
        town.refresh(audience)
        audiences.prune_runs(town.store, town.warehouse)
        assert _stored_runs(town, audience) == list(range(4, audiences.KEPT_RUNS + 4))


class TestBuildingOnEachOther:
    def test_waits_for_what_it_builds_on(self, town: Shop):
        first = town.create("first", trait("city", "is", "上海"))
        second = town.create("second", both(member_of(first), bought(1)))

        with pytest.raises(Unavailable, match="not computed yet"):
            town.refresh(second)
        town.refresh(first)
        town.refresh(second)

        assert town.members(second) == town.where(lambda traits: traits.get("city") == "上海") & town.buyers(1)

    def test_not_in_an_audience_is_everybody_else(self, town: Shop):
        first = town.create("first", trait("city", "is", "上海"))
        town.refresh(first)
        second = town.create("second", member_of(first, "not_in"))
        town.refresh(second)

        assert town.members(second) == set(town.traits) - town.members(first)

    def test_tags_can_be_asked_for(self, town: Shop):
        from tributary.store.tables.tags import Tag

        make_tag_values(
            town.warehouse, [{"tag_id": "tag_1", "run": 3, "profile_id": id_, "text": "gold"} for id_ in (5, 9)]
        )
        with town.store.begin() as session:
            session.add(
                Tag(
                    id="tag_1", workspace_id=1, name="Tier", description="", kind="rule", value_type="text",
                    null_policy="clear", schedule="manual", current_version=1, current_run=3, last_run=3,
                    is_archived=False, created_by="usr_test", created_at=NOW, updated_at=NOW,
                )
            )  # fmt: skip
        audience = town.create("gold", {"kind": "tag", "tag": "tag_1", "op": "is", "value": "gold"})
        town.refresh(audience)

        assert town.members(audience) == {5, 9}


class TestMergesAfterARun:
    def test_an_absorbed_member_is_found_under_the_survivor_once(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}, 2: {"city": "上海"}, 3: {"city": "上海"}, 4: {"city": "Paris"}})
        audience = shop.create("上海", trait("city", "is", "上海"))
        shop.refresh(audience)
        shop.merge(1, 3)
        shop.merge(2, 4)

        assert shop.members(audience) == {3, 4}
        assert shop.audiences_of(4) == shop.audiences_of(2) == ["上海"]

    def test_a_merge_of_two_members_moves_nobody_in_or_out(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}, 2: {"city": "上海"}, 3: {"city": "上海"}})
        audience = shop.create("上海", trait("city", "is", "上海"))
        shop.refresh(audience)
        shop.merge(1, 3)

        run = shop.refresh(audience)

        assert (run.size, run.entered, run.exited) == (2, 0, 0)
        assert shop.entered(run) == shop.exited(run) == set()

    def test_who_lost_what_selected_them_by_a_merge_has_exited(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}, 2: {"city": "Paris"}})
        audience = shop.create("上海", trait("city", "is", "上海"))
        shop.refresh(audience)
        shop.merge(1, 2)

        run = shop.refresh(audience)

        assert (run.size, run.entered, run.exited) == (0, 0, 1)
        assert shop.exited(run) == {2}


class TestEstimate:
    def test_the_waterfall_shows_who_is_left_after_each_condition(self, town: Shop):
        in_city = town.where(lambda traits: traits.get("city") == "上海")
        no_buyers = set(town.traits) - town.buyers(2)
        adults = town.where(lambda traits: traits.get("age", -1) >= 18)

        found = town.estimate(
            both(trait("city", "is", "上海"), without(bought(2)), trait("age", "gte", 18)), locale="zh"
        )

        assert (found.people, found.size) == (400, len(in_city & no_buyers & adults))
        assert [(step.path, step.alone, step.after) for step in found.steps] == [
            ("all[0]", len(in_city), len(in_city)),
            ("all[1]", len(no_buyers), len(in_city & no_buyers)),
            ("all[2]", len(adults), len(in_city & no_buyers & adults)),
        ]
        assert "上海" in found.steps[0].sentence

    def test_under_any_people_are_gathered(self, town: Shop):
        in_city = town.where(lambda traits: traits.get("city") == "上海")

        found = town.estimate(either(trait("city", "is", "上海"), bought(2)))

        assert [step.after for step in found.steps] == [len(in_city), len(in_city | town.buyers(2))]
        assert found.size == len(in_city | town.buyers(2))

    @pytest.mark.parametrize(
        "rule", [trait("city", "is", "上海"), without(trait("city", "is", "上海")), both(), either()]
    )
    def test_a_rule_without_parts_is_one_step(self, town: Shop, rule: Rule):
        found = town.estimate(rule)

        assert [step.after for step in found.steps] == [found.size]

    def test_the_sample_is_spread_over_the_people_found(self, town: Shop):
        buyers = town.buyers(1)

        found = town.estimate(bought(1))

        assert len(found.sample) == len(set(found.sample)) == 20
        assert set(found.sample) <= buyers
        ranks = [sorted(buyers).index(id_) for id_ in found.sample]
        assert max(later - earlier for earlier, later in pairwise(ranks)) <= len(buyers) // 20 + 1

    def test_a_small_audience_is_shown_whole_and_an_empty_one_not_at_all(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}, 7: {"city": "上海"}, 9: {"city": "Paris"}})

        assert shop.estimate(trait("city", "is", "上海")).sample == [1, 7]
        assert shop.estimate(trait("city", "is", "深圳")).sample == []

    def test_a_workspace_without_people_counts_nobody(self, shop: Shop):
        found = shop.estimate(both(trait("city", "is", "上海"), without(bought(1))))

        assert (found.people, found.size, found.sample) == (0, 0, [])

    def test_what_costs_too_much_is_stopped(self, town: Shop):
        with pytest.raises(BudgetExceeded):
            town.estimate(bought(1), budget=Budget("tiny", seconds=5, memory_bytes=1_000, rows=10))


class TestWhy:
    def test_each_condition_comes_with_the_value_that_decides(self, shop: Shop):
        shop.add_people({1: {"city": "上海", "age": 30}, 2: {"age": 30}})
        shop.add_orders([(1, NOW - timedelta(days=1), 10.0), (1, NOW - timedelta(days=2), 20.0)])
        audience = shop.create("a", both(trait("city", "is", "上海"), trait("age", "gte", 40), bought(2)))
        shop.refresh(audience)

        with shop.store.read() as session:
            found = audiences.why_member(session, shop.warehouse, shop.get(audience), 1, NOW, locale="zh")
            absent = audiences.why_member(session, shop.warehouse, shop.get(audience), 2, NOW, locale="en")

        assert (found.is_selected, found.is_member, found.run) == (False, False, 1)
        assert [(part.path, part.holds, part.actual) for part in found.why.parts] == [
            ("all[0]", True, "上海"),
            ("all[1]", False, 30),
            ("all[2]", True, 2),
        ]
        assert [(part.holds, part.actual) for part in absent.why.parts] == [(False, None), (False, 30), (False, 0)]
        assert all(part.sentence for part in found.why.parts)

    def test_says_when_the_run_is_behind_the_person(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}})
        audience = shop.create("buyers", bought(1))
        shop.refresh(audience)
        shop.add_orders([(1, NOW - timedelta(minutes=1), 10.0)])

        with shop.store.read() as session:
            found = audiences.why_member(session, shop.warehouse, shop.get(audience), 1, NOW, locale="en")

        assert (found.is_selected, found.is_member) == (True, False)

    def test_an_absorbed_profile_is_explained_as_the_survivor(self, shop: Shop):
        shop.add_people({1: {}, 2: {"city": "上海"}})
        shop.add_orders([(1, NOW - timedelta(days=1), 10.0)])
        shop.merge(1, 2)
        audience = shop.create("a", both(trait("city", "is", "上海"), bought(1)))
        shop.refresh(audience)

        with shop.store.read() as session:
            found = audiences.why_member(session, shop.warehouse, shop.get(audience), 1, NOW, locale="en")

        assert (found.profile_id, found.is_selected, found.is_member) == (2, True, True)

    def test_selection_and_explanation_agree_for_everybody(self, town: Shop):
        rule = either(both(trait("city", "is", "上海"), bought(2)), without(trait("age", "gte", 18)))
        audience = town.create("a", rule)
        town.refresh(audience)
        members = town.members(audience)

        with town.store.read() as session:
            catalog = load_catalog(session, 1)
            for id_ in range(1, 400, 13):
                why = audiences.why_rule(session, town.warehouse, catalog, rule, id_, town.clock.now(), locale="en")
                assert why.holds == (id_ in members), id_


class TestAudiencesOfOnePerson:
    def test_lists_the_live_ones_that_hold_the_person_now(self, town: Shop):
        in_city = town.create("in the city", trait("city", "is", "上海"))
        everybody = town.create("everybody", both())
        archived = town.create("archived", both())
        for audience in (in_city, everybody, archived):
            town.refresh(audience)
        town.refresh(in_city)  # two runs of one, so that run numbers of different audiences overlap
        with town.store.begin() as session:
            audiences.archive_audience(session, town.caller, archived.id)

        for id_ in (1, 2, 3, 4, 5):
            expected = ["everybody", *(["in the city"] if town.traits[id_].get("city") == "上海" else [])]
            assert town.audiences_of(id_) == expected

    def test_an_old_run_of_one_does_not_pass_as_the_current_run_of_another(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}})
        first = shop.create("first", both())
        second = shop.create("second", both())
        shop.refresh(first)
        shop.refresh(second)
        shop.change(first, trait("city", "is", "Paris"))
        shop.refresh(first)

        assert shop.audiences_of(1) == ["second"]


class TestJobs:
    def runner(self, shop: Shop) -> Runner:
        handlers = audiences.job_handlers(shop.store, shop.warehouse, shop.clock)
        return Runner(shop.store, shop.clock, handlers, schedules=audiences.SCHEDULES)

    def test_saving_computes_the_members_and_promotes_the_fields(self, town: Shop):
        audience = town.create("buyers", both(trait("city", "is", "上海"), bought(2)))

        self.runner(town).run_all()

        assert town.members(audience) == town.where(lambda traits: traits.get("city") == "上海") & town.buyers(2)
        with town.store.read() as session:
            assert {job.state for job in list_jobs(session, 1)} == {"succeeded"}
            assert load_catalog(session, 1).traits["city"].column in town.warehouse.columns("profiles")
        town.change(audience, trait("city", "is", "Paris"))
        self.runner(town).run_all()
        assert town.members(audience) == town.where(lambda traits: traits.get("city") == "Paris")

    def test_one_that_builds_on_another_is_tried_again_until_that_is_there(self, town: Shop):
        first = town.create("first", trait("city", "is", "上海"))
        second = town.create("second", member_of(first))
        runner = self.runner(town)

        for _ in range(20):
            runner.run_all()
            town.clock.advance(60)

        assert town.members(second) == town.members(first) != set()

    def test_the_schedule_refreshes_what_is_due(self, town: Shop):
        hourly = town.create("hourly", bought(1, days=1))
        manual = town.create("manual", bought(1, days=1), schedule="manual")
        runner = self.runner(town)
        runner.run_all()

        town.clock.advance(timedelta(minutes=30))
        runner.run_all()
        assert (town.get(hourly).current_run, town.get(manual).current_run) == (1, 1)

        town.clock.advance(timedelta(minutes=45))
        runner.run_all()
        assert (town.get(hourly).current_run, town.get(manual).current_run) == (2, 1)
        assert town.get(hourly).due_at == NOW + timedelta(hours=2)


def test_runs_and_schedules_work_on_both_stores(store: Store, single_warehouse: Warehouse):
    make_workspace(store)
    shop = Shop(store, single_warehouse, ManualClock(NOW))
    shop.add_people({1: {"city": "上海"}, 2: {"city": "Paris"}})
    audience = shop.create("上海", trait("city", "is", "上海"))
    runner = TestJobs().runner(shop)
    for _ in range(audiences.KEPT_RUNS + 2):
        runner.run_all()
        shop.clock.advance(timedelta(hours=1))
    runner.run_all()

    assert shop.members(audience) == {1}
    assert shop.audiences_of(1) == ["上海"]
    assert len(_stored_runs(shop, audience)) <= audiences.KEPT_RUNS + 1
    with store.read() as session:
        assert audiences.get_run(session, 1, audience.id, 1).storage == "deleted"


def _write_bitmap(shop: Shop, audience: Audience, run: int) -> None:
    from tributary.core.sql import bind, raw

    with shop.store.read() as session:
        resolved = rules.resolve(rules.decode(both()), load_catalog(session, 1), NOW)
    row = (
        raw("SELECT toUInt32(1), ")
        + bind(audience.id, "String")
        + ", "
        + bind(run, "UInt64")
        + ", now64(3), members FROM ("
    )
    columns = ["workspace_id", "audience_id", "run", "computed_at", "members"]
    shop.warehouse.insert_select(
        "audience_members", columns, row + rules.compile_bitmap(resolved) + ")", workspace_id=1
    )


def _stored_runs(shop: Shop, audience: Audience) -> list[int]:
    from tributary.core.scan import AUDIENCE_MEMBERS, scan
    from tributary.core.sql import bind, raw

    where = raw("audience_id = ") + bind(audience.id, "String")
    rows = shop.warehouse.query(
        raw("SELECT DISTINCT run") + scan(AUDIENCE_MEMBERS, 1, where) + " ORDER BY run", workspace_id=1
    )
    return [int(row[0]) for row in rows]
