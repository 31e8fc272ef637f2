"""Quarantine: events that could not be used wait here, with their bytes as they came, until somebody mends them.

How they are sent again stands in `tributary.pipeline.replay`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, Self

import msgspec
from sqlalchemy import CompoundSelect, func, select, true, union

from tributary.access import Principal, audit
from tributary.core.envelope import Envelope, encode_envelope
from tributary.core.ids import new_id
from tributary.errors import NotFound
from tributary.store import Session, bulk
from tributary.store.tables.pipeline import QuarantinedEvent
from tributary.stream import Record

State = Literal["open", "replayed", "discarded"]
_COLUMNS = (
    "id", "workspace_id", "source_id", "received_ms", "stage", "reason", "detail", "event", "message_id", "raw",
    "envelope", "state",
)  # fmt: skip


class _Named(msgspec.Struct, gc=False):
    event: Any = None
    type: Any = None


# It looks at nothing but what it needs, so a value that cannot be read does not hide the rest of the event.
_decode_named = msgspec.json.Decoder(_Named).decode


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
    search: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Sequence[QuarantinedEvent]:
    """Quarantined events, newest first; `after` is the id of the last one seen.

    `search` is an event's name or a message id, or how one begins.
    """
    query = select(QuarantinedEvent).where(
        QuarantinedEvent.workspace_id == workspace_id, QuarantinedEvent.state == state
    )
    if reason is not None:
        query = query.where(QuarantinedEvent.reason == reason)
    if source_id is not None:
        query = query.where(QuarantinedEvent.source_id == source_id)
    if search.strip():
        query = query.where(QuarantinedEvent.id.in_(_begins(workspace_id, search.strip())))
    if after is not None:
        query = query.where(QuarantinedEvent.id < after)
    return session.scalars(query.order_by(QuarantinedEvent.id.desc()).limit(limit)).all()


def _begins(workspace_id: int, text: str) -> CompoundSelect[tuple[str]]:
    """The ids of events that are called so; a range of an index for each of the two names, as LIKE would scan."""
    names = (QuarantinedEvent.event, QuarantinedEvent.message_id)
    return union(
        *(
            select(QuarantinedEvent.id).where(
                QuarantinedEvent.workspace_id == workspace_id, name >= text, name < text + "\U0010ffff"
            )
            for name in names
        )
    )


def get_quarantined(session: Session, workspace_id: int, quarantine_id: str) -> QuarantinedEvent:
    """One quarantined event.

    Raises:
        NotFound: there is none with this id in the workspace.
    """
    row = session.get(QuarantinedEvent, quarantine_id)
    if row is None or row.workspace_id != workspace_id:
        raise NotFound("There is no quarantined event with this id.", cure="List the quarantine for the current ones.")
    return row


def count_reasons(session: Session, workspace_id: int, *, source_id: str | None = None) -> list[ReasonCount]:
    """The reasons of open events, of all or of one source, the commonest first."""
    of_source = true() if source_id is None else QuarantinedEvent.source_id == source_id
    rows = session.execute(
        select(
            QuarantinedEvent.reason,
            func.count(),
            func.min(QuarantinedEvent.received_ms),
            func.max(QuarantinedEvent.received_ms),
        )
        .where(QuarantinedEvent.workspace_id == workspace_id, QuarantinedEvent.state == "open", of_source)
        .group_by(QuarantinedEvent.reason)
        .order_by(func.count().desc(), QuarantinedEvent.reason)
    )
    return [
        ReasonCount(reason, count, datetime.fromtimestamp(first / 1000, UTC), datetime.fromtimestamp(last / 1000, UTC))
        for reason, count, first, last in rows
    ]


def discard(session: Session, workspace_id: int, ids: Iterable[str], *, by: Principal | None = None) -> int:
    """Give open events up; returns how many. They stay readable until they are erased, and can be taken back."""
    return _turn(session, workspace_id, ids, "open", "discarded", by)


def reopen(session: Session, workspace_id: int, ids: Iterable[str], *, by: Principal | None = None) -> int:
    """Take events back that were given up: they wait again; returns how many."""
    return _turn(session, workspace_id, ids, "discarded", "open", by)


def _turn(
    session: Session, workspace_id: int, ids: Iterable[str], before: State, after: State, by: Principal | None
) -> int:
    rows = [get_quarantined(session, workspace_id, each) for each in dict.fromkeys(ids)]
    rows = [row for row in rows if row.state == before]
    for row in rows:
        row.state = after
        if by is not None:
            action = "quarantine.discarded" if after == "discarded" else "quarantine.reopened"
            audit(session, by, action, "quarantined_event", row.id, {"reason": row.reason})
    session.flush()
    return len(rows)


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
