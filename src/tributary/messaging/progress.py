"""How far a launch is: cheap enough to be asked every second while somebody watches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from tributary.messaging.campaigns import assigned_counts, get_campaign
from tributary.messaging.outbox import OPEN_STATES
from tributary.store import Session
from tributary.store.tables.audiences import Audience, AudienceRun
from tributary.store.tables.messaging import Delivery

_RECENT = timedelta(seconds=30)  # over which the speed is measured


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """`audience_size` people are to be assigned and `assigned` are; of those who were not held out, `total` have a
    delivery: `waiting` ones may still be sent, all others are `done`. `per_second` is the speed of late; `eta_seconds`
    what is left at that speed, None while nothing moves.
    """

    state: str
    as_of: datetime
    audience_size: int
    assigned: int
    total: int
    waiting: int
    sent: int
    rejected: int
    bounced: int
    failed: int
    unknown: int
    cancelled: int
    per_second: float
    eta_seconds: int | None

    @property
    def done(self) -> int:
        """Deliveries that are settled, one way or another."""
        return self.total - self.waiting


def campaign_progress(session: Session, workspace_id: int, campaign_id: str, *, now: datetime) -> CampaignProgress:
    """How far the campaign is.

    Raises:
        NotFound: there is no such campaign here.
    """
    campaign = get_campaign(session, workspace_id, campaign_id)
    states: Counter[str] = Counter(
        dict(
            session.execute(
                select(Delivery.state, func.count()).where(Delivery.campaign_id == campaign_id).group_by(Delivery.state)
            ).all()
        )
    )
    waiting = sum(states[state] for state in OPEN_STATES)
    recent = 0
    if campaign.state == "sending" and waiting:
        recent = (
            session.scalar(
                select(func.count()).where(
                    Delivery.campaign_id == campaign_id,
                    Delivery.state.in_(("sent", "bounced", "failed")),
                    Delivery.updated_at > now - _RECENT,
                )
            )
            or 0
        )
    seconds = _RECENT.total_seconds()
    if campaign.launched_at is not None:
        seconds = max(1.0, min(seconds, (now - campaign.launched_at).total_seconds()))
    per_second = recent / seconds
    return CampaignProgress(
        state=campaign.state,
        as_of=now,
        audience_size=_size(session, campaign.audience_id, campaign.audience_run),
        assigned=sum(assigned_counts(session, campaign_id).values()),
        total=states.total(),
        waiting=waiting,
        sent=states["sent"],
        rejected=states["rejected"],
        bounced=states["bounced"],
        failed=states["failed"],
        unknown=states["unknown"],
        cancelled=states["cancelled"],
        per_second=per_second,
        eta_seconds=round(waiting / per_second) if per_second else None,
    )


def _size(session: Session, audience_id: str, run: int | None) -> int:
    """Of the run that was launched; before, of the newest."""
    if run is not None:
        found = session.get(AudienceRun, (audience_id, run))
        if found is not None and found.size is not None:
            return found.size
    audience = session.get(Audience, audience_id)
    return (audience.size or 0) if audience else 0
