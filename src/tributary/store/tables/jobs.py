"""Background work: the outbox of jobs, and when each schedule fires next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Job(Base):
    """One piece of work.

    `state` is `queued`, `running`, `succeeded`, `failed`, `cancelled` or `superseded`. `workspace_id` 0 means the
    installation itself. `key` names what the job is about; `live_key` repeats it while the job is queued and is NULL
    otherwise, so that its unique constraint allows one queued job per key on both engines. `requests` counts how often
    the job was asked for before it ran. `lease_owner` and `lease_until` say which worker runs it and until when it may
    stay silent. `error` is the text of the last failed attempt.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kind", "live_key"),
        Index("ix_jobs_claim", "state", "priority", "id"),
        Index("ix_jobs_workspace_id_id", "workspace_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(String(200))
    live_key: Mapped[str | None] = mapped_column(String(200))
    requests: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    priority: Mapped[int]
    not_before: Mapped[datetime]
    attempt: Mapped[int]
    max_attempts: Mapped[int]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    is_cancel_requested: Mapped[bool]
    done: Mapped[int]
    total: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None]
    request_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ScheduleState(Base):
    """When a schedule fires next. One row per schedule name; whoever locks the row fires it."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    next_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
