"""Events about messages: ordinary track events, on their way into the event log.

They are written into `message_events` in the transaction that they tell of, and from there appended to the log by
whoever calls `publish_events`. A crash in between repeats the append; the message id makes the pipeline drop the copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

import msgspec
from sqlalchemy import delete, select

from tributary.core.clock import Clock
from tributary.core.envelope import Envelope, encode_envelope
from tributary.messaging.people import Recipient
from tributary.sources import SourceKind, internal_source_id
from tributary.store import Session, Store, upsert
from tributary.store.tables.messaging import MessageEvent
from tributary.store.tables.sources import Source

_BATCH = 500
_EVENTS_A_RECORD = 100


class Appender(Protocol):
    """The part of a stream producer that is needed here."""

    def append_sync(self, payload: bytes) -> Any:
        """Append one record and return once it is durable."""
        ...


class AboutDelivery(Protocol):
    """What an event says about the delivery: a claim or a row of the outbox."""

    @property
    def id(self) -> str: ...
    @property
    def workspace_id(self) -> int: ...
    @property
    def campaign_id(self) -> str: ...
    @property
    def arm(self) -> str: ...


def build_event(
    delivery: AboutDelivery,
    identifiers: Iterable[tuple[str, str]],
    name: str,
    *,
    at: datetime,
    key: str = "",
    **properties: Any,
) -> dict[str, Any]:
    """A Segment track event whose ids resolve to the profile that owns `identifiers`.

    Its message id is made of the delivery, the event's name and `key`, so repeating it changes nothing.
    """
    slug = name.lower().replace(" ", "_")
    return {
        "type": "track",
        "event": name,
        "messageId": f"{delivery.id}-{slug}{f'-{key}' if key else ''}",
        "timestamp": _iso(at),
        "properties": {
            "campaign_id": delivery.campaign_id,
            "delivery_id": delivery.id,
            "arm": delivery.arm,
            "channel": "email",
            **properties,
        },
        **event_identity(identifiers),
    }


def event_identity(identifiers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The ids of an event by which the pipeline finds the person again: one is enough, the strongest there is."""
    own: dict[str, str] = {}
    for type_, value in identifiers:
        own.setdefault(type_, value)
    if "user_id" in own:
        return {"userId": own["user_id"]}
    if "anonymous_id" in own:
        return {"anonymousId": own["anonymous_id"]}
    return {"context": {"externalIds": [{"type": type_, "id": value} for type_, value in list(own.items())[:1]]}}


def record_event(
    session: Session,
    delivery: AboutDelivery,
    recipient: Recipient,
    name: str,
    *,
    at: datetime,
    **properties: Any,
) -> None:
    """Leave an event to be published, in the caller's transaction."""
    body = build_event(delivery, recipient.identifiers, name, at=at, **properties)
    add_event(session, delivery.workspace_id, body, at=at)


def add_event(session: Session, workspace_id: int, body: dict[str, Any], *, at: datetime) -> None:
    """Leave a ready event to be published, in the caller's transaction."""
    row = {"id": body["messageId"], "workspace_id": workspace_id, "body": body, "created_at": at}
    upsert(session, MessageEvent, [row], key=["id"])


def publish_events(store: Store, producer: Appender, clock: Clock) -> int:
    """Append waiting events to the log and forget them; how many.

    Raises:
        Unavailable, TooManyRequests: the log cannot take them now; they stay.
    """
    with store.read() as session:
        rows = session.execute(
            select(MessageEvent.workspace_id, MessageEvent.id, MessageEvent.body)
            .order_by(MessageEvent.workspace_id, MessageEvent.created_at, MessageEvent.id)
            .limit(_BATCH)
        ).all()
    for workspace_id, group in groupby(rows, key=lambda row: row.workspace_id):
        waiting = list(group)
        with store.read() as session:
            source_id = own_source_id(session, workspace_id)
        if source_id is None:
            with store.begin() as session:
                source_id = internal_source_id(session, workspace_id, now=clock.now())
        for start in range(0, len(waiting), _EVENTS_A_RECORD):
            part = waiting[start : start + _EVENTS_A_RECORD]
            producer.append_sync(event_record(workspace_id, source_id, [row.body for row in part], clock))
            with store.begin() as session:
                session.execute(delete(MessageEvent).where(MessageEvent.id.in_([row.id for row in part])))
    return len(rows)


def own_source_id(session: Session, workspace_id: int) -> str | None:
    """The id of the workspace's internal source, which a launch makes sure of; never takes the write lock."""
    query = select(Source.id).where(Source.workspace_id == workspace_id, Source.kind == SourceKind.INTERNAL.value)
    return session.scalars(query).first()


def event_record(workspace_id: int, source_id: str, events: list[dict[str, Any]], clock: Clock) -> bytes:
    """The log record that holds `events`, as the collector would write them."""
    return encode_envelope(
        Envelope(
            workspace_id=workspace_id,
            source_id=source_id,
            received_at_ms=clock.now_ms(),
            events=[msgspec.json.encode(event) for event in events],
        )
    )


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
