"""Sending quarantined events again.

Replaying appends the event to the log again, so it takes the same way as every other one. It keeps the message id that
it had or was given, so replaying twice, or dying between the two steps of a replay, stores one copy.

Many events share one write of the disk: a hundred thousand of them would take minutes otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select, update

from tributary.access import Principal, audit
from tributary.core.clock import Clock
from tributary.core.envelope import decode_envelope, encode_envelope
from tributary.errors import Conflict, InvalidRequest
from tributary.jobs import Handler, JobRun, enqueue
from tributary.pipeline.quarantine import get_quarantined
from tributary.store import Session, Store
from tributary.store.tables.pipeline import QuarantinedEvent
from tributary.stream import Producer

REPLAY = "quarantine.replay"  # job: send all open events of a reason again
AT_ONCE = 100  # events that a caller waits for; more are a job
_CHUNK = 200  # events sent again before they are marked in one transaction

_decode_object = msgspec.json.Decoder(dict[str, Any]).decode
# It reads no value, so one that cannot be read does not hide the rest of the event.
_decode_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


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
    for start in range(0, len(wanted), _CHUNK):
        with store.read() as session:
            rows = [get_quarantined(session, workspace_id, each) for each in wanted[start : start + _CHUNK]]
        sent += _send(store, producer, [row for row in rows if row.state == "open"], now, by)
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
    by: Principal | None = None,
) -> int:
    """Send all open events of one reason again; returns how many. Those that come back are not sent a second time.

    Raises:
        Conflict, TooManyRequests, Unavailable: as for `replay`.
    """
    sent, until = 0, _newest(store, workspace_id, reason)
    while rows := _open(store, workspace_id, reason, until):
        sent += _send(store, producer, rows, now, by)
    return sent


def count_open(session: Session, workspace_id: int, reason: str) -> int:
    """How many open events of a reason there are."""
    return session.scalar(select(func.count()).where(*_are_open(workspace_id, reason))) or 0


def request_replay(session: Session, by: Principal, *, ids: Sequence[str] = (), reason: str | None = None) -> str:
    """Ask for a job that sends events again: those named, and all of `reason` that are open now. Returns its id.

    It stands in the audit log once, not once for each event.

    Raises:
        NotFound: one of `ids` is not in the workspace.
    """
    for each in ids:
        get_quarantined(session, by.workspace_id, each)
    until = ""
    if reason is not None:
        until = session.scalar(select(func.max(QuarantinedEvent.id)).where(*_are_open(by.workspace_id, reason))) or ""
    payload = {"ids": list(ids), "reason": reason, "until": until}
    job_id = enqueue(session, REPLAY, payload, workspace_id=by.workspace_id, request_id=by.request_id, clock=by.clock)
    audit(session, by, "quarantine.replay_started", "job", job_id, {"reason": reason, "ids": len(ids)})
    return job_id


def job_handlers(store: Store, producer: Producer, clock: Clock) -> Mapping[str, Handler]:
    """The handlers of this package's jobs, for the job runner."""

    def handle(job: JobRun) -> None:
        _run(store, producer, clock, job)

    return {REPLAY: handle}


def _run(store: Store, producer: Producer, clock: Clock, job: JobRun) -> None:
    """May be repeated: what was sent is not open any more."""
    ids, reason, until = job.payload["ids"], job.payload["reason"], job.payload["until"]
    with store.read() as session:
        total = len(ids) + (count_open(session, job.workspace_id, reason) if reason is not None else 0)
    done = 0
    job.progress(done, total)
    for start in range(0, len(ids), _CHUNK):
        job.check_cancelled()
        chunk = ids[start : start + _CHUNK]
        replay(store, producer, job.workspace_id, chunk, clock.now())
        done += len(chunk)
        job.progress(done)
    while reason is not None and (rows := _open(store, job.workspace_id, reason, until)):
        job.check_cancelled()
        done += _send(store, producer, rows, clock.now(), None)
        job.progress(min(done, total))


def _are_open(workspace_id: int, reason: str) -> tuple[Any, ...]:
    return (
        QuarantinedEvent.workspace_id == workspace_id,
        QuarantinedEvent.state == "open",
        QuarantinedEvent.reason == reason,
    )


def _newest(store: Store, workspace_id: int, reason: str) -> str:
    with store.read() as session:
        return session.scalar(select(func.max(QuarantinedEvent.id)).where(*_are_open(workspace_id, reason))) or ""


def _open(store: Store, workspace_id: int, reason: str, until: str) -> Sequence[QuarantinedEvent]:
    """The oldest events that are still to be sent. What comes back while this runs has a higher id than `until`."""
    query = select(QuarantinedEvent).where(*_are_open(workspace_id, reason), QuarantinedEvent.id <= until)
    with store.read() as session:
        return session.scalars(query.order_by(QuarantinedEvent.id).limit(_CHUNK)).all()


def _send(
    store: Store, producer: Producer, rows: Sequence[QuarantinedEvent], now: datetime, by: Principal | None
) -> int:
    """Append the events with as few writes of the disk as the log can, then mark those that are in it."""
    if not rows:
        return 0
    payloads = [_again(row, bytes(row.raw)) for row in rows]
    failures = asyncio.run(_append_all(producer, payloads))
    sent = [row for row, failure in zip(rows, failures, strict=True) if failure is None]
    _mark(store, sent, now, by)
    for failure in failures:
        if failure is not None:
            raise failure
    return len(sent)


async def _append_all(producer: Producer, payloads: Sequence[bytes]) -> list[BaseException | None]:
    """Append all at once; per record what went wrong, None where nothing did."""
    found = await asyncio.gather(*(producer.append(payload) for payload in payloads), return_exceptions=True)
    return [each if isinstance(each, BaseException) else None for each in found]


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
