"""Tags: what they are meant to say of a person (versions of a definition) and what they said (runs).

The values themselves are rows in the warehouse, `tag_values(workspace_id, tag_id, run, profile_id, text, number)`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, synonym

from tributary.store.tables.definitions import DefinitionRow, RunRow, VersionRow


class Tag(DefinitionRow):
    """One tag of a workspace.

    `kind` is `rule` (ordered levels, first match wins) or `statistic` (one measure of a person's events). `kind` and
    `value_type` (`text` or `number`) stay as created: rules compare the tag with values of that type. `null_policy`
    says what a person has who gets no value now: `clear` (none) or `keep_last` (the value of the run before).
    `coverage` is how many people have a value in the current run.
    """

    __tablename__ = "tags"

    value_type: Mapped[str] = mapped_column(String(16))
    null_policy: Mapped[str] = mapped_column(String(16))
    coverage: Mapped[int | None]


class TagVersion(VersionRow):
    """One definition of a tag: the levels of a rule tag, or the measure of a statistic tag."""

    __tablename__ = "tag_versions"

    tag_id: Mapped[str] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    definition: Mapped[dict[str, Any]]
    definition_id: Mapped[str] = synonym("tag_id")
    content: Mapped[dict[str, Any]] = synonym("definition")


class TagRun(RunRow):
    """One computation of a tag's values.

    `people` is how many people the workspace had, so that `coverage / people` is the share with a value.
    `distribution` is how the values spread (see `tributary.tags.Distribution`).
    """

    __tablename__ = "tag_runs"

    tag_id: Mapped[str] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    coverage: Mapped[int | None]
    people: Mapped[int | None]
    distribution: Mapped[dict[str, Any] | None]
    definition_id: Mapped[str] = synonym("tag_id")
