"""The people behind a number of the report. For every number there is a stage whose list is exactly as long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import func, select

from tributary.errors import Conflict, InvalidRequest
from tributary.messaging.campaigns import get_campaign, get_content
from tributary.messaging.measured import ANSWERS, AssignedPeople, answered_deliveries, outcomes_of
from tributary.messaging.outbox import OPEN_STATES
from tributary.messaging.people import canonical_ids
from tributary.messaging.refusals import refusal
from tributary.store import Session, Store
from tributary.store.tables.identity import ProfileAlias
from tributary.store.tables.messaging import Assignment, Campaign, Delivery
from tributary.warehouse import INTERACTIVE, Warehouse

Stage = Literal[
    "assigned", "people", "crossed", "waiting", "sent", "delivered", "opened", "clicked", "converted", "unsubscribed",
    "rejected", "bounced", "failed", "cancelled", "unknown",
]  # fmt: skip
STAGES: tuple[Stage, ...] = get_args(Stage)

# Stage → states of the deliveries that are meant.
_STATES: Mapping[str, Sequence[str]] = {
    "waiting": OPEN_STATES,
    "sent": ("sent", "bounced"),
    "delivered": ("sent",),
    "rejected": ("rejected",),
    "bounced": ("bounced",),
    "failed": ("failed",),
    "cancelled": ("cancelled",),
    "unknown": ("unknown",),
}


@dataclass(frozen=True, slots=True)
class Behind:
    """Somebody behind a number. `key` is their place in the list; `profile_id` is who they are today; `at` is when.

    A person may stand in a list of deliveries or assignments twice, if two profiles were merged since.
    """

    key: str | int
    profile_id: int
    arm: str | None
    at: datetime | None
    reason: str | None = None


def people_behind(
    store: Store,
    warehouse: Warehouse,
    workspace_id: int,
    campaign_id: str,
    stage: Stage,
    *,
    arm: str | None = None,
    reason: str | None = None,
    after: str | int | None = None,
    limit: int = 50,
) -> list[Behind]:
    """Up to `limit` people of a stage, in a fixed order, those after the key `after`; all arms, or one.

    `assigned` and `people` are those of the report: everybody who was put into an arm, and the distinct persons that
    these are today; `crossed` were in several arms. `reason` narrows the stages that have one.

    Raises:
        NotFound: there is no such campaign here.
        Conflict: it has not started yet. InvalidRequest: the cursor belongs to another stage.
    """
    with store.read() as session:
        campaign = get_campaign(session, workspace_id, campaign_id)
        if campaign.launched_at is None:
            raise refusal(campaign, "report")
        if stage in _STATES:
            return _in_states(session, campaign, _STATES[stage], arm, reason, _text(after), limit)
        if stage in ANSWERS.values():
            found = answered_deliveries(
                warehouse, campaign, stage, arm=arm, after=_text(after), limit=limit, budget=INTERACTIVE
            )
            return _of_deliveries(session, found)
        if stage == "assigned":
            return _assigned(session, campaign, arm, _number(after), limit)
        if stage == "converted":
            return _converted(session, warehouse, campaign, arm, _number(after), limit)
        return _persons(session, campaign, arm, _number(after), limit, is_crossed=stage == "crossed")


def _in_states(
    session: Session,
    campaign: Campaign,
    states: Sequence[str],
    arm: str | None,
    reason: str | None,
    after: str,
    limit: int,
) -> list[Behind]:
    query = select(Delivery).where(Delivery.campaign_id == campaign.id, Delivery.state.in_(states), Delivery.id > after)
    if arm is not None:
        query = query.where(Delivery.arm == arm)
    if reason is not None:
        query = query.where(Delivery.reason == reason)
    rows = session.scalars(query.order_by(Delivery.id).limit(limit)).all()
    today = canonical_ids(session, {row.profile_id for row in rows})
    return [Behind(row.id, today[row.profile_id], row.arm, row.sent_at or row.updated_at, row.reason) for row in rows]


def _of_deliveries(session: Session, found: Iterable[tuple[str, datetime]]) -> list[Behind]:
    at = dict(found)
    rows = {row.id: row for row in session.scalars(select(Delivery).where(Delivery.id.in_(list(at))))}
    today = canonical_ids(session, {row.profile_id for row in rows.values()})
    return [Behind(id_, today[row.profile_id], row.arm, at[id_]) for id_, row in sorted(rows.items())]


def _assigned(session: Session, campaign: Campaign, arm: str | None, after: int, limit: int) -> list[Behind]:
    query = select(Assignment).where(Assignment.campaign_id == campaign.id, Assignment.profile_id > after)
    if arm is not None:
        query = query.where(Assignment.arm == arm)
    rows = session.scalars(query.order_by(Assignment.profile_id).limit(limit)).all()
    today = canonical_ids(session, {row.profile_id for row in rows})
    return [Behind(row.profile_id, today[row.profile_id], row.arm, campaign.launched_at) for row in rows]


def _persons(
    session: Session, campaign: Campaign, arm: str | None, after: int, limit: int, *, is_crossed: bool
) -> list[Behind]:
    person = func.coalesce(ProfileAlias.canonical_id, Assignment.profile_id)
    arms = func.count(func.distinct(Assignment.arm))
    query = (
        select(person, func.min(Assignment.arm))
        .outerjoin(ProfileAlias, ProfileAlias.profile_id == Assignment.profile_id)
        .where(Assignment.campaign_id == campaign.id, person > after)
        .group_by(person)
        .having(arms > 1 if is_crossed else arms == 1)
    )
    if arm is not None:
        query = query.having(func.min(Assignment.arm) == arm)
    rows = session.execute(query.order_by(person).limit(limit)).all()
    return [Behind(id_, id_, None if is_crossed else name, campaign.launched_at) for id_, name in rows]


def _converted(
    session: Session, warehouse: Warehouse, campaign: Campaign, arm: str | None, after: int, limit: int
) -> list[Behind]:
    goal = get_content(session, campaign).goal
    if goal is None:
        raise Conflict("The campaign has no goal, so nobody has converted.", cure="Choose a goal before the launch.")
    outcomes = outcomes_of(warehouse, campaign, goal)
    arms = AssignedPeople(session, campaign.id).arms_of(session, outcomes)
    people = sorted(person for person, name in arms.items() if person > after and arm in (None, name))[:limit]
    return [Behind(person, person, arms[person], outcomes[person].first_at) for person in people]


def _text(after: str | int | None) -> str:
    if after is not None and not isinstance(after, str):
        raise _other_list()
    return after or ""


def _number(after: str | int | None) -> int:
    if after is not None and not isinstance(after, int):
        raise _other_list()
    return after or 0


def _other_list() -> InvalidRequest:
    return InvalidRequest("The cursor belongs to another list.", cure="Start without one.", path="cursor")
