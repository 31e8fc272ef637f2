"""Audiences: whom they are meant to hold (versions of a rule) and whom they held (runs).

Members themselves are bitmaps in the warehouse, `audience_members(workspace_id, audience_id, run, members)`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base

_LIVE = text("NOT is_archived")


class Audience(Base):
    """One audience of a workspace.

    `kind` is `dynamic` (refreshed on schedule and on demand) or `snapshot` (computed once per version, then kept).
    `current_version` is the newest definition. `current_run` is the newest finished membership, None before the
    first; `size` (people) and `refreshed_at` belong to it. `last_run` is the highest run number given out so far:
    numbers only grow and none is used twice. `schedule` is `manual`, `hourly` or `daily`; `due_at` is when the
    schedule refreshes the audience next, None for `manual`.
    """

    __tablename__ = "audiences"
    __table_args__ = (
        # Two live audiences of one name cannot be told apart in a sentence; an archived one does not block its name.
        Index(
            "uq_audiences_live_name", "workspace_id", "name", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_audiences_due_at", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    name: Mapped[str]
    description: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    schedule: Mapped[str] = mapped_column(String(16))
    current_version: Mapped[int]
    current_run: Mapped[int | None]
    last_run: Mapped[int]
    size: Mapped[int | None]
    refreshed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    is_archived: Mapped[bool]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AudienceVersion(Base):
    """One definition of an audience. Never changed once written."""

    __tablename__ = "audience_versions"

    audience_id: Mapped[str] = mapped_column(ForeignKey("audiences.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    rule: Mapped[dict[str, Any]]
    note: Mapped[str]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]


class AudienceRun(Base):
    """One computation of an audience's members.

    `state` is `running`, `finished` or `failed`. `resolved_at` is the `now` that relative dates were counted from.
    `entered` and `exited` count people against `previous_run`. `storage` says what became of the members in the
    warehouse: `kept`, `expired` (nobody may read them any more; they are about to be deleted) or `deleted`. This row
    stays, so that the trend of the size does.
    """

    __tablename__ = "audience_runs"
    __table_args__ = (Index("ix_audience_runs_storage", "storage"),)

    audience_id: Mapped[str] = mapped_column(ForeignKey("audiences.id", ondelete="CASCADE"), primary_key=True)
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    previous_run: Mapped[int | None]
    size: Mapped[int | None]
    entered: Mapped[int | None]
    exited: Mapped[int | None]
    resolved_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
    storage: Mapped[str] = mapped_column(String(16))
