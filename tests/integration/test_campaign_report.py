"""The report against a recomputation by hand, on both topologies: planted people, events, merges."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select, update

from fixtures.mail import LaunchRun, add_audience, add_people, arms, mail_settings, principal
from fixtures.warehouse import make_aliases, make_events
from tributary.errors import Conflict
from tributary.experiments import Moments, compare_means, compare_proportions
from tributary.messaging import (
    Content,
    Goal,
    create_campaign,
    launch_campaign,
    launch_handler,
    report_campaign,
)
from tributary.store.tables.identity import ProfileAlias
from tributary.store.tables.messaging import Assignment, Campaign, Delivery

GOAL = Goal(event="Order Completed", value_property="total", window_hours=72)


@pytest.fixture
def launched(sqlite_store, warehouse, tmp_path, clock, make_keys):
    """`launched(count, *weights)` → a launched campaign and (person → arm)."""

    def launch(count, *weights, goal=GOAL):
        keys = make_keys(sqlite_store)
        people = add_people(sqlite_store, keys, count, clock=clock)
        audience_id = add_audience(sqlite_store, warehouse, people, clock=clock)
        caller = principal(clock)
        with sqlite_store.begin() as session:
            content = Content(arms=arms(*weights), goal=goal)
            campaign = create_campaign(session, caller, name="c", audience_id=audience_id, content=content)
            campaign.salt = "the same arms in each run of this test"
            launch_campaign(session, caller, campaign.id)
        handler = launch_handler(
            sqlite_store, warehouse, clock, keys, mail_settings(tmp_path, 1), chunk=max(50, count // 7)
        )
        run = LaunchRun(campaign.id)
        handler(run)
        handler(run)  # running the job again changes nothing
        with sqlite_store.read() as session:
            rows = session.execute(select(Assignment.profile_id, Assignment.arm)).all()
        assert len(rows) == count
        return campaign.id, dict(tuple(row) for row in rows)

    return launch


def test_the_report_equals_a_recomputation_by_hand(launched, sqlite_store, warehouse, clock):
    campaign_id, arm_of = launched(600, ("holdout", 30), ("a", 35), ("b", 35))
    start, rng = clock.now(), np.random.default_rng(5)
    rate = {"holdout": 0.15, "a": 0.35, "b": 0.45}
    events, spent, orders = [], defaultdict(float), defaultdict(int)
    for person, arm in arm_of.items():
        for _ in range(int(rng.random() < rate[arm]) + int(rng.random() < 0.1)):
            total = round(float(rng.lognormal(4, 0.5)), 2)
            hours = float(rng.uniform(0, 100))
            events.append(
                {"profile_id": person, "event": "Order Completed", "timestamp": start + timedelta(hours=hours),
                 "properties": {"total": total}}
            )  # fmt: skip
            if hours < 72:
                spent[person] += total
                orders[person] += 1
    order = {"event": "Order Completed", "timestamp": start, "properties": {"total": 9}}
    events += [  # before the launch, by a stranger, of another kind, of another workspace
        {**order, "profile_id": 1, "timestamp": start - timedelta(hours=1)},
        {**order, "profile_id": 100_000},
        {**order, "profile_id": 2, "event": "Page Viewed"},
        {**order, "profile_id": 3, "workspace_id": 2},
    ]
    with sqlite_store.begin() as session:
        session.execute(update(Delivery).values(state="sent"))
        sent = session.execute(select(Delivery.id, Delivery.arm)).all()
    for number, (delivery_id, arm) in enumerate(sent):
        properties = {"campaign_id": campaign_id, "delivery_id": delivery_id, "arm": arm}
        for name, every in [("Email Opened", 2), ("Email Opened", 2), ("Email Link Clicked", 5), ("Unsubscribed", 50)]:
            if number % every == 0:
                events.append({"event": name, "timestamp": start + timedelta(hours=1), "properties": properties})
    events.append({"event": "Email Opened", "timestamp": start, "properties": {"campaign_id": "other", "arm": "a"}})
    make_events(warehouse, events)

    report = report_campaign(sqlite_store, warehouse, 1, campaign_id, now=start + timedelta(hours=80))

    for arm in report.arms:
        members = [person for person, name in arm_of.items() if name == arm.name]
        own = [number for number, (_, name) in enumerate(sent) if name == arm.name]
        assert (arm.assigned, arm.people) == (len(members), len(members))
        assert arm.converted == sum(orders[person] > 0 for person in members)
        assert arm.orders == sum(orders[person] for person in members)
        assert arm.revenue == pytest.approx(sum(spent[person] for person in members))
        assert arm.delivered == len(own)
        assert arm.opened == sum(number % 2 == 0 for number in own)
        assert arm.clicked == sum(number % 5 == 0 for number in own)
        assert arm.unsubscribed == sum(number % 50 == 0 for number in own)
    treated = [person for person, name in arm_of.items() if name != "holdout"]
    control = [person for person, name in arm_of.items() if name == "holdout"]
    moments = [Moments.of(len(group), [1.0 for person in group if orders[person]]) for group in (treated, control)]
    money = [Moments.of(len(group), [spent[person] for person in group]) for group in (treated, control)]
    first = report.comparisons[0]
    assert (first.treatment, first.control) == ("treated", "holdout")
    assert first.conversion == compare_proportions(*moments)
    assert first.revenue.value == pytest.approx(compare_means(*money).value)
    assert first.extra_revenue.high == pytest.approx(compare_means(*money).high * len(treated))
    pairs = [(compared.treatment, compared.control) for compared in report.comparisons]
    assert pairs == [("treated", "holdout"), ("a", "holdout"), ("b", "holdout"), ("b", "a")]
    assert not report.sample_ratio.is_mismatch
    assert report.is_complete
    assert report.verdict.code == "raised"
    assert "提升" in report.verdict.zh


def test_people_who_merged_count_once_or_not_at_all(launched, sqlite_store, warehouse, clock):
    campaign_id, arm_of = launched(200, ("holdout", 50), ("a", 50))
    same = [person for person, arm in arm_of.items() if arm == "a"][:2]
    across = [next(p for p, arm in arm_of.items() if arm == wanted and p not in same) for wanted in ("holdout", "a")]
    with sqlite_store.begin() as session:
        for old, new in [(same[0], same[1]), (across[0], 900)]:
            session.add(ProfileAlias(profile_id=old, workspace_id=1, canonical_id=new, version=1))
        session.add(ProfileAlias(profile_id=across[1], workspace_id=1, canonical_id=900, version=1))
    make_aliases(warehouse, {same[0]: same[1], across[0]: 900, across[1]: 900})
    order = {"event": "Order Completed", "timestamp": clock.now(), "properties": {"total": 10}}
    make_events(warehouse, [{**order, "profile_id": person} for person in [*same, 900, *across]])

    report = report_campaign(sqlite_store, warehouse, 1, campaign_id, now=clock.now())

    assigned = {name: sum(arm == name for arm in arm_of.values()) for name in ("holdout", "a")}
    found = {arm.name: arm for arm in report.arms}
    assert {name: arm.assigned for name, arm in found.items()} == assigned
    assert found["a"].people == assigned["a"] - 2
    assert found["holdout"].people == assigned["holdout"] - 1
    assert report.crossed == 1
    assert (found["a"].converted, found["a"].orders, found["a"].revenue) == (1, 2, 20.0)
    assert found["holdout"].converted == 0


def test_without_a_holdout_the_report_says_attributed_not_causal(launched, sqlite_store, warehouse, clock):
    campaign_id, _ = launched(100, ("a", 1))
    make_events(warehouse, [{"event": "Order Completed", "timestamp": clock.now(), "properties": {"total": 10}}])
    report = report_campaign(sqlite_store, warehouse, 1, campaign_id, now=clock.now())
    assert report.verdict.code == "attributed_not_causal"
    assert report.verdict.en.startswith("Attributed, not causal: 1 recipients converted and spent 10.00 CNY.")
    assert report.verdict.is_preliminary
    assert report.comparisons == []


def test_values_that_are_no_numbers_count_as_orders_without_revenue(launched, sqlite_store, warehouse, clock):
    campaign_id, _ = launched(100, ("a", 1))
    order = {"event": "Order Completed", "timestamp": clock.now()}
    make_events(warehouse, [{**order, "properties": each} for each in ({"total": "12"}, {}, {"total": 3})])
    (arm,) = report_campaign(sqlite_store, warehouse, 1, campaign_id, now=clock.now()).arms
    assert (arm.converted, arm.orders, arm.revenue) == (1, 3, 3.0)


def test_a_wrong_split_is_called_out(launched, sqlite_store, warehouse, clock):
    campaign_id, arm_of = launched(400, ("holdout", 50), ("a", 50))
    lost = [person for person, arm in arm_of.items() if arm == "holdout"][:100]
    with sqlite_store.begin() as session:
        for person in lost:
            session.delete(session.get_one(Assignment, (campaign_id, person)))
    report = report_campaign(sqlite_store, warehouse, 1, campaign_id, now=clock.now())
    assert report.sample_ratio.is_mismatch
    assert report.verdict.code == "sample_ratio_mismatch"


def test_a_launch_goes_on_where_it_died(sqlite_store, warehouse, tmp_path, clock, make_keys):
    keys, caller = make_keys(sqlite_store), principal(clock)
    people = add_people(sqlite_store, keys, 300, clock=clock)
    audience_id = add_audience(sqlite_store, warehouse, people, clock=clock)
    with sqlite_store.begin() as session:
        content = Content(arms=arms(("holdout", 20), ("a", 80)))
        campaign = create_campaign(session, caller, name="c", audience_id=audience_id, content=content)
        launch_campaign(session, caller, campaign.id)
    handler = launch_handler(sqlite_store, warehouse, clock, keys, mail_settings(tmp_path, 1), chunk=40)

    class Dies(LaunchRun):
        def check_cancelled(self):
            if len(self.reports) % 2 == 0:
                raise SystemExit

    for _ in range(20):
        try:
            handler(Dies(campaign.id))
            break
        except SystemExit:
            with sqlite_store.read() as session:
                assert session.get_one(Campaign, campaign.id).state == "checking"
    with sqlite_store.read() as session:
        assert session.get_one(Campaign, campaign.id).state == "sending"
        assigned = dict(tuple(row) for row in session.execute(select(Assignment.profile_id, Assignment.arm)))
        delivered = set(session.scalars(select(Delivery.profile_id)))
    assert set(assigned) == set(people)
    assert delivered == {person for person, arm in assigned.items() if arm == "a"}


def test_only_a_draft_of_a_computed_audience_can_be_launched(sqlite_store, clock, make_keys):
    keys, caller = make_keys(sqlite_store), principal(clock)
    add_people(sqlite_store, keys, 1)
    audience_id = add_audience(sqlite_store, None, [], run=None, clock=clock)
    with sqlite_store.begin() as session:
        campaign = create_campaign(
            session, caller, name="c", audience_id=audience_id, content=Content(arms=arms(("a", 1)))
        )
    with pytest.raises(Conflict, match="never been computed"), sqlite_store.begin() as session:
        launch_campaign(session, caller, campaign.id)
