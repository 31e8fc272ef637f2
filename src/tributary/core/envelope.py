"""`Envelope`: what the collector writes to the log and the pipeline reads — one record per accepted request.

Events stay the exact bytes that the client sent, so that a bad one can be quarantined, shown and replayed as it came.
All protocols are turned into the Segment event shape at the edge, before they are put in here.
"""

from __future__ import annotations

import msgspec

EVENTS_TOPIC = "events"


class Envelope(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """One accepted request.

    `received_at_ms` is Unix milliseconds. `sent_at` is the client's text as it came (batch level); it corrects the
    clock skew of each event that brings none of its own. `type` is the event type that the path implies, or None for
    a batch. `context` is the batch's own context (JSON bytes), which fills what an event's context does not say.
    `events` are JSON objects, each the client's bytes. `reasons` holds, by index, why the collector already knows an
    event to be unusable (too large, not an object); the pipeline quarantines these without decoding them.
    `is_backfill` marks history that must not trigger anything.
    """

    workspace_id: int
    source_id: str
    received_at_ms: int
    events: list[bytes]
    type: str | None = None
    sent_at: str | None = None
    context: bytes | None = None
    ip: str | None = None
    user_agent: str | None = None
    reasons: dict[int, str] = {}
    is_backfill: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Envelope)


def encode_envelope(envelope: Envelope) -> bytes:
    """The log record of an envelope (msgpack)."""
    return _encoder.encode(envelope)


def decode_envelope(payload: bytes) -> Envelope:
    """The envelope in a log record.

    Raises:
        msgspec.DecodeError, msgspec.ValidationError: the record was not written by `encode_envelope`.
    """
    return _decoder.decode(payload)
