"""Quarantine: events that could not be used wait here, with their bytes as they came, until somebody mends them.

Replaying appends the event to the log again, so it takes the same way as every other one. It keeps the message id that
it had or was given, so replaying twice, or dying between the two steps of a replay, stores one copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, Self

import msgspec
from sqlalchemy import func, select, update

from tributary.access import Principal, audit
from tributary.core.envelope import Envelope, decode_envelope, encode_envelope
from tributary.core.ids import new_id
from tributary.errors import Conflict, InvalidRequest, NotFound
from tributary.store import Session, Store, bulk
from tributary.store.tables.pipeline import QuarantinedEvent
from tributary.stream import Producer, Record

State = Literal["open", "replayed", "discarded"]
_REPLAY_CHUNK = 200  # events sent again before they are marked in one transaction
_COLUMNS = (
    "id", "workspace_id", "source_id", "received_ms", "stage", "reason", "detail", "event", "message_id", "raw",
    "envelope", "state",
)  # fmt: skip


class _Named(msgspec.Struct, gc=False):
    event: Any = None
    type: Any = None


_decode_object = msgspec.json.Decoder(dict[str, Any]).decode
# These two look at nothing but what they need, so a value that cannot be read does not hide the rest of the event.
_decode_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_named = msgspec.json.Decoder(_Named).decode
_encode = msgspec.json.Encoder().encode


class Rejection(NamedTuple):
    """An event on its way into quarantine."""

    workspace_id: int
    source_id: str
    received_ms: int
    stage: str
    reason: str
    detail: str
    message_id: str
    raw: bytes
    envelope: bytes

    @classmethod
    def of(
        cls, envelope: Envelope, raw: bytes, message_id: str, reason: str, detail: str, stage: str = "decode"
    ) -> Self:
        """One event of an envelope."""
        empty = msgspec.structs.replace(envelope, events=[], reasons={})
        received_ms = envelope.received_at_ms
        body = encode_envelope(empty)
        return cls(envelope.workspace_id, envelope.source_id, received_ms, stage, reason, detail, message_id, raw, body)

    @classmethod
    def of_record(cls, record: Record, detail: str) -> Self:
        """A whole log record that is no envelope. It belongs to no workspace (0) and can be looked at, not replayed."""
        place = f"{record.partition}:{record.offset}"
        return cls(0, "", record.timestamp_ms, "decode", "record_unreadable", detail, place, record.payload, b"")


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many open events share a reason, and when the first and the last of them arrived."""

    reason: str
    count: int
    first_at: datetime
    last_at: datetime


def write_rejections(session: Session, rejections: Sequence[Rejection]) -> list[str]:
    """Put events into quarantine; returns the ids that they have there, in the same order."""
    ids = sorted(new_id("qtn") for _ in rejections)  # ids of one millisecond are random; the order of arrival stays
    rows = [
        (
            id_, each.workspace_id, each.source_id, each.received_ms, each.stage, each.reason,
            each.detail[:1000].replace("\x00", ""), _event_name(each.raw), each.message_id, each.raw, each.envelope,
            "open",
        )
        for id_, each in zip(ids, rejections, strict=True)
    ]  # fmt: skip
    bulk.write(session, QuarantinedEvent, _COLUMNS, rows)
    return ids


def list_quarantined(
    session: Session,
    workspace_id: int,
    *,
    state: State = "open",
    reason: str | None = None,
    source_id: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[QuarantinedEvent]:
    """Quarantined events, newest first; `after` is the id of the last one seen."""
    query = select(QuarantinedEvent).where(
        QuarantinedEvent.workspace_id == workspace_id, QuarantinedEvent.state == state
    )
    if reason is not None:
        query = query.where(QuarantinedEvent.reason == reason)
    if source_id is not None:
        query = query.where(QuarantinedEvent.source_id == source_id)
    if after is not None:
        query = query.where(QuarantinedEvent.id < after)
    return session.scalars(query.order_by(QuarantinedEvent.id.desc()).limit(limit)).all()


def get_quarantined(session: Session, workspace_id: int, quarantine_id: str) -> QuarantinedEvent:
    """One quarantined event.

    Raises:
        NotFound: there is none with this id in the workspace.
    """
    row = session.get(QuarantinedEvent, quarantine_id)
    if row is None or row.workspace_id != workspace_id:
        raise NotFound("There is no quarantined event with this id.", cure="List the quarantine for the current ones.")
    return row


def count_reasons(session: Session, workspace_id: int) -> list[ReasonCount]:
    """The reasons of open events, the commonest first."""
    rows = session.execute(
        select(
            QuarantinedEvent.reason,
            func.count(),
            func.min(QuarantinedEvent.received_ms),
            func.max(QuarantinedEvent.received_ms),
        )
        .where(QuarantinedEvent.workspace_id == workspace_id, QuarantinedEvent.state == "open")
        .group_by(QuarantinedEvent.reason)
        .order_by(func.count().desc(), QuarantinedEvent.reason)
    )
    return [
        ReasonCount(reason, count, datetime.fromtimestamp(first / 1000, UTC), datetime.fromtimestamp(last / 1000, UTC))
        for reason, count, first, last in rows
    ]


def replay(
    store: Store,
    producer: Producer,
    workspace_id: int,
    ids: Iterable[str],
    now: datetime,
    *,
    by: Principal | None = None,
) -> int:
    """Send open events again as they are; returns how many. Events that are not open any more are passed over.

    It makes transactions of its own, so call it outside of one. `by` goes into the audit log with each event.

    Raises:
        NotFound: one of `ids` is not in the workspace. Conflict: a record that no workspace can be told from.
        TooManyRequests, Unavailable: the log cannot take them now; those not yet sent stay open.
    """
    sent = 0
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _REPLAY_CHUNK):
        chunk = wanted[start : start + _REPLAY_CHUNK]
        with store.read() as session:
            rows = [get_quarantined(session, workspace_id, each) for each in chunk]
        rows = [row for row in rows if row.state == "open"]
        for row in rows:
            producer.append_sync(_again(row, row.raw))
        _mark(store, rows, now, by)
        sent += len(rows)
    return sent


def replay_edited(
    store: Store,
    producer: Producer,
    workspace_id: int,
    quarantine_id: str,
    event: bytes,
    now: datetime,
    *,
    by: Principal | None = None,
) -> None:
    """Send one event again with corrected JSON. Its message id stays what it was, whatever the correction says.

    Raises:
        InvalidRequest: the correction is not a JSON object. Conflict: the event is not open any more.
        NotFound: there is no such event.
    """
    try:
        _decode_object(event)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise InvalidRequest(f"The event is not a JSON object: {exc}.", cure="Correct it and send it again.") from None
    with store.read() as session:
        row = get_quarantined(session, workspace_id, quarantine_id)
    if row.state != "open":
        raise Conflict(f"The event is {row.state} already.", cure="Look for what became of it in the live events.")
    producer.append_sync(_again(row, event))
    _mark(store, [row], now, by)


def replay_reason(
    store: Store,
    producer: Producer,
    workspace_id: int,
    reason: str,
    now: datetime,
    *,
    limit: int = 100_000,
    by: Principal | None = None,
) -> int:
    """Send all open events of one reason again, up to `limit`; returns how many."""
    with store.read() as session:
        ids = session.scalars(
            select(QuarantinedEvent.id)
            .where(
                QuarantinedEvent.workspace_id == workspace_id,
                QuarantinedEvent.state == "open",
                QuarantinedEvent.reason == reason,
            )
            .order_by(QuarantinedEvent.id)
            .limit(limit)
        ).all()
    return replay(store, producer, workspace_id, ids, now, by=by)


def discard(session: Session, workspace_id: int, ids: Iterable[str], *, by: Principal | None = None) -> int:
    """Give open events up; returns how many. They stay readable until they are erased."""
    rows = [get_quarantined(session, workspace_id, each) for each in dict.fromkeys(ids)]
    rows = [row for row in rows if row.state == "open"]
    for row in rows:
        row.state = "discarded"
        if by is not None:
            audit(session, by, "quarantine.discarded", "quarantined_event", row.id, {"reason": row.reason})
    session.flush()
    return len(rows)


def _mark(store: Store, rows: Sequence[QuarantinedEvent], now: datetime, by: Principal | None) -> None:
    if not rows:
        return
    with store.begin() as session:
        session.execute(
            update(QuarantinedEvent)
            .where(QuarantinedEvent.id.in_([row.id for row in rows]), QuarantinedEvent.state == "open")
            .values(state="replayed", replayed_at=now)
        )
        if by is not None:
            for row in rows:
                audit(session, by, "quarantine.replayed", "quarantined_event", row.id, {"reason": row.reason})


def _again(row: QuarantinedEvent, event: bytes) -> bytes:
    """The log record that carries the event again, under the message id that it has."""
    if not row.envelope:
        raise Conflict("This log record cannot be read, so it cannot be sent again.", cure="Discard it.")
    try:
        body = _decode_parts(event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # it will be refused again, for the same reason
    else:
        event = _encode({**body, "messageId": row.message_id})
    return encode_envelope(msgspec.structs.replace(decode_envelope(bytes(row.envelope)), events=[event]))


def _event_name(raw: bytes) -> str:
    type_, name = peek_kind(raw)
    return name or type_


def peek_kind(raw: bytes) -> tuple[str, str]:
    """Type and name of an event that may be broken in other ways; empty if they cannot be found."""
    try:
        named = _decode_named(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", ""
    return _plain(named.type), _plain(named.event)


def _plain(value: Any) -> str:
    return value[:200].replace("\x00", "") if isinstance(value, str) else ""
