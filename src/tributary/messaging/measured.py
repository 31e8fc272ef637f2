"""What is read to measure a campaign: who was put into which arm, as the persons of today, and what they did then."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from tributary.core.fields import json_expression
from tributary.core.scan import CANONICAL_ID, EVENTS, scan
from tributary.core.sql import Sql, bind, raw
from tributary.messaging.campaigns import assigned_counts
from tributary.messaging.content import Goal
from tributary.messaging.members import members_today
from tributary.store import Session
from tributary.store.tables.identity import ProfileAlias
from tributary.store.tables.messaging import Assignment, Campaign
from tributary.warehouse import BATCH, Budget, Warehouse

ANSWERS = {"Email Opened": "opened", "Email Link Clicked": "clicked", "Unsubscribed": "unsubscribed"}
_TIME = "DateTime64(3, 'UTC')"
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person did for the goal: how often, for how much, and when first."""

    orders: int
    revenue: float
    first_at: datetime


class AssignedPeople:
    """Who is in which arm, as the persons of today."""

    def __init__(self, session: Session, campaign_id: str) -> None:
        self._campaign_id = campaign_id
        self.assigned: Counter[str] = Counter()
        moved = session.execute(
            select(Assignment.profile_id, Assignment.arm, ProfileAlias.canonical_id)
            .join(ProfileAlias, ProfileAlias.profile_id == Assignment.profile_id)
            .where(Assignment.campaign_id == campaign_id)
        ).all()
        arms_of: dict[int, list[str]] = defaultdict(list)
        for _, arm, canonical in moved:
            arms_of[canonical].append(arm)
        for profile_id, arm in self._assignments(session, arms_of):
            arms_of[profile_id].append(arm)
        self._moved: dict[int, str | None] = {}  # person → arm, None if they were in several
        surplus: Counter[str] = Counter()
        for person, arms in arms_of.items():
            is_one = len(set(arms)) == 1
            self._moved[person] = arms[0] if is_one else None
            surplus.update(arms[1:] if is_one else arms)
        self.assigned.update(assigned_counts(session, campaign_id))
        self.distinct = self.assigned - surplus
        self.crossed = sorted(person for person, arm in self._moved.items() if arm is None)

    def _assignments(self, session: Session, people: Iterable[int]) -> Iterable[tuple[int, str]]:
        wanted = sorted(people)
        for start in range(0, len(wanted), _CHUNK):
            rows = session.execute(
                select(Assignment.profile_id, Assignment.arm).where(
                    Assignment.campaign_id == self._campaign_id,
                    Assignment.profile_id.in_(wanted[start : start + _CHUNK]),
                )
            )
            yield from ((profile_id, arm) for profile_id, arm in rows)

    def arms_of(self, session: Session, people: Iterable[int]) -> dict[int, str]:
        """Person → their arm; who is in none, or in several, is left out."""
        wanted = set(people)
        found = {person: arm for person in wanted & self._moved.keys() if (arm := self._moved[person]) is not None}
        return found | dict(self._assignments(session, wanted - self._moved.keys()))


def answer_counts(warehouse: Warehouse, campaign: Campaign) -> dict[tuple[str, str], int]:
    """(arm, opened | clicked | unsubscribed) → distinct deliveries."""
    if campaign.launched_at is None:
        return {}
    arm, delivery = (json_expression("properties", name, "text") for name in ("arm", "delivery_id"))
    query = raw("SELECT ") + arm + " AS arm, event, uniqExact(" + delivery + ")"
    query = query + scan(EVENTS, campaign.workspace_id, _answers(campaign)) + " GROUP BY arm, event"
    rows = warehouse.query(query, workspace_id=campaign.workspace_id, budget=BATCH)
    return {(name, ANSWERS[event]): int(count) for name, event, count in rows if name is not None}


def answered_deliveries(
    warehouse: Warehouse,
    campaign: Campaign,
    answer: str,
    *,
    arm: str | None,
    after: str,
    limit: int,
    budget: Budget,
) -> list[tuple[str, datetime]]:
    """(delivery, first time) of up to `limit` deliveries with an answer of `ANSWERS`, by ids above `after`."""
    delivery = json_expression("properties", "delivery_id", "text")
    where = _answers(campaign) + " AND event = "
    where = where + bind(next(event for event, name in ANSWERS.items() if name == answer), "String")
    where = where + " AND ifNull(" + delivery + ", '') > " + bind(after, "String")
    if arm is not None:
        where = where + " AND " + json_expression("properties", "arm", "text") + " = " + bind(arm, "String")
    query = raw("SELECT assumeNotNull(") + delivery + ") AS delivery, min(timestamp)"
    query = query + scan(EVENTS, campaign.workspace_id, where) + " GROUP BY delivery ORDER BY delivery LIMIT "
    rows = warehouse.query(query + bind(limit, "UInt64"), workspace_id=campaign.workspace_id, budget=budget)
    return [(str(delivery_id), at) for delivery_id, at in rows]


def _answers(campaign: Campaign) -> Sql:
    return (
        raw("event IN ") + bind(sorted(ANSWERS), "Array(String)")
        + " AND timestamp >= " + bind(campaign.launched_at, _TIME)
        + " AND " + json_expression("properties", "campaign_id", "text") + " = " + bind(campaign.id, "String")
    )  # fmt: skip


def outcomes_of(warehouse: Warehouse, campaign: Campaign, goal: Goal) -> dict[int, Outcome]:
    """Person of today → what they did for the goal in its time; members of the audience who did anything."""
    if campaign.launched_at is None or campaign.audience_run is None:
        return {}
    end = campaign.launched_at + timedelta(hours=goal.window_hours)
    value = raw("0.")
    if goal.value_property is not None:
        value = raw("sum(ifNull(") + json_expression("properties", goal.value_property, "number") + ", 0))"
    where = (
        raw("event = ") + bind(goal.event, "String")
        + " AND timestamp >= " + bind(campaign.launched_at, _TIME)
        + " AND timestamp < " + bind(end, _TIME)
        + " AND " + CANONICAL_ID + " IN "
        + members_today(campaign.workspace_id, campaign.audience_id, campaign.audience_run)
    )  # fmt: skip
    query = raw("SELECT ") + CANONICAL_ID + " AS person, count(), " + value + ", min(timestamp)"
    query = query + scan(EVENTS, campaign.workspace_id, where) + " GROUP BY person"
    rows = warehouse.query(query, workspace_id=campaign.workspace_id, budget=BATCH)
    return {int(person): Outcome(int(orders), float(revenue), at) for person, orders, revenue, at in rows}
