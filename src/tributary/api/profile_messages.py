"""The messages of a person: what was sent or why not, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from tributary import identity, messaging
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession
from tributary.api.locale import LocaleDep
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import own_profile
from tributary.api.problems import problems
from tributary.core.fields import json_expression
from tributary.core.scan import EVENTS, scan
from tributary.core.sql import bind, raw
from tributary.messaging import Content
from tributary.store import Session
from tributary.store.tables.messaging import Campaign, Delivery
from tributary.warehouse import Warehouse

router = APIRouter(tags=["profiles"])

Reader = Annotated[Principal, requires("profiles:read")]
_CAMPAIGNS = "campaigns:read"
_TIME = "DateTime64(3, 'UTC')"
_OPENED, _CLICKED = "Email Opened", "Email Link Clicked"
_MOST_GOALS = 10_000  # goal events of one person that are looked at


class PersonMessage(BaseModel):
    """A message of a campaign to this person. The later times are those of the first time; null if it never was."""

    id: str
    campaign_id: str
    campaign_name: str
    arm: str
    subject: str = Field(description="As it was written, before it was filled in for the person.")
    state: str
    reason: str | None
    reason_text: str | None = Field(description="Why it was not sent, in words.")
    created_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    converted_at: datetime | None = Field(description="First goal event within the goal's time after the launch.")


@router.get(
    "/profiles/{profile_id}/messages",
    operation_id="list_profile_messages",
    summary="A person's messages",
    responses=problems(400, 403, 404),
)
def list_profile_messages(
    profile_id: str, caller: Reader, session: ReadSession, context: ContextDep, locale: LocaleDep, page: PageQuery
) -> Page[PersonMessage]:
    """What campaigns sent to a person or did not send, and why, newest first; with what the person did then."""
    caller.require(_CAMPAIGNS)
    current = identity.canonical_profile_id(session, own_profile(session, caller.workspace_id, profile_id))
    ids = [current, *identity.absorbed_by(session, current)]
    rows = _deliveries(session, caller.workspace_id, ids, page.after_text(), page.limit + 1)
    view = _Messages(session, context.warehouse, caller.workspace_id, ids, rows[: page.limit])

    def message(row: Delivery) -> PersonMessage:
        campaign = view.campaigns[row.campaign_id]
        content = view.contents[row.campaign_id, row.version]
        words = messaging.REASONS.get(row.reason or "")
        opened_at, clicked_at = view.answers.get((row.id, _OPENED)), view.answers.get((row.id, _CLICKED))
        return PersonMessage(
            id=row.id,
            campaign_id=row.campaign_id,
            campaign_name=campaign.name,
            arm=row.arm,
            subject=next((arm.subject for arm in content.arms if arm.name == row.arm), ""),
            state=row.state,
            reason=row.reason,
            reason_text=words[locale == "zh"] if words else row.reason,
            created_at=row.created_at,
            sent_at=row.sent_at,
            opened_at=min(filter(None, (opened_at, clicked_at)), default=None),  # who clicks has opened it
            clicked_at=clicked_at,
            converted_at=view.converted_at(campaign, content) if row.sent_at else None,
        )

    return page_of(rows, page, message, lambda row: (row.id,))


def _deliveries(
    session: Session, workspace_id: int, profile_ids: Sequence[int], after: str | None, limit: int
) -> Sequence[Delivery]:
    query = select(Delivery).where(Delivery.workspace_id == workspace_id, Delivery.profile_id.in_(profile_ids))
    if after is not None:
        query = query.where(Delivery.id < after)
    return session.scalars(query.order_by(Delivery.id.desc()).limit(limit)).all()


class _Messages:
    """What belongs to a page of deliveries: their campaigns and contents, and what the person did."""

    def __init__(
        self,
        session: Session,
        warehouse: Warehouse,
        workspace_id: int,
        profile_ids: Sequence[int],
        rows: Sequence[Delivery],
    ) -> None:
        wanted = {row.campaign_id for row in rows}
        self.campaigns: dict[str, Campaign] = {
            each.id: each for each in session.scalars(select(Campaign).where(Campaign.id.in_(wanted)))
        }
        self.contents: dict[tuple[str, int], Content] = {
            (row.campaign_id, row.version): messaging.get_content(session, self.campaigns[row.campaign_id], row.version)
            for row in rows
        }
        about = _About(warehouse, workspace_id, profile_ids)
        self.answers: Mapping[tuple[str, str], datetime] = about.answers([row.id for row in rows if row.sent_at])
        self._goals = about.goals(
            {content.goal.event for content in self.contents.values() if content.goal},
            [each.launched_at for each in self.campaigns.values() if each.launched_at],
        )

    def converted_at(self, campaign: Campaign, content: Content) -> datetime | None:
        """When the person first did what the campaign is for, counted like the campaign's report does."""
        if content.goal is None or campaign.launched_at is None:
            return None
        end = campaign.launched_at + timedelta(hours=content.goal.window_hours)
        times = self._goals.get(content.goal.event, ())
        return min((at for at in times if campaign.launched_at <= at < end), default=None)


@dataclass(frozen=True, slots=True)
class _About:
    """Questions about what one person did."""

    warehouse: Warehouse
    workspace_id: int
    profile_ids: Sequence[int]

    def answers(self, deliveries: Sequence[str]) -> dict[tuple[str, str], datetime]:
        """(delivery, event) → when the person first opened or clicked."""
        if not deliveries:
            return {}
        delivery = json_expression("properties", "delivery_id", "text")
        where = raw("profile_id IN ") + bind(list(self.profile_ids), "Array(UInt64)")
        where = where + " AND event IN " + bind([_OPENED, _CLICKED], "Array(String)")
        where = where + " AND " + delivery + " IN " + bind(list(deliveries), "Array(String)")
        sql = raw("SELECT ") + delivery + " AS delivery, event, min(timestamp)"
        sql = sql + scan(EVENTS, self.workspace_id, where) + " GROUP BY delivery, event"
        rows = self.warehouse.query(sql, workspace_id=self.workspace_id)
        return {(str(name), str(event)): at for name, event, at in rows}

    def goals(self, events: set[str], launches: Iterable[datetime]) -> dict[str, list[datetime]]:
        """Event → when the person did it, since the first of the launches."""
        since = min(launches, default=None)
        if not events or since is None:
            return {}
        where = raw("profile_id IN ") + bind(list(self.profile_ids), "Array(UInt64)")
        where = where + " AND event IN " + bind(sorted(events), "Array(String)")
        where = where + " AND timestamp >= " + bind(since, _TIME)
        sql = raw("SELECT event, timestamp") + scan(EVENTS, self.workspace_id, where)
        sql = sql + " ORDER BY timestamp LIMIT " + bind(_MOST_GOALS, "UInt32")
        found: dict[str, list[datetime]] = {}
        for event, at in self.warehouse.query(sql, workspace_id=self.workspace_id):
            found.setdefault(str(event), []).append(at)
        return found
