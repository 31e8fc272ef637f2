"""Where events come from, and which files were imported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Source(Base):
    """One place that sends events, with the write key that says so.

    After a rotation `previous_write_key` stays good until `previous_key_valid_until`, so that deployed clients have
    time to change. A write key is public by nature (it stands in web pages): it allows sending, never reading.
    """

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    name: Mapped[str]
    kind: Mapped[str]
    write_key: Mapped[str] = mapped_column(unique=True)
    previous_write_key: Mapped[str | None]
    previous_key_valid_until: Mapped[datetime | None]
    is_enabled: Mapped[bool]
    allowed_origins: Mapped[list[str]]
    created_at: Mapped[datetime]


class ImportRun(Base):
    """One file put into the log. `fingerprint` is the hash of the file's and the mapping's bytes.

    `status` is running, finished or failed. `summary` holds the counts once it is over. `positions` is, per log
    partition (text), the offset after the last record written: the import is in the stores when the pipeline has
    committed that far.
    """

    __tablename__ = "import_runs"
    __table_args__ = (Index("ix_import_runs_fingerprint", "workspace_id", "source_id", "fingerprint"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    source_id: Mapped[str]
    file_name: Mapped[str]
    fingerprint: Mapped[str]
    status: Mapped[str]
    summary: Mapped[dict[str, Any]]
    positions: Mapped[dict[str, Any]]
    error: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
