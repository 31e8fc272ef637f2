"""The event log: what the collector appends to and the pipeline reads from. See `port` for what the words mean."""

from __future__ import annotations

from pathlib import Path

from tributary.core.clock import Clock
from tributary.settings import StreamSettings
from tributary.stream.embedded import EmbeddedLog
from tributary.stream.port import Consumer, Damage, EventLog, Lag, Position, Producer, ProducerStatus, Record

__all__ = [
    "Consumer",
    "Damage",
    "EventLog",
    "Lag",
    "Position",
    "Producer",
    "ProducerStatus",
    "Record",
    "open_log",
]


def open_log(directory: Path, settings: StreamSettings, clock: Clock) -> EventLog:
    """The embedded event log in `directory`, which is made when the first producer or consumer is opened."""
    return EmbeddedLog(directory, settings, clock)
