"""Identifiers, the links between them, and what merges did. Hot tables: integers for times, hashes for keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Sequence(Base):
    """Counters that hand out dense integers. Locking a row of it also makes writers on PostgreSQL wait in line."""

    __tablename__ = "sequences"

    name: Mapped[str] = mapped_column(primary_key=True)
    next: Mapped[int]


class IdentityRulesRow(Base):
    """One version of a workspace's identity rules. Versions are never changed; the one in force is the newest that has
    `applied_at`.
    """

    __tablename__ = "identity_rules"

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]]
    note: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class Identifier(Base):
    """One value of one type, and the profile that owns it now.

    `id` is a 63-bit hash of workspace, type and value; `value` is compared on every read, so two values that share a
    hash are never taken for one. `degree` counts the distinct identifiers of higher priority that claimed this one.
    `first_seen_ms`, `source_id` and `message_id` are those of the earliest event that carries it.

    `base_id` is the profile id under which the events that this identifier leads are stored, for good; 0 until it
    leads one. A profile's own id is the least base id among its identifiers, and 0 (nobody) if there is none. So who
    owns which events follows from who owns which identifiers, and neither a merge nor its undoing touches an event.
    `first_led_ms` and `last_led_ms` bound the events that it leads; the last one in whole hours. A removed identifier
    has no `value`; it keeps its events where they are, and events that come with it are not led by it any more. A
    blocked one was taken before the rules in force said that such values name nobody: it links nothing.
    """

    __tablename__ = "identifiers"
    __table_args__ = (
        Index(None, "profile_id"),
        Index(None, "base_id"),
        Index(None, "workspace_id", "type", "value"),
        # Nearly always empty, and asked for whenever rules are tried or carried out.
        Index(
            "ix_identifiers_blocked", "workspace_id", sqlite_where=text("is_blocked = 1"),
            postgresql_where=text("is_blocked"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    profile_id: Mapped[int]
    base_id: Mapped[int] = mapped_column(server_default="0")
    type: Mapped[str]
    value: Mapped[str]
    degree: Mapped[int]
    first_seen_ms: Mapped[int]
    first_led_ms: Mapped[int] = mapped_column(server_default="0")
    last_led_ms: Mapped[int] = mapped_column(server_default="0")
    source_id: Mapped[str]
    message_id: Mapped[str]
    is_removed: Mapped[bool] = mapped_column(server_default=false())
    is_blocked: Mapped[bool] = mapped_column(server_default=false())


class Edge(Base):
    """Evidence that two identifiers belong together, as it came: edges are never collapsed by a merge.

    One row for each pair, kind of evidence, source and trust; message and time are those of the earliest event that
    says so. `epoch` counts how often the pair had been unbound before it was said. `rule` is the rule that made it a
    link; `refusal` is empty for a link that holds, else it is the code of why the two are *not* linked.
    """

    __tablename__ = "edges"
    __table_args__ = (Index(None, "identifier_a"), Index(None, "identifier_b"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    identifier_a: Mapped[int]
    identifier_b: Mapped[int]
    kind: Mapped[str] = mapped_column(server_default="same_event")
    is_trusted: Mapped[bool] = mapped_column(server_default=true())
    epoch: Mapped[int] = mapped_column(server_default="0")
    rule: Mapped[str]
    refusal: Mapped[str]
    source_id: Mapped[str]
    message_id: Mapped[str]
    at_ms: Mapped[int]


class IdentityDecision(Base):
    """What somebody decided about identifiers, whatever the evidence says, until it is revoked.

    `kind`: `together` (one person), `apart` (two persons), `unbound` (evidence up to `at_ms` counts no more) or
    `removed` (`identifier_a` names nobody any more, also when it comes again; `identifier_b` is then 0).
    """

    __tablename__ = "identity_decisions"
    __table_args__ = (Index(None, "identifier_a"), Index(None, "identifier_b"), Index(None, "workspace_id", "at_ms"))

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    kind: Mapped[str]
    identifier_a: Mapped[int]
    identifier_b: Mapped[int]
    reason: Mapped[str]
    decided_by: Mapped[str]
    at_ms: Mapped[int]
    revoked_by: Mapped[str]
    revoked_at: Mapped[datetime | None]


class DeviceLogout(Base):
    """When somebody logged out on a device, for workspaces whose rules make it somebody else's from then on."""

    __tablename__ = "device_logouts"

    identifier: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]


class Merge(Base):
    """The merge ledger: one row for each time that a profile was taken up by another, or parted from it.

    `kind` is `merge` or `split`; in a split `absorbed_id` is the profile that went its own way. `rule` is the rule that
    joined them, or the code of why they were parted. `before` is JSON: the identifiers that the absorbed profile owned,
    or took along. `at_ms` is the time of the evidence, `recorded_ms` the one when it was acted on; 0: not known.
    """

    __tablename__ = "merges"
    __table_args__ = (Index(None, "survivor_id"), Index(None, "absorbed_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    kind: Mapped[str] = mapped_column(server_default="merge")
    survivor_id: Mapped[int]
    absorbed_id: Mapped[int]
    actor: Mapped[str]
    rule: Mapped[str]
    identifier_a: Mapped[int]
    identifier_b: Mapped[int]
    source_id: Mapped[str]
    message_id: Mapped[str]
    at_ms: Mapped[int]
    recorded_ms: Mapped[int] = mapped_column(server_default="0")
    before: Mapped[str] = mapped_column(Text)


class ProfileAlias(Base):
    """Where a base id that is not its profile's own id leads now, always in one step."""

    __tablename__ = "profile_aliases"
    __table_args__ = (Index(None, "canonical_id"),)

    profile_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    canonical_id: Mapped[int]
    version: Mapped[int]
