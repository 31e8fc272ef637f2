"""Probabilistic matching as people use it: its settings, its runs, and the pairs of people that they found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class MatchingSettingsRow(Base):
    """How a workspace matches. A workspace without a row does not."""

    __tablename__ = "matching_settings"

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]]
    updated_by: Mapped[str] = mapped_column(String(40))
    updated_at: Mapped[datetime]


class MatchRun(Base):
    """One run over all people of a workspace. A job does the work.

    `settings` are those of then. `result` holds counts and seconds, `model` what was learnt, without the values that
    many people share; both are None until it has ended.
    """

    __tablename__ = "match_runs"
    __table_args__ = (Index(None, "workspace_id", "id"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    trigger: Mapped[str] = mapped_column(String(16))
    job_id: Mapped[str] = mapped_column(String(40))
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    settings: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    model: Mapped[dict[str, Any] | None]


class MatchPair(Base):
    """Two people who may be one, and what came of it.

    People are named by their anchors, `identifier_a` < `identifier_b`: the identifier whose base id is the person's
    id. So a pair is about the same two when others are joined or parted. `status` is `open`, `accepted`, `rejected`,
    `merged` (by itself) or `obsolete`; `reason` why it is not merged by itself, or `sure`. `weight` is in bits,
    `explained` how it comes about: the prior, and level and weight of each comparison, never a value of anybody.
    `run_id` is the last run that found it; `decision_id` the decision of whoever accepted or rejected it.
    """

    __tablename__ = "match_pairs"
    __table_args__ = (
        UniqueConstraint("workspace_id", "identifier_a", "identifier_b"),
        Index(None, "workspace_id", "status", "weight", "id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    identifier_a: Mapped[int]
    identifier_b: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(16))
    weight: Mapped[float] = mapped_column(Float(53))
    probability: Mapped[float] = mapped_column(Float(53))
    explained: Mapped[dict[str, Any]]
    run_id: Mapped[str] = mapped_column(String(40))
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[datetime | None]
    decision_id: Mapped[str] = mapped_column(String(40))
