"""Computing audiences: runs, their crashes and their ends, the jobs that make them; compared with plain Python sets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fixtures.audiences import Shop, both, bought, either, member_of, trait, without
from fixtures.operators import NOW, make_workspace
from tributary import audiences, rules
from tributary.core.clock import ManualClock
from tributary.errors import Conflict, NotFound, RuleError
from tributary.governance import load_catalog
from tributary.jobs import Runner, list_jobs
from tributary.store import Store
from tributary.store.tables.audiences import Audience, AudienceRun
from tributary.warehouse import Warehouse


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
