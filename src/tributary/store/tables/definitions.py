"""What the tables of audiences and of tags have in common: definitions, their versions, and their runs.

Each table names its key and its content itself (`audience_id`, `tag_id`; `rule`, `definition`). `definition_id` and
`content` are second names of these, for the code in `tributary.governance` that serves both.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from tributary.store.types import Base

_LIVE = text("NOT is_archived")


class DefinitionRow(Base):
    """Something that people define and jobs compute again and again.

    `current_version` is the newest definition. `current_run` is the newest finished computation, None before the first;
    `refreshed_at` belongs to it. `last_run` is the highest run number given out so far: numbers only grow and none is
    used twice. `schedule` is `manual`, `hourly` or `daily`; `due_at` is when it is computed next, None for `manual`.
    """

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    name: Mapped[str]
    description: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    schedule: Mapped[str] = mapped_column(String(16))
    current_version: Mapped[int]
    current_run: Mapped[int | None]
    last_run: Mapped[int]
    refreshed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    is_archived: Mapped[bool]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        # Two live ones of one name cannot be told apart in a sentence; an archived one does not block its name.
        name = f"uq_{cls.__tablename__}_live_name"
        return (
            Index(name, "workspace_id", "name", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
            Index(f"ix_{cls.__tablename__}_due_at", "due_at"),
        )


class VersionRow(Base):
    """One version of a definition. Never changed once written."""

    __abstract__ = True

    if TYPE_CHECKING:  # synonyms of the table's own columns
        definition_id: Mapped[str]
        content: Mapped[dict[str, Any]]

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    note: Mapped[str]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]


class RunRow(Base):
    """One computation of a definition.

    `state` is `running`, `finished` or `failed`. `resolved_at` is the `now` that relative dates were counted from.
    `storage` says what became of the results in the warehouse: `kept`, `expired` (nobody may read them any more; they
    are about to be deleted) or `deleted`. The row itself stays, so that the trend of its numbers does.
    """

    __abstract__ = True

    if TYPE_CHECKING:  # a synonym of the table's own column
        definition_id: Mapped[str]

    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    resolved_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
    storage: Mapped[str] = mapped_column(String(16))

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        return (Index(f"ix_{cls.__tablename__}_storage", "storage"),)
