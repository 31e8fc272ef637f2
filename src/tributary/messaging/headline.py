"""The main numbers of each campaign, remembered for lists: a report is too dear to be made for every line of one."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from tributary.core.clock import Clock
from tributary.errors import TributaryError
from tributary.jobs import Handler, JobRun, Schedule
from tributary.messaging.report import CampaignReport, report_campaign
from tributary.store import Session, Store
from tributary.store.tables.messaging import Campaign, Delivery
from tributary.warehouse import Warehouse

HEADLINE_JOB = "campaign.headlines"
SCHEDULES = (Schedule(HEADLINE_JOB, HEADLINE_JOB, timedelta(minutes=5)),)
_AGE = 20  # a headline may be older by a twentieth of the time since the launch
_MEASURED = ("sending", "paused", "done", "cancelled")

log = logging.getLogger(__name__)


def headline_handler(store: Store, warehouse: Warehouse, clock: Clock) -> Handler:
    """The handler of the job that renews headlines which are out of date, over all workspaces."""

    def handle(run: JobRun) -> None:
        with store.read() as session:
            due = [
                (row.workspace_id, row.id)
                for row in session.scalars(
                    select(Campaign).where(Campaign.state.in_(_MEASURED), Campaign.launched_at.is_not(None))
                )
                if is_due(row, clock.now())
            ]
        for workspace_id, campaign_id in due:
            run.check_cancelled()
            try:
                report = report_campaign(store, warehouse, workspace_id, campaign_id, now=clock.now())
                keep_headline(store, campaign_id, report)
            except TributaryError as exc:  # the others are still worth it
                log.warning("no headline", extra={"facts": {"campaign": campaign_id, "code": exc.code}})

    return handle


def is_due(campaign: Campaign, now: datetime) -> bool:
    """Whether the headline is worth computing anew: often just after the launch, once more when the window is over."""
    if campaign.launched_at is None:
        return False
    known = campaign.headline
    if known is None:
        return True
    if known["is_final"]:
        return False
    return now - datetime.fromisoformat(known["as_of"]) >= (now - campaign.launched_at) / _AGE


def keep_headline(store: Store, campaign_id: str, report: CampaignReport) -> None:
    """Remember the main numbers of a report that was made anyway."""
    with store.begin() as session:
        session.execute(update(Campaign).where(Campaign.id == campaign_id).values(headline=headline_of(report)))


def headline_of(report: CampaignReport) -> dict[str, Any]:
    """The main numbers of a report, as JSON. `lift` is that of all who got a message, against the holdout."""
    against = report.comparisons[0] if report.comparisons and report.has_holdout else None
    lift = against.conversion_lift if against else None
    treated = [arm for arm in report.arms if arm.name != "holdout"]
    is_over = report.state in ("done", "cancelled")
    return {
        "as_of": report.as_of.isoformat(),
        "is_final": is_over and (report.goal is None or report.is_complete),
        "converted": sum(arm.converted for arm in treated) if report.goal else None,
        "people": sum(arm.people for arm in treated),
        "lift": None if lift is None else {
            "value": lift.value, "low": lift.low, "high": lift.high,
            "is_significant": bool(against and against.conversion.is_significant),
        },
        "verdict": report.verdict.code,
    }  # fmt: skip


def sent_counts(session: Session, campaign_ids: Collection[str]) -> dict[str, int]:
    """Campaign → messages that were handed to the mail server, now."""
    rows = session.execute(
        select(Delivery.campaign_id, func.count())
        .where(Delivery.campaign_id.in_(list(campaign_ids)), Delivery.state.in_(("sent", "bounced")))
        .group_by(Delivery.campaign_id)
    )
    return {id_: int(count) for id_, count in rows}
