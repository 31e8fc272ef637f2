"""Tags: what they are meant to say of a person (versions of a definition) and what they said (runs).

The values themselves are rows in the warehouse, `tag_values(workspace_id, tag_id, run, profile_id, text, number)`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base

_LIVE = text("NOT is_archived")


class Tag(Base):
    """One tag of a workspace.

    `kind` is `rule` (ordered levels, first match wins) or `statistic` (one measure of a person's events). `kind` and
    `value_type` (`text` or `number`) stay as created: rules compare the tag with values of that type. `null_policy`
    says what a person has who gets no value now: `clear` (none) or `keep_last` (the value of the run before).
    `current_version`, `current_run`, `last_run`, `schedule` and `due_at` are as in `Audience`; `coverage` is how many
    people have a value in the current run.
    """

    __tablename__ = "tags"
    __table_args__ = (
        Index("uq_tags_live_name", "workspace_id", "name", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_tags_due_at", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    name: Mapped[str]
    description: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    value_type: Mapped[str] = mapped_column(String(16))
    null_policy: Mapped[str] = mapped_column(String(16))
    schedule: Mapped[str] = mapped_column(String(16))
    current_version: Mapped[int]
    current_run: Mapped[int | None]
    last_run: Mapped[int]
    coverage: Mapped[int | None]
    refreshed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    is_archived: Mapped[bool]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TagVersion(Base):
    """One definition of a tag: levels of a rule tag, or the measure of a statistic tag. Never changed once written."""

    __tablename__ = "tag_versions"

    tag_id: Mapped[str] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    definition: Mapped[dict[str, Any]]
    note: Mapped[str]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]


class TagRun(Base):
    """One computation of a tag's values.

    `state`, `resolved_at` and `storage` are as in `AudienceRun`. `people` is how many people the workspace had, so
    that `coverage / people` is the share with a value. `distribution` is how the values spread (see
    `tributary.tags.Distribution`).
    """

    __tablename__ = "tag_runs"
    __table_args__ = (Index("ix_tag_runs_storage", "storage"),)

    tag_id: Mapped[str] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    coverage: Mapped[int | None]
    people: Mapped[int | None]
    distribution: Mapped[dict[str, Any] | None]
    resolved_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
    storage: Mapped[str] = mapped_column(String(16))
