"""Audiences: whom they are meant to hold (versions of a rule) and whom they held (runs).

Members themselves are bitmaps in the warehouse, `audience_members(workspace_id, audience_id, run, members)`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, synonym

from tributary.store.tables.definitions import DefinitionRow, RunRow, VersionRow


class Audience(DefinitionRow):
    """One audience of a workspace.

    `kind` is `dynamic` (refreshed on schedule and on demand) or `snapshot` (computed once per version, then kept).
    `size` is how many people the current run holds.
    """

    __tablename__ = "audiences"

    size: Mapped[int | None]


class AudienceVersion(VersionRow):
    """One rule of an audience."""

    __tablename__ = "audience_versions"

    audience_id: Mapped[str] = mapped_column(ForeignKey("audiences.id", ondelete="CASCADE"), primary_key=True)
    rule: Mapped[dict[str, Any]]
    definition_id: Mapped[str] = synonym("audience_id")
    content: Mapped[dict[str, Any]] = synonym("rule")


class AudienceRun(RunRow):
    """One computation of an audience's members. `entered` and `exited` count people against `previous_run`."""

    __tablename__ = "audience_runs"

    audience_id: Mapped[str] = mapped_column(ForeignKey("audiences.id", ondelete="CASCADE"), primary_key=True)
    previous_run: Mapped[int | None]
    size: Mapped[int | None]
    entered: Mapped[int | None]
    exited: Mapped[int | None]
    definition_id: Mapped[str] = synonym("audience_id")
