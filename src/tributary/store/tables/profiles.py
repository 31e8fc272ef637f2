"""Facts as they came, and the golden record computed from them."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Fact(Base):
    """What one source said about one identifier.

    `traits` is JSON `{name: [value, timestamp_ms, message_id]}`. A merge never touches facts.
    """

    __tablename__ = "facts"

    identifier: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    traits: Mapped[str] = mapped_column(Text)


class ProfileRow(Base):
    """The golden record, cached for reads of one person.

    `traits` is JSON `{name: [value, timestamp_ms, message_id, source_id, identifier]}`. A profile that a merge absorbed
    keeps its row as it was, as the before-image; `merged_into` then says by which one, and `profile_aliases` where that
    leads by now.
    """

    __tablename__ = "profiles"
    __table_args__ = (Index(None, "workspace_id", "profile_id"),)

    profile_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    version: Mapped[int]
    first_seen_ms: Mapped[int]
    last_seen_ms: Mapped[int]
    merged_into: Mapped[int | None]
    traits: Mapped[str] = mapped_column(Text)


class TraitRule(Base):
    """How the value of a trait is chosen when facts disagree. A trait without a row takes the most recent one."""

    __tablename__ = "trait_rules"

    workspace_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    strategy: Mapped[str]
    sources: Mapped[list[str]]


class Group(Base):
    """An account, company or household that people belong to, and its own traits. `kind` is what its trait of that name
    says, `account` if it says nothing.
    """

    __tablename__ = "groups"

    group_id: Mapped[str] = mapped_column(primary_key=True)  # first, because batches look groups up by it
    workspace_id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(server_default="account")
    traits: Mapped[str] = mapped_column(Text)
    first_seen_ms: Mapped[int]
    last_seen_ms: Mapped[int]


class GroupMember(Base):
    """An identifier's membership in a group; it follows the identifier through merges and unmerges."""

    __tablename__ = "group_members"
    __table_args__ = (Index(None, "workspace_id", "group_id"),)

    identifier: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    source_id: Mapped[str]
    message_id: Mapped[str]
    first_seen_ms: Mapped[int]
