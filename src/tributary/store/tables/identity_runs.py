"""What was asked of identity rules, and what people have looked at of what is suspicious."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class IdentityRun(Base):
    """One what-if, or one time that a version of the rules was put in force and carried out.

    `kind` is `what_if` or `apply`; `definition` are the rules, `version` their number if they are kept as one. A job
    does the work. `result` holds numbers and ids, never personal data; it is None until there is one.
    """

    __tablename__ = "identity_runs"
    __table_args__ = (Index(None, "workspace_id", "id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    version: Mapped[int | None]
    definition: Mapped[dict[str, Any]]
    job_id: Mapped[str] = mapped_column(String(40))
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]


class IdentityReview(Base):
    """Something suspicious that somebody has looked at, and how far it had come then; worse than that shows again.

    `subject` is a profile or an identifier, by `kind`.
    """

    __tablename__ = "identity_reviews"

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    extent: Mapped[int]
    reviewed_by: Mapped[str] = mapped_column(String(40))
    reviewed_at: Mapped[datetime]
