"""What the pipeline remembers: messages seen, where it is in the log, its outbox, counters, and quarantined events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class SeenMessage(Base):
    """A stored message. `id` and `mark` are two halves of a 128-bit hash of workspace, source and message id.

    `day` counts days since 1970 and decides when the row is forgotten.
    """

    __tablename__ = "seen_messages"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[int]
    day: Mapped[int]


class PipelinePosition(Base):
    """The next record of each partition that a group of workers will read. This, not the stream, is the truth."""

    __tablename__ = "pipeline_positions"

    consumer_group: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]


class PipelineOutbox(Base):
    """Warehouse rows of a committed batch (Arrow IPC) until they are known to be in the warehouse."""

    __tablename__ = "pipeline_outbox"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    consumer_group: Mapped[str]
    batch_id: Mapped[str]
    events: Mapped[bytes] = mapped_column(LargeBinary)
    profiles: Mapped[bytes] = mapped_column(LargeBinary)
    aliases: Mapped[bytes] = mapped_column(LargeBinary)
    reactions: Mapped[bytes] = mapped_column(LargeBinary)


class EventCounter(Base):
    """Events per source and minute of arrival. received = stored + duplicate + quarantined + suppressed, always.

    `minute` counts minutes since 1970.
    """

    __tablename__ = "event_counters"

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    received: Mapped[int]
    stored: Mapped[int]
    duplicate: Mapped[int]
    quarantined: Mapped[int]
    suppressed: Mapped[int]


class QuarantinedEvent(Base):
    """An event that could not be used, with its bytes as they came and all that is needed to send it again.

    `envelope` is the log record that carried it, without its events (see `core.envelope`).
    """

    __tablename__ = "quarantined_events"
    __table_args__ = (
        Index(None, "workspace_id", "state", "id"),
        Index(None, "workspace_id", "reason", "state", "id"),
        Index(None, "workspace_id", "event", "id"),
        Index(None, "workspace_id", "message_id", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    source_id: Mapped[str]
    received_ms: Mapped[int]
    stage: Mapped[str]
    reason: Mapped[str]
    detail: Mapped[str]
    event: Mapped[str]
    message_id: Mapped[str]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str]
    replayed_at: Mapped[datetime | None]
