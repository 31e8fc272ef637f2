"""Reading people: one profile, where its values come from, and the groups it is in.

A profile id that was absorbed by a merge keeps working: every function here follows it to the profile that it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select

from tributary.errors import NotFound
from tributary.identity import OwnedIdentifier, canonical_profile_id
from tributary.profiles.survivorship import MOST_RECENT, Entry, Strategy, as_items, choose, load_strategies
from tributary.store import Session, bulk
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import Fact, Group, GroupMember, ProfileRow

_decode = msgspec.json.Decoder(dict[str, list[Any]]).decode


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
class Choice:
    """How a trait's value was chosen: by which rule, and how many other sources say something else."""

    rule: Strategy
    others: int


@dataclass(frozen=True, slots=True)
class Membership:
    """A group that a person belongs to, with the group's own traits."""

    group_id: str
    kind: str
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
    identifier_columns = ("profile_id", "id", "type", "value", "first_seen_ms", "source_id", "message_id", "is_removed")
    for profile_id, id_, type_, value, first_ms, source_id, message_id, is_removed in bulk.fetch(
        session, Identifier, identifier_columns, "profile_id", [row[0] for row in rows]
    ):
        if is_removed:
            continue
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


def groups_of(session: Session, workspace_id: int, profile: Profile) -> list[Membership]:
    """The groups that a person belongs to."""
    rows = session.execute(
        select(GroupMember.group_id, Group.kind, Group.traits, GroupMember.first_seen_ms)
        .join(Group, (Group.group_id == GroupMember.group_id) & (Group.workspace_id == GroupMember.workspace_id))
        .where(
            GroupMember.workspace_id == workspace_id,
            GroupMember.identifier.in_([each.id for each in profile.identifiers]),
        )
        .order_by(GroupMember.first_seen_ms)
    )
    found: dict[str, Membership] = {}
    for group_id, kind, text, first_ms in rows:
        traits = {name: entry[0] for name, entry in _decode(text).items() if entry[0] is not None}
        found.setdefault(group_id, Membership(group_id, kind, traits, _time(first_ms)))
    return list(found.values())


class DisplayName(NamedTuple):
    """What to call a person, and the trait or identifier type that it comes from, for masking."""

    name: str
    value: str


def display_name(profile: Profile) -> DisplayName | None:
    """The person's name, else an address or a customer's id; None when only ids of browsers are known."""
    for trait in ("name", "fullName", "full_name"):
        if value := _plain(profile, trait):
            return DisplayName("name", value)
    for first, last in (("firstName", "lastName"), ("first_name", "last_name")):
        given, family = _plain(profile, first), _plain(profile, last)
        if given or family:
            is_chinese = not (given + family).isascii()
            return DisplayName("name", family + given if is_chinese else f"{given} {family}".strip())
    for type_ in ("email", "phone", "user_id"):
        if values := profile.identifier_values(type_):
            return DisplayName(type_, values[-1])
    return None


def _plain(profile: Profile, trait: str) -> str:
    found = profile.traits.get(trait)
    return found.value.strip() if found is not None and isinstance(found.value, str) else ""


def choices_of(session: Session, profile: Profile) -> dict[str, Choice]:
    """How the value of each trait of a person was chosen, by trait."""
    strategies = load_strategies(session, profile.workspace_id)
    said: dict[str, dict[str, list[Any]]] = {}
    for source_id, text in bulk.fetch(
        session, Fact, ("source_id", "traits"), "identifier", [each.id for each in profile.identifiers]
    ):
        for name, entry in _decode(text).items():
            said.setdefault(name, {}).setdefault(source_id, []).append(entry[0])
    found: dict[str, Choice] = {}
    for name, chosen in profile.traits.items():
        rule = strategies.get(name, MOST_RECENT).strategy
        others = sum(
            any(not _is_part(value, chosen.value, is_union=rule == "union") for value in values)
            for source_id, values in said.get(name, {}).items()
            if source_id != chosen.source_id
        )
        found[name] = Choice(rule, others)
    return found


def _is_part(value: Any, chosen: Any, *, is_union: bool) -> bool:
    """Whether a source that says `value` agrees with what was chosen. To say nothing is no contradiction."""
    if value is None or value == chosen:
        return True
    return is_union and isinstance(chosen, list) and all(item in chosen for item in as_items(value))


def golden_record(session: Session, workspace_id: int, profile_id: int) -> dict[str, Entry]:
    """The golden record computed from nothing but the facts of the profile's identifiers.

    It equals what the profile's row holds, unless a strategy was changed since and `pipeline.rechoose` is still at it.
    """
    strategies = load_strategies(session, workspace_id)
    owned = session.scalars(
        select(Identifier.id).where(Identifier.workspace_id == workspace_id, Identifier.profile_id == profile_id)
    )
    said: list[tuple[str, Entry]] = [
        (name, [*entry, source_id, identifier])
        for identifier, source_id, text in bulk.fetch(
            session, Fact, ("identifier", "source_id", "traits"), "identifier", list(owned)
        )
        for name, entry in _decode(text).items()
    ]
    return choose(strategies, said)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
