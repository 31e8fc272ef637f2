"""What a campaign was worth: per arm, and against the people who got nothing.

Everybody who was assigned counts, whether a message reached them or not (intention to treat), from the moment of the
launch for the goal's window. Conversions are events in the warehouse of the profiles that these people are today:

* somebody assigned under two profiles that were merged since counts once;
* if the two were in different arms, the person has seen both and belongs to no arm: excluded, and counted as `crossed`.

Only the people who converted are read from the warehouse; all others contribute a zero. So the report's cost follows
the conversions, not the size of the audience.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tributary.access import get_workspace
from tributary.experiments import (
    Estimate,
    Moments,
    SampleRatio,
    compare_means,
    compare_proportions,
    incremental,
    relative_lift,
    sample_ratio,
)
from tributary.messaging.campaigns import delivery_counts, get_campaign, get_content
from tributary.messaging.content import HOLDOUT, Content, Goal
from tributary.messaging.measured import AssignedPeople, Outcome, answer_counts, outcomes_of
from tributary.messaging.refusals import refusal
from tributary.messaging.verdict import Verdict, give_verdict
from tributary.store import Store
from tributary.warehouse import Warehouse

TREATED = "treated"  # all arms with a message together, against the holdout


@dataclass(frozen=True, slots=True)
class ArmReport:
    """One arm.

    `assigned` people were put into it, `people` of them are distinct persons today. Deliveries: `sent` were handed to
    the mail server and `delivered` is what it accepted, `rejected` by reason. Of distinct deliveries `opened`,
    `clicked`, `unsubscribed`. `converted` are people, `orders` events, `revenue` the sum over them.
    """

    name: str
    weight: int
    assigned: int
    people: int
    sent: int
    delivered: int
    states: Mapping[str, int]
    rejected: Mapping[str, int]
    opened: int
    clicked: int
    unsubscribed: int
    converted: int
    orders: int
    revenue: float
    conversion: Moments
    money: Moments


@dataclass(frozen=True, slots=True)
class Comparison:
    """One arm against another. All of it is about assigned people.

    `conversion` is the difference of the shares that converted, `conversion_lift` the same relative to the control;
    `revenue` the difference of revenue per person, and its lift; `extra_conversions` and `extra_revenue` what the
    treatment added in all.
    """

    treatment: str
    control: str
    conversion: Estimate
    conversion_lift: Estimate | None
    revenue: Estimate | None
    revenue_lift: Estimate | None
    extra_conversions: Estimate
    extra_revenue: Estimate | None


@dataclass(frozen=True, slots=True)
class DayOfReport:
    """A day of the workspace's calendar: arm → how many of its people had converted by the end of that day."""

    day: date
    converted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """The whole report. `window` is from the launch to the end of the goal's time; None before a launch or goal.

    Money is in `currency`, the workspace's (ISO 4217): the values of the goal's property are taken as they come.
    """

    campaign_id: str
    state: str
    as_of: datetime
    window: tuple[datetime, datetime] | None
    is_complete: bool
    goal: Goal | None
    arms: list[ArmReport]
    comparisons: list[Comparison]
    sample_ratio: SampleRatio | None
    crossed: int
    has_holdout: bool
    currency: str
    days: list[DayOfReport]
    verdict: Verdict


def report_campaign(
    store: Store, warehouse: Warehouse, workspace_id: int, campaign_id: str, *, now: datetime
) -> CampaignReport:
    """The report as of `now`. Events that the pipeline has not stored yet are not in it.

    Raises:
        NotFound: there is no such campaign here.
        Conflict: it has not started yet. NotReady: it is just being prepared.
    """
    with store.read() as session:
        campaign = get_campaign(session, workspace_id, campaign_id)
        if campaign.launched_at is None or campaign.audience_run is None or campaign.state == "checking":
            raise refusal(campaign, "report")
        content, state = get_content(session, campaign), campaign.state
        workspace = get_workspace(session, workspace_id)
        currency, zone = workspace.currency, ZoneInfo(workspace.timezone)
        counts = delivery_counts(session, campaign_id)
        people = AssignedPeople(session, campaign_id)
        launched_at = campaign.launched_at
        answers = answer_counts(warehouse, campaign)
        outcomes = outcomes_of(warehouse, campaign, content.goal) if content.goal else {}
        spent: dict[str, list[Outcome]] = defaultdict(list)
        for person, name in people.arms_of(session, outcomes).items():
            spent[name].append(outcomes[person])
    arms = [_arm(arm.name, arm.weight, counts, people, answers, spent[arm.name]) for arm in content.arms]
    by_name = {arm.name: arm for arm in arms}
    assigned = {arm.name: arm.assigned for arm in arms}
    ratio = sample_ratio(assigned, {arm.name: arm.weight for arm in arms}) if any(assigned.values()) else None
    comparisons = _comparisons(content, by_name) if content.goal else []
    end = launched_at + timedelta(hours=content.goal.window_hours) if content.goal else None
    is_complete = end is not None and now >= end
    return CampaignReport(
        campaign_id=campaign_id,
        state=state,
        as_of=now,
        window=(launched_at, end) if end else None,
        is_complete=is_complete,
        goal=content.goal,
        arms=arms,
        comparisons=comparisons,
        sample_ratio=ratio,
        crossed=len(people.crossed),
        has_holdout=content.has_holdout,
        currency=currency,
        days=_days(spent, [arm.name for arm in content.arms], launched_at, min(now, end), zone) if end else [],
        verdict=give_verdict(
            comparisons[0] if comparisons and content.has_holdout else None,
            has_goal=content.goal is not None,
            has_holdout=content.has_holdout,
            is_mismatch=ratio is not None and ratio.is_mismatch,
            ends_at=None if is_complete or end is None else end.astimezone(zone),
            converted=sum(arm.converted for arm in arms if arm.name != HOLDOUT),
            revenue=sum(arm.revenue for arm in arms if arm.name != HOLDOUT),
            currency=currency,
        ),
    )


def _arm(
    name: str,
    weight: int,
    counts: Mapping[tuple[str, str, str | None], int],
    people: AssignedPeople,
    answers: Mapping[tuple[str, str], int],
    outcomes: Sequence[Outcome],
) -> ArmReport:
    states: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for (arm, state, reason), count in counts.items():
        if arm == name:
            states[state] += count
            if state == "rejected" and reason is not None:
                rejected[reason] += count
    size = people.distinct[name]
    revenue = [each.revenue for each in outcomes]
    return ArmReport(
        name=name,
        weight=weight,
        assigned=people.assigned[name],
        people=size,
        sent=states["sent"] + states["bounced"],
        delivered=states["sent"],
        states=states,
        rejected=rejected,
        opened=answers.get((name, "opened"), 0),
        clicked=answers.get((name, "clicked"), 0),
        unsubscribed=answers.get((name, "unsubscribed"), 0),
        converted=len(outcomes),
        orders=sum(each.orders for each in outcomes),
        revenue=sum(revenue),
        conversion=Moments.of(size, [1.0] * len(outcomes)),
        money=Moments.of(size, revenue),
    )


def _days(
    spent: Mapping[str, Iterable[Outcome]], arms: Sequence[str], start: datetime, end: datetime, zone: ZoneInfo
) -> list[DayOfReport]:
    firsts = {arm: Counter(each.first_at.astimezone(zone).date() for each in spent.get(arm, ())) for arm in arms}
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    total: Counter[str] = Counter()
    days: list[DayOfReport] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        total.update({arm: firsts[arm][day] for arm in arms})
        days.append(DayOfReport(day, {arm: total[arm] for arm in arms}))
    return days


def _comparisons(content: Content, arms: Mapping[str, ArmReport]) -> list[Comparison]:
    """All with a message against the holdout; each of them against it; each further variant against the first."""
    variants = [arm.name for arm in content.arms if arm.name != HOLDOUT and arm.weight]
    found: list[Comparison] = []
    has_money = content.goal is not None and content.goal.value_property is not None
    if content.has_holdout:
        holdout = arms[HOLDOUT]
        together = [arms[name] for name in variants]
        conversion = sum((arm.conversion for arm in together), Moments(0))
        money = sum((arm.money for arm in together), Moments(0))
        found.append(_compare(TREATED, conversion, money, holdout, has_money=has_money))
        if len(variants) > 1:
            found += [_compare(arm.name, arm.conversion, arm.money, holdout, has_money=has_money) for arm in together]
    found += [
        _compare(name, arms[name].conversion, arms[name].money, arms[variants[0]], has_money=has_money)
        for name in variants[1:]
    ]
    return found


def _compare(name: str, conversion: Moments, money: Moments, control: ArmReport, *, has_money: bool) -> Comparison:
    shares = compare_proportions(conversion, control.conversion)
    means = compare_means(money, control.money) if has_money else None
    return Comparison(
        treatment=name,
        control=control.name,
        conversion=shares,
        conversion_lift=relative_lift(conversion, control.conversion),
        revenue=means,
        revenue_lift=relative_lift(money, control.money) if has_money else None,
        extra_conversions=incremental(shares, conversion.n),
        extra_revenue=incremental(means, money.n) if means else None,
    )
