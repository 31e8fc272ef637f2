"""The outbox: every change of a delivery's state, each one transaction, each guarded by the claim it acts under.

    queued ──claim──► sending ──hand_over──► handing_over ──settle──► sent
      ▲                  │                        │  └──► queued (4xx) / bounced / failed (5xx)
      └── release ◄──────┘                        └── crash, or no answer ──► unknown ──reconcile──► sent / queued

A claim is a lease with a random name. `sending` whose lease ran out is claimed again: the server never got the end of
that message. `handing_over` whose lease ran out becomes `unknown`. Both changes compare the state and the lease's name
in the UPDATE itself, so a sender that was only slow finds its claim gone and stops.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, exists, or_, select, update
from sqlalchemy.exc import IntegrityError

from tributary.core.ids import new_id
from tributary.messaging.events import record_event
from tributary.messaging.people import Recipient
from tributary.messaging.smtp import Refused, Stage
from tributary.privacy import Hasher, suppress_subjects
from tributary.store import Session
from tributary.store.tables.messaging import Campaign, Delivery

LEASE = timedelta(minutes=3)  # must outlast one message: rendering, two SMTP timeouts, and a busy store
MAX_ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=2)
OPEN_STATES = ("queued", "sending", "handing_over")
FINAL_STATES = ("sent", "rejected", "bounced", "failed", "cancelled", "unknown")


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that the holder may work on until `until`."""

    id: str
    workspace_id: int
    campaign_id: str
    profile_id: int
    version: int
    arm: str
    message_id: str
    address_key: str | None
    attempts: int
    lease: str
    until: datetime


def claim(session: Session, *, now: datetime, limit: int, lease: timedelta = LEASE) -> list[Claim]:
    """Take up to `limit` deliveries of running campaigns that are due, or whose sender died before the hand-over."""
    due = or_(
        and_(Delivery.state == "queued", Delivery.not_before <= now),
        and_(Delivery.state == "sending", Delivery.lease_until < now),
    )
    rows = session.execute(
        select(Delivery)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(due, Campaign.state == "sending")
        .order_by(Delivery.not_before, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
    ).scalars()
    name, until = new_id("lse"), now + lease
    claims = [
        Claim(
            row.id, row.workspace_id, row.campaign_id, row.profile_id, row.version, row.arm, row.message_id,
            row.address_key, row.attempts, name, until,
        )
        for row in rows
    ]  # fmt: skip
    if claims:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_([held.id for held in claims]))
            .values(state="sending", lease=name, lease_until=until, updated_at=now)
        )
    return claims


def sweep(session: Session, *, now: datetime) -> int:
    """Hand-overs whose sender fell silent become `unknown`: the server may have the message or not. How many.

    What a silent sender held of a cancelled campaign, before the hand-over, is cancelled.
    """
    is_cancelled = exists().where(Campaign.id == Delivery.campaign_id, Campaign.state == "cancelled")
    session.execute(
        update(Delivery)
        .where(Delivery.state == "sending", Delivery.lease_until < now, is_cancelled)
        .values(state="cancelled", updated_at=now, **_FREE)
    )
    return _count(
        session.execute(
            update(Delivery)
            .where(Delivery.state == "handing_over", Delivery.lease_until < now)
            .values(state="unknown", reason="sender_lost", attempts=Delivery.attempts + 1, updated_at=now, **_FREE)
        )
    )


def release(
    session: Session, held: Sequence[Claim], *, now: datetime, not_before: datetime, reason: str | None = None
) -> None:
    """Give claims back without having tried: the server cannot be reached (then with a reason), or the sender stops."""
    values: dict[str, Any] = {"state": "queued", "not_before": not_before, "updated_at": now, **_FREE}
    if reason is not None:
        values["reason"] = reason
    for one in held:
        _change(session, one, "sending", **values)


def take_address(session: Session, held: Claim, key: str) -> bool:
    """Note the address that this delivery goes to; False if another delivery of the campaign has it."""
    if held.address_key == key:
        return True
    try:
        with session.begin_nested():
            return _change(session, held, "sending", address_key=key)
    except IntegrityError:
        return False


def begin_hand_over(session: Session, held: Claim, *, now: datetime, lease: timedelta = LEASE) -> bool:
    """`sending` → `handing_over`; False if the claim is gone. Only after the commit may the end of the data be sent."""
    if now >= held.until:
        return False
    return _change(session, held, "sending", state="handing_over", lease_until=now + lease, updated_at=now)


def reject(session: Session, held: Claim, reason: str, detail: str | None, *, now: datetime) -> None:
    """The gate says no at send time."""
    _change(session, held, "sending", state="rejected", reason=reason, detail=detail, updated_at=now, **_FREE)


def stop(session: Session, held: Claim, *, now: datetime, is_cancelled: bool) -> None:
    """The campaign was paused or cancelled meanwhile."""
    state = "cancelled" if is_cancelled else "queued"
    _change(session, held, "sending", state=state, updated_at=now, **_FREE)


def settle_sent(session: Session, held: Claim, recipient: Recipient, *, now: datetime) -> bool:
    """The server answered 250. It counts even if the lease ran out meanwhile and the row was swept to `unknown`."""
    attempts = held.attempts + 1
    values = {
        "state": "sent", "reason": None, "detail": None, "attempts": attempts, "sent_at": now, "updated_at": now,
    }  # fmt: skip
    changed = _change(session, held, "handing_over", **values, **_FREE) or _change_unknown(session, held.id, **values)
    if changed:
        for name in ("Email Sent", "Email Delivered"):
            record_event(session, held, recipient, name, at=now)
    return changed


def settle_refused(
    session: Session,
    held: Claim,
    recipient: Recipient,
    refusal: Refused,
    *,
    hasher: Hasher,
    now: datetime,
    jitter: Callable[[], float] = random.random,
) -> None:
    """The server, or the line, said no about this message."""
    detail = _without(refusal.text, recipient.address)
    detail = f"{refusal.code} {detail}".strip()[:300] if refusal.code else detail[:300]
    attempts = held.attempts + 1
    if refusal.stage is Stage.AMBIGUOUS:
        _change(
            session, held, "handing_over",
            state="unknown", reason="no_answer", detail=detail, attempts=attempts, updated_at=now, **_FREE,
        )  # fmt: skip
        return
    if refusal.is_permanent:
        outcome, reason = ("bounced", "bad_address") if refusal.is_bad_address else ("failed", "refused")
    elif attempts >= MAX_ATTEMPTS:
        outcome, reason = "failed", "gave_up"
    else:
        outcome, reason = "queued", "temporary"
    values: dict[str, Any] = {"state": outcome, "reason": reason, "detail": detail, "attempts": attempts, **_FREE}
    if outcome == "queued":
        values["not_before"] = now + backoff(attempts, jitter)
    if not (
        _change(session, held, "sending", updated_at=now, **values)
        or _change(session, held, "handing_over", updated_at=now, **values)
        or _change_unknown(session, held.id, updated_at=now, **values)
    ):
        return
    if outcome == "bounced":
        record_event(session, held, recipient, "Email Bounced", at=now, code=refusal.code)
        subject = hasher.subject(held.workspace_id, "email", recipient.address)
        suppress_subjects(
            session, held.workspace_id, "email", [subject], reason="bounced", by="smtp", now=now, source=held.id
        )


def backoff(attempts: int, jitter: Callable[[], float] = random.random) -> timedelta:
    """The pause before attempt `attempts` + 1: doubling from a minute to two hours, spread by half."""
    pause: timedelta = min(_FIRST_PAUSE * 2.0 ** (attempts - 1), _LONGEST_PAUSE)
    return pause * (0.75 + 0.5 * jitter())


_FREE: dict[str, Any] = {"lease": None, "lease_until": None}


def _change(session: Session, held: Claim, state_now: str, /, **values: Any) -> bool:
    result = session.execute(
        update(Delivery)
        .where(Delivery.id == held.id, Delivery.state == state_now, Delivery.lease == held.lease)
        .values(**values)
    )
    return _count(result) == 1


def _change_unknown(session: Session, delivery_id: str, **values: Any) -> bool:
    statement = update(Delivery).where(Delivery.id == delivery_id, Delivery.state == "unknown").values(**values)
    return _count(session.execute(statement)) == 1


def _count(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def _without(text: str, address: str) -> str:
    """A server's answer without the address it was about: the record of a failure needs no personal data."""
    return text.replace(address, "…") if address else text
