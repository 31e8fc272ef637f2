"""Addresses that nothing may be sent to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import CursorResult, delete, select, tuple_

from tributary.errors import Conflict, InvalidRequest
from tributary.privacy.keys import Hasher, lock_subjects
from tributary.store import Session, upsert
from tributary.store.tables.privacy import Suppression

SuppressionReason = Literal["unsubscribed", "bounced", "complained", "manual"]
SUPPRESSION_REASONS: tuple[SuppressionReason, ...] = get_args(SuppressionReason)
ADDRESS_TYPES = {"email": "email", "sms": "phone"}  # channel → type of the identifier that is its address
CHUNK = 500  # subjects in one IN list


def address_type(channel: str) -> str:
    """The identifier type that a channel sends to.

    Raises:
        InvalidRequest: there is no such channel.
    """
    if channel not in ADDRESS_TYPES:
        raise InvalidRequest(
            f"There is no channel {channel!r}.", cure=f"Known channels: {', '.join(ADDRESS_TYPES)}.", path="channel"
        )
    return ADDRESS_TYPES[channel]


def suppress(
    session: Session,
    hasher: Hasher,
    workspace_id: int,
    channel: str,
    addresses: Iterable[str],
    *,
    reason: SuppressionReason,
    by: str,
    now: datetime,
    source: str = "",
    purpose: str = "",
) -> int:
    """Stop everything to `addresses` on `channel`, from the end of this transaction on. Repeating it changes nothing.

    `purpose` narrows an unsubscription to one purpose. Returns how many addresses were named.
    """
    type_ = address_type(channel)
    subjects = {hasher.subject(workspace_id, type_, address) for address in addresses if address.strip()}
    suppress_subjects(
        session, workspace_id, channel, subjects, reason=reason, by=by, now=now, source=source, purpose=purpose
    )
    return len(subjects)


def suppress_subjects(
    session: Session,
    workspace_id: int,
    channel: str,
    subjects: Collection[str],
    *,
    reason: SuppressionReason,
    by: str,
    now: datetime,
    source: str = "",
    purpose: str = "",
) -> None:
    """The same for subjects whose address is not at hand, such as the one inside an unsubscribe link."""
    if reason not in SUPPRESSION_REASONS:
        raise InvalidRequest(
            f"There is no reason {reason!r}.", cure=f"Known reasons: {', '.join(SUPPRESSION_REASONS)}.", path="reason"
        )
    address_type(channel)
    lock_subjects(session, list(subjects))
    rows = [
        {
            "workspace_id": workspace_id,
            "channel": channel,
            "subject": subject,
            "reason": reason,
            "purpose": purpose if reason == "unsubscribed" else "",
            "source": source,
            "at": now,
            "recorded_by": by,
        }
        for subject in sorted(subjects)
    ]
    upsert(session, Suppression, rows, key=["workspace_id", "channel", "subject", "reason", "purpose"])


def suppressed_reasons(
    session: Session, workspace_id: int, channel: str, purpose: str, subjects: Sequence[str]
) -> dict[str, set[str]]:
    """Subject → the reasons that hold for it and `purpose`. Subjects without any are left out."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(subjects), CHUNK):
        rows = session.execute(
            select(Suppression.subject, Suppression.reason).where(
                Suppression.workspace_id == workspace_id,
                Suppression.channel == channel,
                Suppression.subject.in_(subjects[start : start + CHUNK]),
                Suppression.purpose.in_(("", purpose)),
            )
        )
        for subject, reason in rows:
            found.setdefault(subject, set()).add(reason)
    return found


def lift_suppression(
    session: Session, hasher: Hasher, workspace_id: int, channel: str, address: str, *, reason: SuppressionReason
) -> None:
    """Take one reason back, by an operator's decision. The other reasons of the address stay.

    Raises:
        Conflict: the address is not suppressed for this reason, or it is a complaint, which is never taken back.
    """
    if reason == "complained":
        raise Conflict(
            "Somebody who reported a message as spam stays suppressed.",
            cure="If it was a mistake, let the person subscribe with another address.",
        )
    subject = hasher.subject(workspace_id, address_type(channel), address)
    lock_subjects(session, [subject])
    if not _delete(session, workspace_id, channel, [subject], reason):
        raise Conflict("This address is not suppressed for this reason.", cure="Check the address and the reason.")


def lift_unsubscriptions(
    session: Session, workspace_id: int, channel: str, purpose: str, subjects: Sequence[str], before: datetime
) -> None:
    """A person who says yes again may be written to again; bounces, complaints and manual entries stay."""
    if subjects:
        _delete(session, workspace_id, channel, subjects, "unsubscribed", purpose, before)


def _delete(
    session: Session,
    workspace_id: int,
    channel: str,
    subjects: Sequence[str],
    reason: str,
    purpose: str | None = None,
    before: datetime | None = None,
) -> int:
    statement = delete(Suppression).where(
        Suppression.workspace_id == workspace_id,
        Suppression.channel == channel,
        Suppression.subject.in_(subjects),
        Suppression.reason == reason,
    )
    if purpose is not None:
        statement = statement.where(Suppression.purpose == purpose)
    if before is not None:
        statement = statement.where(Suppression.at < before)
    result = session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0


def list_suppressions(
    session: Session, workspace_id: int, *, after: tuple[str, str, str, str] | None = None, limit: int = 50
) -> Sequence[Suppression]:
    """Entries in the order of channel, subject, reason, purpose; those after the given key."""
    order = (Suppression.channel, Suppression.subject, Suppression.reason, Suppression.purpose)
    query = select(Suppression).where(Suppression.workspace_id == workspace_id)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    return session.scalars(query.order_by(*order).limit(limit)).all()
