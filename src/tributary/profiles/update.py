"""Bringing profiles up to date for one batch: facts, golden records, groups, and rows for the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from tributary.identity import Changes
from tributary.profiles.accounts import kind_of
from tributary.profiles.survivorship import BUILT_IN, GROUPS_TRAIT, Entry, Strategies, elect, elected, fold, put
from tributary.store import Session, bulk
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import Fact, Group, GroupMember, ProfileRow

HOUR_MS = 3_600_000  # a profile's last_seen is in whole hours, so that it is written seldom; the timeline is exact

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, list[Any]]).decode
_FACT_COLUMNS = ("identifier", "source_id", "workspace_id", "traits")
_PROFILE_COLUMNS = (
    "profile_id", "workspace_id", "version", "first_seen_ms", "last_seen_ms", "merged_into", "traits",
)  # fmt: skip


class Statement(NamedTuple):
    """Traits that one event states about one identifier."""

    workspace_id: int
    profile_id: int
    identifier: int
    source_id: str
    traits: Mapping[str, Any]
    at_ms: int
    message_id: str


class GroupStatement(NamedTuple):
    """That an identifier belongs to a group, and what was said about the group."""

    workspace_id: int
    profile_id: int
    identifier: int
    source_id: str
    group_id: str
    traits: Mapping[str, Any]
    at_ms: int
    message_id: str


class MirrorRow(NamedTuple):
    """A row of the warehouse's `profiles`. `traits` and `identifiers` are JSON text."""

    workspace_id: int
    profile_id: int
    version: int
    is_deleted: int
    traits: str
    identifiers: str
    first_seen_ms: int
    last_seen_ms: int


class _Profile:
    __slots__ = ("first_seen_ms", "is_dirty", "is_new", "is_rebuilt", "last_seen_ms", "traits", "workspace_id")

    def __init__(self, workspace_id: int, first_seen_ms: int, last_seen_ms: int, *, is_new: bool) -> None:
        self.workspace_id = workspace_id
        self.first_seen_ms = first_seen_ms
        self.last_seen_ms = last_seen_ms
        self.traits: dict[str, Entry] | None = None
        self.is_dirty = is_new
        self.is_new = is_new
        self.is_rebuilt = False


class ProfileUpdates:
    """Collects what a batch says about profiles, then writes it in a few statements. Give it final profile ids."""

    def __init__(self, session: Session, strategies: Mapping[int, Strategies], *, version: int) -> None:
        self._session = session
        self._strategies = strategies
        self._version = version
        self._seen: dict[int, list[int]] = {}  # profile → [workspace, first ms, last ms]
        self._statements: list[Statement] = []
        self._groups: list[GroupStatement] = []

    def see(self, workspace_id: int, profile_id: int, at_ms: int) -> None:
        """The profile did something at `at_ms`."""
        seen = self._seen.get(profile_id)
        if seen is None:
            self._seen[profile_id] = [workspace_id, at_ms, at_ms]
        elif at_ms > seen[2]:
            seen[2] = at_ms
        elif at_ms < seen[1]:
            seen[1] = at_ms

    def state(self, statement: Statement) -> None:
        """An event stated traits."""
        self._statements.append(statement)

    def join(self, statement: GroupStatement) -> None:
        """An event put an identifier into a group."""
        self._groups.append(statement)
        traits = {GROUPS_TRAIT: [statement.group_id]}
        self._statements.append(Statement(*statement[:4], traits, statement.at_ms, statement.message_id))

    def write(self, changes: Changes) -> list[MirrorRow]:
        """Write facts, groups and profile rows; returns what the warehouse is to mirror."""
        self._write_facts()
        self._write_groups()
        profiles, absorbed = self._load(changes)
        for loser, survivor in changes.merged:
            if survivor not in changes.rebuilt:
                self._absorb(profiles[survivor], absorbed.get(loser))
        for profile_id, (_, first_ms, last_ms) in self._seen.items():
            _see(profiles[profile_id], first_ms, last_ms)
        for statement in self._statements:
            if statement.profile_id not in changes.rebuilt:
                self._apply(profiles[statement.profile_id], statement)
        self._rebuild(profiles, changes.rebuilt)
        self._hold_elections(profiles, changes)
        for profile_id in changes.changed:
            if profile_id in profiles:
                profiles[profile_id].is_dirty = True
        return self._write_profiles(profiles, changes)

    def _write_facts(self) -> None:
        if not self._statements:
            return
        wanted = {(statement.identifier, statement.source_id) for statement in self._statements}
        facts: dict[tuple[int, str], dict[str, Entry]] = {}
        before: dict[tuple[int, str], str] = {}
        for identifier, source_id, traits in bulk.fetch(
            self._session, Fact, ("identifier", "source_id", "traits"), "identifier", {each[0] for each in wanted}
        ):
            if (identifier, source_id) in wanted:
                facts[identifier, source_id] = _decode(traits)
                before[identifier, source_id] = traits
        workspaces: dict[tuple[int, str], int] = {}
        for statement in self._statements:
            key = (statement.identifier, statement.source_id)
            workspaces[key] = statement.workspace_id
            strategies = self._strategies.get(statement.workspace_id, BUILT_IN)
            own = facts.setdefault(key, {})
            for name, value in statement.traits.items():
                known = own.get(name)
                tail = [statement.source_id, statement.identifier]
                entry = [value, statement.at_ms, statement.message_id, *tail]
                own[name] = fold(strategies, name, None if known is None else [*known[:3], *tail], entry)
        rows = []
        for key, traits in facts.items():
            text = _encode({name: entry[:3] for name, entry in traits.items()}).decode()
            if text != before.get(key):
                rows.append((*key, workspaces[key], text))
        bulk.write(self._session, Fact, _FACT_COLUMNS, rows, key=("identifier", "source_id"), update=("traits",))

    def _write_groups(self) -> None:
        if not self._groups:
            return
        groups: dict[tuple[int, str], list[GroupStatement]] = {}
        for statement in self._groups:
            groups.setdefault((statement.workspace_id, statement.group_id), []).append(statement)
        known = {
            (workspace_id, group_id): (traits, first_ms, last_ms)
            for workspace_id, group_id, traits, first_ms, last_ms in bulk.fetch(
                self._session,
                Group,
                ("workspace_id", "group_id", "traits", "first_seen_ms", "last_seen_ms"),
                "group_id",
                {group_id for _, group_id in groups},
            )
        }
        rows = [(*group, *_group_row(known.get(group), statements)) for group, statements in groups.items()]
        columns = ("kind", "traits", "first_seen_ms", "last_seen_ms")
        key = ("workspace_id", "group_id")
        bulk.write(self._session, Group, (*key, *columns), rows, key=key, update=columns)
        self._write_members()

    def _write_members(self) -> None:
        """A membership is as old as the earliest event that states it, whenever that arrives."""
        columns = ("identifier", "group_id", "workspace_id", "source_id", "message_id", "first_seen_ms")
        members: dict[tuple[int, str], tuple[Any, ...]] = {
            row[:2]: row
            for row in bulk.fetch(
                self._session, GroupMember, columns, "identifier", {each.identifier for each in self._groups}
            )
        }
        earlier: dict[tuple[int, str], tuple[Any, ...]] = {}
        for each in self._groups:
            key = (each.identifier, each.group_id)
            row = (*key, each.workspace_id, each.source_id, each.message_id, each.at_ms)
            known = members.get(key)
            if known is None or _first(row) < _first(known):
                members[key] = earlier[key] = row
        bulk.write(self._session, GroupMember, columns, list(earlier.values()), key=columns[:2], update=columns[3:])

    def _load(self, changes: Changes) -> tuple[dict[int, _Profile], dict[int, tuple[int, int, str]]]:
        """The profiles of this batch by id, and what absorbed ones were: (first ms, last ms, traits JSON)."""
        losers = {loser for loser, _ in changes.merged}
        heavy = {statement.profile_id for statement in self._statements} | losers
        heavy |= {survivor for _, survivor in changes.merged} | changes.changed
        heavy -= changes.rebuilt
        profiles: dict[int, _Profile] = {}
        absorbed: dict[int, tuple[int, int, str]] = {}
        light = ("profile_id", "workspace_id", "first_seen_ms", "last_seen_ms")
        for profile_id, workspace_id, first_ms, last_ms, traits in bulk.fetch(
            self._session, ProfileRow, (*light, "traits"), "profile_id", heavy
        ):
            if profile_id in losers:
                absorbed[profile_id] = (first_ms, last_ms, traits)
                continue
            profile = profiles[profile_id] = _Profile(workspace_id, first_ms, last_ms, is_new=False)
            profile.traits = _decode(traits)
        for profile_id, workspace_id, first_ms, last_ms in bulk.fetch(
            self._session, ProfileRow, light, "profile_id", self._seen.keys() - heavy
        ):
            profiles[profile_id] = _Profile(workspace_id, first_ms, last_ms, is_new=False)
        for profile_id, (workspace_id, first_ms, last_ms) in self._seen.items():
            if profile_id not in profiles:
                hour = last_ms - last_ms % HOUR_MS
                profile = profiles[profile_id] = _Profile(workspace_id, first_ms, hour, is_new=True)
                profile.traits = {}
        return profiles, absorbed

    def _rebuild(self, profiles: dict[int, _Profile], wanted: set[int]) -> None:
        """Compute profiles from nothing but their identifiers and facts: what they lost must leave no trace."""
        columns = ("profile_id", "id", "workspace_id", "base_id", "first_led_ms", "last_led_ms")
        owner: dict[int, int] = {}
        for profile_id, identifier, workspace_id, base, first_ms, last_ms in bulk.fetch(
            self._session, Identifier, columns, "profile_id", wanted
        ):
            owner[identifier] = profile_id
            if not base:
                continue
            profile = profiles.get(profile_id)
            if profile is None or not profile.is_rebuilt:
                profile = profiles[profile_id] = _Profile(workspace_id, first_ms, last_ms, is_new=True)
                profile.is_rebuilt, profile.traits = True, {}
            profile.first_seen_ms = min(profile.first_seen_ms, first_ms)
            profile.last_seen_ms = max(profile.last_seen_ms, last_ms)
        for identifier, source_id, text in bulk.fetch(
            self._session, Fact, ("identifier", "source_id", "traits"), "identifier", owner
        ):
            profile = profiles[owner[identifier]]
            strategies = self._strategies.get(profile.workspace_id, BUILT_IN)
            said = {name: [*entry, source_id, identifier] for name, entry in _decode(text).items()}
            merge_traits(strategies, _traits(profile), said)

    def _absorb(self, survivor: _Profile, loser: tuple[int, int, str] | None) -> None:
        if loser is None:
            return  # born and absorbed in this very batch: it has no row yet
        first_ms, last_ms, text = loser
        survivor.first_seen_ms = min(survivor.first_seen_ms, first_ms)
        survivor.last_seen_ms = max(survivor.last_seen_ms, last_ms)
        strategies = self._strategies.get(survivor.workspace_id, BUILT_IN)
        merge_traits(strategies, _traits(survivor), _decode(text))

    def _apply(self, profile: _Profile, statement: Statement) -> None:
        strategies = self._strategies.get(statement.workspace_id, BUILT_IN)
        traits = _traits(profile)
        for name, value in statement.traits.items():
            entry = [value, statement.at_ms, statement.message_id, statement.source_id, statement.identifier]
            if put(strategies, traits, name, entry):
                profile.is_dirty = True

    def _hold_elections(self, profiles: Mapping[int, _Profile], changes: Changes) -> None:
        """Count the votes for the traits that are chosen so, where something new was said or profiles became one."""
        names = {workspace_id: elected(each) for workspace_id, each in self._strategies.items()}
        wanted = {
            statement.profile_id
            for statement in self._statements
            if not names.get(statement.workspace_id, frozenset()).isdisjoint(statement.traits)
        }
        touched = changes.rebuilt | {into for _, into in changes.merged}
        wanted |= {each for each in touched if each in profiles and names.get(profiles[each].workspace_id)}
        if not wanted:
            return
        owner = dict(bulk.fetch(self._session, Identifier, ("id", "profile_id"), "profile_id", wanted))
        said: dict[tuple[int, str], list[Entry]] = {}
        for identifier, source_id, text in bulk.fetch(
            self._session, Fact, ("identifier", "source_id", "traits"), "identifier", owner
        ):
            profile_id = owner[identifier]
            for name, entry in _decode(text).items():
                if name in names[profiles[profile_id].workspace_id]:
                    said.setdefault((profile_id, name), []).append([*entry, source_id, identifier])
        for (profile_id, name), entries in said.items():
            profile, winner = profiles[profile_id], elect(entries)
            if _traits(profile).get(name) != winner:
                if winner is None:
                    _traits(profile).pop(name, None)
                else:
                    _traits(profile)[name] = winner
                profile.is_dirty = True

    def _write_profiles(self, profiles: Mapping[int, _Profile], changes: Changes) -> list[MirrorRow]:
        session, version = self._session, self._version
        dirty = {profile_id: profile for profile_id, profile in profiles.items() if profile.is_dirty}
        missing = [profile_id for profile_id, profile in dirty.items() if profile.traits is None]
        for profile_id, text in bulk.fetch(session, ProfileRow, ("profile_id", "traits"), "profile_id", missing):
            dirty[profile_id].traits = _decode(text)
        rows = [
            (
                profile_id, profile.workspace_id, version, profile.first_seen_ms, profile.last_seen_ms, None,
                traits_json(_traits(profile)),
            )
            for profile_id, profile in dirty.items()
        ]  # fmt: skip
        update = ("version", "first_seen_ms", "last_seen_ms", "merged_into", "traits")
        bulk.write(session, ProfileRow, _PROFILE_COLUMNS, rows, key=("profile_id",), update=update)
        bulk.update(session, ProfileRow, "profile_id", ("merged_into",), changes.merged)
        identifiers = identifiers_json(session, dirty)
        mirror = [
            MirrorRow(
                profile.workspace_id, profile_id, version, 0, golden_json(_traits(profile)),
                identifiers.get(profile_id, "{}"), profile.first_seen_ms, profile.last_seen_ms,
            )
            for profile_id, profile in dirty.items()
        ]  # fmt: skip
        for loser, survivor in changes.merged:
            workspace_id = profiles[survivor].workspace_id
            mirror.append(MirrorRow(workspace_id, loser, version, 1, "{}", "{}", 0, 0))
        return mirror


def merge_traits(strategies: Strategies, into: dict[str, Entry], other: Mapping[str, Entry]) -> None:
    """Bring the entries of `other` into `into`."""
    for name, entry in other.items():
        put(strategies, into, name, entry)


def traits_json(traits: Mapping[str, Entry]) -> str:
    """Entries as JSON, by name: the same traits are the same text however they came about."""
    return _encode(dict(sorted(traits.items()))).decode()


def golden_json(traits: Mapping[str, Entry]) -> str:
    """The golden record as JSON `{name: value}`, by name; cleared traits are left out."""
    return _encode({name: entry[0] for name, entry in sorted(traits.items()) if entry[0] is not None}).decode()


def identifiers_json(session: Session, profile_ids: Iterable[int]) -> dict[int, str]:
    """The identifiers of profiles as JSON `{type: [values]}`, by profile."""
    found: dict[int, dict[str, list[str]]] = {}
    for profile_id, type_, value, is_removed in bulk.fetch(
        session, Identifier, ("profile_id", "type", "value", "is_removed"), "profile_id", profile_ids
    ):
        if is_removed:
            continue
        found.setdefault(profile_id, {}).setdefault(type_, []).append(value)
    for types in found.values():
        for values in types.values():
            values.sort()
    return {profile_id: _encode(dict(sorted(types.items()))).decode() for profile_id, types in found.items()}


def _traits(profile: _Profile) -> dict[str, Entry]:
    if profile.traits is None:
        raise AssertionError("the traits of a profile that changes are loaded first")
    return profile.traits


def _see(profile: _Profile, first_ms: int, last_ms: int) -> None:
    if first_ms < profile.first_seen_ms:
        profile.first_seen_ms = first_ms
        profile.is_dirty = True
    last_ms -= last_ms % HOUR_MS
    if last_ms > profile.last_seen_ms:
        profile.last_seen_ms = last_ms
        profile.is_dirty = True


def _first(member: tuple[Any, ...]) -> tuple[int, str, str]:
    _, _, _, source_id, message_id, first_seen_ms = member
    return first_seen_ms, message_id, source_id


def _group_row(known: tuple[str, int, int] | None, statements: list[GroupStatement]) -> tuple[str, str, int, int]:
    traits: dict[str, Entry] = _decode(known[0]) if known else {}
    times = [each.at_ms for each in statements] + ([known[1], known[2]] if known else [])
    for each in statements:
        for name, value in each.traits.items():
            entry = [value, each.at_ms, each.message_id, each.source_id, each.identifier]
            traits[name] = fold(BUILT_IN, name, traits.get(name), entry)
    said = traits.get("kind")
    return kind_of(said[0] if said else None), traits_json(traits), min(times), max(times)
