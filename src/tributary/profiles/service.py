"""Reading people: one profile, finding it, its history, and why it is what it is.

A profile id that was absorbed by a merge keeps working: every function here follows it to the profile that it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import select

from tributary.core.scan import EVENTS, scan
from tributary.core.sql import Sql, bind, raw
from tributary.errors import NotFound
from tributary.identity import (
    Claim,
    OwnedIdentifier,
    absorbed_by,
    canonical_profile_id,
    find_owner,
    identifiers_of,
    load_types,
)
from tributary.profiles.survivorship import Entry, fold, load_strategies
from tributary.profiles.update import MirrorRow, golden_json, identifiers_json
from tributary.store import Session, bulk
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import Fact, Group, GroupMember, ProfileRow
from tributary.warehouse import Warehouse

_decode = msgspec.json.Decoder(dict[str, list[Any]]).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Value:
    """A trait's value and where it comes from. `identifier` is (type, value), None if that was erased."""

    value: Any
    source_id: str
    identifier: tuple[str, str] | None
    timestamp: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One person. `traits` is the golden record; cleared traits are not in it."""

    id: int
    workspace_id: int
    traits: Mapping[str, Value]
    identifiers: Sequence[OwnedIdentifier]
    first_seen: datetime
    last_seen: datetime

    def plain_traits(self) -> dict[str, Any]:
        """`{name: value}`, without provenance."""
        return {name: each.value for name, each in self.traits.items()}

    def identifier_values(self, type_: str) -> list[str]:
        """The values of one identifier type, oldest first."""
        return [each.value for each in self.identifiers if each.type == type_]


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of a person, as it is in the warehouse."""

    event: str
    type: str
    timestamp: datetime
    received_at: datetime
    message_id: str
    source_id: str
    properties: dict[str, Any]
    context: dict[str, Any]
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Membership:
    """A group that a person belongs to, with the group's own traits."""

    group_id: str
    traits: dict[str, Any]
    since: datetime


def get_profile(session: Session, workspace_id: int, profile_id: int) -> Profile:
    """The profile that `profile_id` is now.

    Raises:
        NotFound: there is no such profile in the workspace.
    """
    current = canonical_profile_id(session, profile_id)
    found = get_profiles(session, workspace_id, [current])
    if current not in found:
        raise NotFound("There is no person with this id in this workspace.", cure="Check the id.")
    return found[current]


def get_profiles(session: Session, workspace_id: int, profile_ids: Iterable[int]) -> dict[int, Profile]:
    """Profiles by id, for many at once. Ids must be current ones; unknown ones are left out."""
    wanted = set(profile_ids)
    columns = ("profile_id", "workspace_id", "traits", "first_seen_ms", "last_seen_ms", "merged_into")
    rows = [
        row
        for row in bulk.fetch(session, ProfileRow, columns, "profile_id", wanted)
        if row[1] == workspace_id and row[5] is None
    ]
    owned: dict[int, list[OwnedIdentifier]] = {}
    names: dict[int, tuple[str, str]] = {}
    identifier_columns = ("profile_id", "id", "type", "value", "first_seen_ms", "source_id", "message_id")
    for profile_id, id_, type_, value, first_ms, source_id, message_id in bulk.fetch(
        session, Identifier, identifier_columns, "profile_id", [row[0] for row in rows]
    ):
        names[id_] = (type_, value)
        owned.setdefault(profile_id, []).append(
            OwnedIdentifier(id_, type_, value, _time(first_ms), source_id, message_id)
        )
    profiles: dict[int, Profile] = {}
    for profile_id, _, text, first_ms, last_ms, _ in rows:
        traits = {
            name: Value(value, source_id, names.get(identifier), _time(at_ms), message_id)
            for name, (value, at_ms, message_id, source_id, identifier) in _decode(text).items()
            if value is not None
        }
        identifiers = sorted(owned.get(profile_id, []), key=lambda each: (each.first_seen, each.type, each.value))
        profiles[profile_id] = Profile(profile_id, workspace_id, traits, identifiers, _time(first_ms), _time(last_ms))
    return profiles


def find_profile(session: Session, workspace_id: int, type_: str, value: str, *, region: str = "CN") -> Profile | None:
    """The profile that owns an identifier, or None. `value` may be written in any way that events may write it."""
    claim = load_types(session, workspace_id, region=region).claim(type_, value)
    if not isinstance(claim, Claim):
        return None
    owner = find_owner(session, workspace_id, type_, claim.value)
    return None if owner is None else get_profile(session, workspace_id, owner)


def list_profiles(session: Session, workspace_id: int, *, after: int | None = None, limit: int = 50) -> list[Profile]:
    """Profiles, the newest first; `after` is the id of the last one seen."""
    query = select(ProfileRow.profile_id).where(
        ProfileRow.workspace_id == workspace_id, ProfileRow.merged_into.is_(None)
    )
    if after is not None:
        query = query.where(ProfileRow.profile_id < after)
    ids = session.scalars(query.order_by(ProfileRow.profile_id.desc()).limit(limit)).all()
    found = get_profiles(session, workspace_id, ids)
    return [found[profile_id] for profile_id in ids if profile_id in found]


def search_profiles(session: Session, workspace_id: int, text: str, *, limit: int = 20) -> list[Profile]:
    """Profiles with an identifier of any type that equals `text`, else that begins with it."""
    types = load_types(session, workspace_id)
    claims = [types.claim(each.name, text) for each in types]
    ids = [claim.id for claim in claims if isinstance(claim, Claim)]
    exact = session.scalars(
        select(Identifier.profile_id).where(Identifier.id.in_(ids), Identifier.workspace_id == workspace_id)
    ).all()
    listed = list(dict.fromkeys(exact))
    prefix = text.strip()
    if len(listed) < limit and prefix:
        listed += _by_prefix(session, workspace_id, [each.name for each in types], prefix, limit)
    chosen = list(dict.fromkeys(listed))[:limit]
    found = get_profiles(session, workspace_id, chosen)
    return [found[profile_id] for profile_id in chosen if profile_id in found]


def _by_prefix(session: Session, workspace_id: int, types: Sequence[str], prefix: str, limit: int) -> list[int]:
    """A range of the index (workspace, type, value) for each type; LIKE would scan on SQLite."""
    found: list[int] = []
    for type_ in types:
        start = "+86" + prefix if type_ == "phone" and prefix[:1] == "1" else prefix
        rows = session.scalars(
            select(Identifier.profile_id)
            .where(
                Identifier.workspace_id == workspace_id,
                Identifier.type == type_,
                Identifier.value >= start,
                Identifier.value < start + "\U0010ffff",
            )
            .order_by(Identifier.value)
            .limit(limit)
        )
        found += rows
    return found


def timeline(
    session: Session,
    warehouse: Warehouse,
    workspace_id: int,
    profile_id: int,
    *,
    before: tuple[datetime, str] | None = None,
    events: Sequence[str] = (),
    limit: int = 50,
) -> list[TimelineEvent]:
    """A person's events, the newest first, those of absorbed profiles included. `events` narrows it to these names.

    `before` is (timestamp, message id) of the last one seen.
    """
    current = canonical_profile_id(session, profile_id)
    ids = [current, *absorbed_by(session, current)]
    where: Sql = raw("profile_id IN ") + bind(ids, "Array(UInt64)")
    if before is not None:
        where = where + " AND (timestamp, message_id) < (" + bind(before[0], "DateTime64(3, 'UTC')") + ", "
        where = where + bind(before[1], "String") + ")"
    if events:
        where = where + " AND event IN " + bind(list(events), "Array(String)")
    sql = raw("SELECT event, type, timestamp, received_at, message_id, source_id, properties, context, changes") + scan(
        EVENTS, workspace_id, where
    )
    sql = sql + " ORDER BY timestamp DESC, message_id DESC LIMIT " + bind(limit, "UInt32")
    return [
        TimelineEvent(
            str(event),
            str(type_),
            timestamp,
            received_at,
            message_id,
            str(source_id),
            _decode_object(properties),
            _decode_object(context),
            _decode_object(changes),
        )
        for event, type_, timestamp, received_at, message_id, source_id, properties, context, changes in (
            warehouse.query(sql, workspace_id=workspace_id)
        )
    ]


def groups_of(session: Session, workspace_id: int, profile: Profile) -> list[Membership]:
    """The groups that a person belongs to."""
    rows = session.execute(
        select(GroupMember.group_id, Group.traits, GroupMember.first_seen_ms)
        .join(Group, (Group.group_id == GroupMember.group_id) & (Group.workspace_id == GroupMember.workspace_id))
        .where(
            GroupMember.workspace_id == workspace_id,
            GroupMember.identifier.in_([each.id for each in profile.identifiers]),
        )
        .order_by(GroupMember.first_seen_ms)
    )
    found: dict[str, Membership] = {}
    for group_id, text, first_ms in rows:
        traits = {name: entry[0] for name, entry in _decode(text).items() if entry[0] is not None}
        found.setdefault(group_id, Membership(group_id, traits, _time(first_ms)))
    return list(found.values())


def golden_record(session: Session, workspace_id: int, profile_id: int) -> dict[str, Entry]:
    """The golden record computed from nothing but the facts of the profile's identifiers.

    It equals what the profile's row holds, unless a strategy was changed since; `recompute` then writes it.
    """
    strategies = load_strategies(session, workspace_id)
    identifiers = [each.id for each in identifiers_of(session, workspace_id, profile_id)]
    traits: dict[str, Entry] = {}
    for identifier, source_id, text in bulk.fetch(
        session, Fact, ("identifier", "source_id", "traits"), "identifier", identifiers
    ):
        for name, entry in _decode(text).items():
            traits[name] = fold(strategies, name, traits.get(name), [*entry, source_id, identifier])
    return traits


def recompute(session: Session, workspace_id: int, profile_id: int, *, version: int) -> MirrorRow:
    """Write the golden record anew from the facts; returns the row that the warehouse is to get.

    `version` comes from `identity.allocate(session, BATCHES, 1)`.

    Raises:
        NotFound: there is no such profile in the workspace.
    """
    row = session.get(ProfileRow, profile_id)
    if row is None or row.workspace_id != workspace_id or row.merged_into is not None:
        raise NotFound("There is no person with this id in this workspace.", cure="Check the id.")
    traits = golden_record(session, workspace_id, profile_id)
    row.traits = _encode(traits).decode()
    row.version = version
    session.flush()
    identifiers = identifiers_json(session, [profile_id]).get(profile_id, "{}")
    return MirrorRow(
        workspace_id, profile_id, version, 0, golden_json(traits), identifiers, row.first_seen_ms, row.last_seen_ms
    )


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
