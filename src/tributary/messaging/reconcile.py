"""Deliveries of unknown outcome, decided by what the mail server says it accepted.

A sender that dies between the end of a message and the server's answer leaves `unknown`. Only the server knows; its
log, read for our Message-IDs, settles it: accepted means sent, and not accepted in a complete log means send again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from tributary.messaging.events import record_event
from tributary.messaging.people import canonical_ids, load_recipients
from tributary.store import Session
from tributary.store.tables.messaging import Campaign, Delivery

GRACE = timedelta(minutes=10)  # a server may still be writing its log about a message that it just took
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What became of the deliveries: found in the log, queued again, still unknown."""

    sent: int
    requeued: int
    unknown: int


def reconcile(
    session: Session,
    workspace_id: int,
    accepted_message_ids: Collection[str],
    *,
    now: datetime,
    is_complete: bool = True,
    grace: timedelta = GRACE,
) -> Reconciliation:
    """Settle what is `unknown` by the Message-IDs (with or without `<>`) that the mail server accepted.

    Other deliveries that the log names although we hold them for unsent are marked sent as well, so that a wrong
    decision of an operator cannot become a second message. `is_complete` says that the log covers all time up to now:
    only then may a message that is missing in it be sent again, and only if it has been unknown for `grace`.
    """
    accepted = {f"<{text.strip().strip('<>')}>" for text in accepted_message_ids}
    sent = requeued = 0
    ordered = sorted(accepted)
    for start in range(0, len(ordered), _CHUNK):
        rows = session.scalars(
            select(Delivery)
            .where(
                Delivery.workspace_id == workspace_id,
                Delivery.message_id.in_(ordered[start : start + _CHUNK]),
                Delivery.state.in_(("unknown", "queued", "failed")),
            )
            .with_for_update()
        ).all()
        for row in rows:
            _mark_sent(session, row, now)
        sent += len(rows)
    session.flush()
    waiting = session.scalars(
        select(Delivery)
        .where(Delivery.workspace_id == workspace_id, Delivery.state == "unknown")
        .order_by(Delivery.id)
        .with_for_update()
    ).all()
    for row in waiting:
        if is_complete and row.updated_at <= now - grace:
            row.state, row.reason, row.not_before, row.updated_at = "queued", "not_accepted", now, now
            requeued += 1
    campaigns = {row.campaign_id for row in waiting if row.state == "queued"}
    if campaigns:
        session.execute(
            update(Campaign)
            .where(Campaign.id.in_(campaigns), Campaign.state == "done")
            .values(state="sending", finished_at=None, updated_at=now)
        )
    return Reconciliation(sent, requeued, len(waiting) - requeued)


def _mark_sent(session: Session, row: Delivery, now: datetime) -> None:
    row.state, row.reason, row.detail = "sent", None, None
    row.sent_at, row.updated_at = row.updated_at, now  # the last thing known of it is the hand-over
    canonical = canonical_ids(session, [row.profile_id])[row.profile_id]
    recipient = load_recipients(session, row.workspace_id, [canonical]).get(canonical)
    if recipient is not None:
        for name in ("Email Sent", "Email Delivered"):
            record_event(session, row, recipient, name, at=row.sent_at)
