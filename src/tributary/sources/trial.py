"""A test event: it is really received, so that a source can be seen working before anything is installed."""

from __future__ import annotations

import secrets
from typing import Any, Protocol

import msgspec

from tributary.access import Principal, audit
from tributary.collector.body import Limits, parse_single
from tributary.core.envelope import Envelope, encode_envelope
from tributary.errors import Conflict
from tributary.settings import CollectorSettings
from tributary.sources.service import KINDS_WITHOUT_HTTP, get_source
from tributary.store import Session

DEFAULT_EVENT = "Test Event"
_VISITOR = "tributary-test"  # one person for all test events, so that they do not fill the list of people


class Appender(Protocol):
    """The part of a stream producer that is needed here."""

    def append_sync(self, payload: bytes) -> Any:
        """Append one record and return once it is durable."""
        ...


def send_test_event(
    session: Session,
    producer: Appender,
    principal: Principal,
    source_id: str,
    settings: CollectorSettings,
    *,
    event: str = DEFAULT_EVENT,
) -> str:
    """Put an event into the log as the collector does, marked as a test in its context; returns its message id.

    Raises:
        NotFound: the workspace has no such source.
        Conflict: the source is switched off, or takes no events over HTTP.
        TooManyRequests, Unavailable: the log cannot take it now.
    """
    source = get_source(session, principal.workspace_id, source_id)
    if source.kind in KINDS_WITHOUT_HTTP:
        raise Conflict(
            "This source takes no events over HTTP, so none can be tried.",
            cure="Send the test event to a source of another kind.",
        )
    if not source.is_enabled:
        raise Conflict("The source is switched off.", cure="Switch it on, then send the test event again.")
    message_id = f"test-{secrets.token_hex(8)}"
    now = principal.clock.now()
    at = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {
        "type": "track",
        "event": event,
        "messageId": message_id,
        "anonymousId": _VISITOR,
        "timestamp": at,
        "sentAt": at,
        "properties": {},
        "context": {"test": True, "library": {"name": "tributary", "version": "test"}},
    }
    limits = Limits(settings.max_event_bytes, settings.max_batch_bytes, settings.max_depth, settings.max_batch_events)
    parsed = parse_single(msgspec.json.encode(body), limits)
    envelope = Envelope(
        workspace_id=source.workspace_id,
        source_id=source.id,
        received_at_ms=int(now.timestamp() * 1000),
        events=parsed.events,
        type="track",
        reasons=parsed.reasons,
    )
    audit(session, principal, "source.test_event_sent", "source", source.id, {"message_id": message_id})
    producer.append_sync(encode_envelope(envelope))
    return message_id
