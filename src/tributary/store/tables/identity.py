"""Identifiers, the links between them, and what merges did. Hot tables: integers for times, hashes for keys."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Sequence(Base):
    """Counters that hand out dense integers. Locking a row of it also makes writers on PostgreSQL wait in line."""

    __tablename__ = "sequences"

    name: Mapped[str] = mapped_column(primary_key=True)
    next: Mapped[int]


class IdentifierTypeRow(Base):
    """A workspace's own definition of an identifier type; it replaces the built-in one of the same name."""

    __tablename__ = "identifier_types"

    workspace_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    definition: Mapped[dict[str, Any]]


class Identifier(Base):
    """One value of one type, and the profile that owns it now.

    `id` is a 63-bit hash of workspace, type and value; `value` is compared on every read, so two values that share a
    hash are never taken for one. `degree` counts the distinct identifiers of higher priority that claimed this one.
    `first_seen_ms`, `source_id` and `message_id` are those of the earliest event of its profile that carries it.
    """

    __tablename__ = "identifiers"
    __table_args__ = (Index(None, "profile_id"), Index(None, "workspace_id", "type", "value"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    profile_id: Mapped[int]
    type: Mapped[str]
    value: Mapped[str]
    degree: Mapped[int]
    first_seen_ms: Mapped[int]
    source_id: Mapped[str]
    message_id: Mapped[str]


class Edge(Base):
    """Evidence that two identifiers belong together, as it came: edges are never collapsed by a merge.

    `refusal` is empty for a link that holds; else it is the code of why the two were *not* linked. Rule, source,
    message and time are those of the earliest event that says so.
    """

    __tablename__ = "edges"
    __table_args__ = (Index(None, "identifier_a"), Index(None, "identifier_b"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    identifier_a: Mapped[int]
    identifier_b: Mapped[int]
    rule: Mapped[str]
    refusal: Mapped[str]
    source_id: Mapped[str]
    message_id: Mapped[str]
    at_ms: Mapped[int]


class Merge(Base):
    """The merge ledger: one row for each time that one profile was taken up by another.

    `before` is JSON: the identifiers that the absorbed profile owned and when it had been seen. With the edges and the
    facts, which a merge leaves alone, it is what an exact unmerge needs.
    """

    __tablename__ = "merges"
    __table_args__ = (Index(None, "survivor_id"), Index(None, "absorbed_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    survivor_id: Mapped[int]
    absorbed_id: Mapped[int]
    actor: Mapped[str]
    rule: Mapped[str]
    identifier_a: Mapped[int]
    identifier_b: Mapped[int]
    source_id: Mapped[str]
    message_id: Mapped[str]
    at_ms: Mapped[int]
    before: Mapped[str] = mapped_column(Text)


class ProfileAlias(Base):
    """Where an absorbed profile id leads now, always in one step: a later merge rewrites what leads to its loser."""

    __tablename__ = "profile_aliases"
    __table_args__ = (Index(None, "canonical_id"),)

    profile_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    canonical_id: Mapped[int]
    version: Mapped[int]
