"""Resolving a batch of events to profiles: attach, create, or merge under limits.

Flat matching: an event belongs to the profiles that own any of its identifiers. None: a new profile. One: that one.
Several: they are merged, unless that would break a limit. Identifiers are taken in order of priority, so the one that
breaks a limit is always the least trusted of those taken so far; it is left out, the reason is recorded as a refused
edge, and the rest goes on. The first identifier is never left out: every event has a home, and two known people are
never made one silently.

Events may come in any order, history that is imported last of all. So when an identifier or a link was first seen is
when the earliest event with it happened, not when the first one arrived.

All reading happens in `prepare` (a handful of statements a batch), all writing in `write`; `resolve` only computes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import xxhash

from tributary.identity.sequence import PROFILES, allocate
from tributary.identity.types import Claim, IdentifierTypes, Refused
from tributary.store import Session, bulk
from tributary.store.tables.identity import Edge, Identifier, Merge, ProfileAlias

MAX_IDENTIFIERS = 200  # one person with more is not one person
MAX_MERGED_SIZE = 20  # two profiles that are both larger than this are never merged by an event alone

SAME_EVENT = "same_event"  # both identifiers came on one event
ALIAS = "alias"  # an alias call named them


class Linkage(NamedTuple):
    """What one event says about who it belongs to. `claims` are distinct and in order of priority; at least one."""

    workspace_id: int
    claims: tuple[Claim, ...]
    rule: str
    source_id: str
    message_id: str
    at_ms: int


class Resolution(NamedTuple):
    """Where an event belongs, and what was not linked and why.

    `profile_id` is 0 if the event's only identifier shares its hash with another value (one in a million databases of
    ten million identifiers): such an event cannot be stored.
    """

    profile_id: int
    refused: tuple[Refused, ...]


class Changes(NamedTuple):
    """What a batch did to the graph. `merged` and `aliases` are (absorbed profile, final profile)."""

    created: list[int]
    changed: set[int]
    merged: list[tuple[int, int]]
    aliases: list[tuple[int, int]]


class _NewIdentifier(NamedTuple):
    claim: Claim
    profile_id: int
    workspace_id: int


class _Sighting(NamedTuple):
    """An event that brought an identifier or a link. The least is the first; ids break ties, so no chance is left."""

    at_ms: int
    message_id: str
    source_id: str


_EDGE_COLUMNS = (
    "id", "workspace_id", "identifier_a", "identifier_b", "rule", "refusal", "source_id", "message_id", "at_ms",
)  # fmt: skip
_IDENTIFIER_COLUMNS = (
    "id", "workspace_id", "profile_id", "type", "value", "degree", "first_seen_ms", "source_id", "message_id",
)  # fmt: skip
_MERGE_COLUMNS = (
    "workspace_id", "survivor_id", "absorbed_id", "actor", "rule", "identifier_a", "identifier_b", "source_id",
    "message_id", "at_ms", "before",
)  # fmt: skip


def edge_id(identifier_a: int, identifier_b: int) -> int:
    """The 63-bit key of a pair of identifiers, whichever comes first."""
    low, high = (identifier_a, identifier_b) if identifier_a < identifier_b else (identifier_b, identifier_a)
    return xxhash.xxh3_64_intdigest(low.to_bytes(8, "little") + high.to_bytes(8, "little")) >> 1


class Resolver:
    """Resolves one batch inside one write transaction: `prepare`, then `resolve` for each event, then `write`.

    `version` grows with every batch and orders alias rows in the warehouse. `actor` goes into the merge ledger.
    """

    def __init__(
        self, session: Session, types: Mapping[int, IdentifierTypes], *, version: int, actor: str = "pipeline"
    ) -> None:
        self._session = session
        self._types = types
        self._version = version
        self._actor = actor
        self._owner: dict[int, int] = {}  # identifier → profile; may lag behind `_moved`
        self._moved: dict[int, int] = {}  # absorbed profile → its survivor
        self._members: dict[int, dict[int, str]] = {}  # profile → {identifier: type}, where it can matter
        self._degree: dict[int, int] = {}
        self._degree_changed: set[int] = set()
        self._first: dict[int, _Sighting] = {}  # identifier → the first event that brought it
        self._first_changed: set[int] = set()
        self._edge_first: dict[int, _Sighting] = {}
        self._edges: dict[int, str] = {}  # edge → refusal ('' = linked)
        self._new_edges: dict[int, tuple[object, ...]] = {}
        self._new_identifiers: dict[int, _NewIdentifier] = {}
        self._collided: set[int] = set()
        self._merges: list[tuple[object, ...]] = []
        self._changed: set[int] = set()
        self._created: list[int] = []
        self._next_profile = allocate(session, PROFILES, 0)

    def prepare(self, linkages: Iterable[Linkage]) -> None:
        """Load what resolving `linkages` needs."""
        linkages = list(linkages)
        claims: dict[int, Claim] = {}
        for linkage in linkages:
            for claim in linkage.claims:
                known = claims.setdefault(claim.id, claim)
                if known is not claim and known != claim:
                    self._collided.add(claim.id)
        columns = ("id", "profile_id", "type", "value", "degree", "first_seen_ms", "message_id", "source_id")
        for id_, profile_id, type_, value, degree, *first in bulk.fetch(
            self._session, Identifier, columns, "id", claims
        ):
            claim = claims[id_]
            if claim.value != value or claim.type != type_:
                self._collided.add(id_)
                continue
            self._owner[id_] = profile_id
            self._degree[id_] = degree
            self._first[id_] = _Sighting(*first)
        self._prepare_links(linkages)

    def _prepare_links(self, linkages: list[Linkage]) -> None:
        pairs: set[int] = set()
        involved: set[int] = set()
        owner = self._owner
        for linkage in linkages:
            claims = linkage.claims
            if len(claims) == 1:
                continue
            first = claims[0].id
            pairs.update(edge_id(first, claim.id) for claim in claims[1:])
            owners = {owner.get(claim.id) for claim in claims}
            if len(owners) > 1:
                involved.update(profile_id for profile_id in owners if profile_id is not None)
        columns = ("id", "refusal", "at_ms", "message_id", "source_id")
        for id_, refusal, *sighting in bulk.fetch(self._session, Edge, columns, "id", pairs):
            self._edges[id_] = refusal
            self._edge_first[id_] = _Sighting(*sighting)
        for profile_id in involved:
            self._members[profile_id] = {}
        for profile_id, id_, type_ in bulk.fetch(
            self._session, Identifier, ("profile_id", "id", "type"), "profile_id", involved
        ):
            self._members[profile_id][id_] = type_

    def find(self, profile_id: int) -> int:
        """The profile that `profile_id` has become in this batch."""
        while (survivor := self._moved.get(profile_id)) is not None:
            profile_id = survivor
        return profile_id

    def resolve(self, linkage: Linkage) -> Resolution:
        """The profile of an event. `linkage` must be one of those that were prepared."""
        claims = linkage.claims
        refused: list[Refused] = []
        if self._collided and any(claim.id in self._collided for claim in claims):
            refused = [Refused(c.type, c.value, "hash_collision") for c in claims if c.id in self._collided]
            claims = tuple(claim for claim in claims if claim.id not in self._collided)
            if not claims:
                return Resolution(0, tuple(refused))
        known = self._owner.get(claims[0].id)
        if len(claims) == 1:
            if known is None:
                return Resolution(self._attach(None, [claims[0]], linkage), tuple(refused))
            self._see(claims[0].id, linkage)
            return Resolution(self.find(known), tuple(refused))
        return self._link(claims, linkage, refused)

    def _link(self, claims: tuple[Claim, ...], linkage: Linkage, refused: list[Refused]) -> Resolution:
        types = self._types[linkage.workspace_id]
        first = claims[0]
        home = self._owner_of(first)
        fresh = [first] if home is None else []
        if home is not None:
            self._see(first.id, linkage)
        for claim in claims[1:]:
            owner = self._owner_of(claim)
            edge = edge_id(first.id, claim.id)
            if owner is None or owner != home:
                reason = self._obstacle(types, home, fresh, owner, claim, edge)
                if reason:
                    self._record(edge, first, claim, reason, linkage)
                    refused.append(Refused(claim.type, claim.value, reason))
                    continue
                if owner is None:
                    fresh.append(claim)
                elif home is None:
                    home = owner
                else:
                    home = self._merge(home, owner, first, claim, linkage)
            self._see(claim.id, linkage)
            self._record(edge, first, claim, "", linkage)
        if fresh:
            home = self._attach(home, fresh, linkage)
        if home is None:
            raise AssertionError("an event without a home")
        return Resolution(home, tuple(refused))

    def _owner_of(self, claim: Claim) -> int | None:
        owner = self._owner.get(claim.id)
        return None if owner is None else self.find(owner)

    def _see(self, identifier: int, linkage: Linkage) -> None:
        first = self._first.get(identifier)
        if first is None or linkage.at_ms > first.at_ms:
            return
        sighting = _sighting(linkage)
        if sighting < first:
            self._first[identifier] = sighting
            self._first_changed.add(identifier)

    def _obstacle(
        self, types: IdentifierTypes, home: int | None, fresh: list[Claim], owner: int | None, claim: Claim, edge: int
    ) -> str:
        """Why `claim` may not join, or ''."""
        cap = types.degree_cap(claim.type)
        if cap is not None and edge not in self._edges and self._degree.get(claim.id, 0) >= cap:
            return "claimed_by_many"
        count: dict[str, int] = defaultdict(int)
        for type_ in self._members[home].values() if home is not None else ():
            count[type_] += 1
        for each in fresh:
            count[each.type] += 1
        if owner is None:
            count[claim.type] += 1
        else:
            for type_ in self._members[owner].values():
                count[type_] += 1
            if home is not None and min(len(self._members[home]), len(self._members[owner])) > MAX_MERGED_SIZE:
                return "both_large"
        for type_, number in count.items():
            if number > types.limit(type_):
                return f"limit:{type_}"
        return "too_many_identifiers" if sum(count.values()) > MAX_IDENTIFIERS else ""

    def _attach(self, home: int | None, claims: list[Claim], linkage: Linkage) -> int:
        if home is None:
            home = self._next_profile
            self._next_profile += 1
            self._created.append(home)
            self._members[home] = {}
        self._changed.add(home)
        members = self._members[home]
        for claim in claims:
            members[claim.id] = claim.type
            self._owner[claim.id] = home
            self._first[claim.id] = _sighting(linkage)
            self._new_identifiers[claim.id] = _NewIdentifier(claim, home, linkage.workspace_id)
        return home

    def _merge(self, one: int, other: int, first: Claim, claim: Claim, linkage: Linkage) -> int:
        survivor, absorbed = (one, other) if one < other else (other, one)
        before = json.dumps({"identifiers": sorted(self._members[absorbed])})
        self._merges.append(
            (
                linkage.workspace_id, survivor, absorbed, self._actor, linkage.rule, first.id, claim.id,
                linkage.source_id, linkage.message_id, linkage.at_ms, before,
            )
        )  # fmt: skip
        self._members[survivor].update(self._members.pop(absorbed))
        self._moved[absorbed] = survivor
        self._changed.add(survivor)
        return survivor

    def _record(self, edge: int, first: Claim, claim: Claim, refusal: str, linkage: Linkage) -> None:
        known = self._edges.get(edge)
        if known == refusal and linkage.at_ms > self._edge_first[edge].at_ms:
            return  # nearly always: the same link again, later
        sighting = _sighting(linkage)
        if known == refusal and sighting >= self._edge_first[edge]:
            return
        if known is None:
            self._degree[claim.id] = self._degree.get(claim.id, 0) + 1
            self._degree_changed.add(claim.id)
        self._edges[edge] = refusal
        self._edge_first[edge] = sighting
        self._new_edges[edge] = (
            edge, linkage.workspace_id, first.id, claim.id, linkage.rule, refusal, linkage.source_id,
            linkage.message_id, linkage.at_ms,
        )  # fmt: skip

    def write(self) -> Changes:
        """Write everything that changed."""
        session = self._session
        allocate(session, PROFILES, len(self._created))
        final = {absorbed: self.find(absorbed) for absorbed in self._moved}
        self._write_identifiers(final)
        changed_columns = ("rule", "refusal", "source_id", "message_id", "at_ms")
        bulk.write(session, Edge, _EDGE_COLUMNS, list(self._new_edges.values()), key=("id",), update=changed_columns)
        bulk.write(session, Merge, _MERGE_COLUMNS, self._merges)
        aliases = self._write_aliases(final)
        changed = {self.find(profile_id) for profile_id in self._changed}
        created = [profile_id for profile_id in self._created if profile_id not in final]
        return Changes(created, changed, list(final.items()), aliases)

    def _write_identifiers(self, final: Mapping[int, int]) -> None:
        session, new = self._session, self._new_identifiers
        rows = []
        for id_, (claim, profile_id, workspace_id) in new.items():
            owner, first = final.get(profile_id, profile_id), self._first[id_]
            degree = self._degree.get(id_, 0)
            rows.append(
                (
                    id_, workspace_id, owner, claim.type, claim.value, degree, first.at_ms, first.source_id,
                    first.message_id,
                )
            )  # fmt: skip
        bulk.write(session, Identifier, _IDENTIFIER_COLUMNS, rows)
        degrees = [(id_, self._degree[id_]) for id_ in self._degree_changed if id_ in self._owner and id_ not in new]
        bulk.update(session, Identifier, "id", ("degree",), degrees)
        columns = ("first_seen_ms", "message_id", "source_id")
        earlier = [(id_, *self._first[id_]) for id_ in self._first_changed if id_ not in new]
        bulk.update(session, Identifier, "id", columns, earlier)

    def _write_aliases(self, final: Mapping[int, int]) -> list[tuple[int, int]]:
        if not final:
            return []
        session = self._session
        bulk.update(session, Identifier, "profile_id", ("profile_id",), list(final.items()))
        workspaces = {absorbed: workspace for workspace, _, absorbed, *_ in self._merges}
        rows = [(absorbed, workspaces[absorbed], survivor, self._version) for absorbed, survivor in final.items()]
        rows += [
            (profile_id, workspace_id, final[canonical], self._version)
            for profile_id, workspace_id, canonical in bulk.fetch(
                session, ProfileAlias, ("profile_id", "workspace_id", "canonical_id"), "canonical_id", final
            )
        ]
        bulk.write(
            session,
            ProfileAlias,
            ("profile_id", "workspace_id", "canonical_id", "version"),
            rows,
            key=("profile_id",),
            update=("canonical_id", "version"),
        )
        return [(profile_id, canonical) for profile_id, _, canonical, _ in rows]


def _sighting(linkage: Linkage) -> _Sighting:
    return _Sighting(linkage.at_ms, linkage.message_id, linkage.source_id)
