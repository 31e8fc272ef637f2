"""The identity graph in memory: identifiers and evidence as they are in the store, changed there and written back.

All reading is by the handful of statements a batch that `bulk` makes of thousands of keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import xxhash

from tributary.identity.partition import BLOCKED, Evidence, Judge, Node
from tributary.store import Session, bulk
from tributary.store.tables.identity import Edge, Identifier, IdentityDecision

HOUR_MS = 3_600_000
NEVER = 0

TOGETHER, APART, UNBOUND, REMOVED = "together", "apart", "unbound", "removed"  # kinds of decisions

IDENTIFIER_COLUMNS = (
    "id", "workspace_id", "profile_id", "base_id", "type", "value", "degree", "first_seen_ms", "first_led_ms",
    "last_led_ms", "source_id", "message_id", "is_removed", "is_blocked",
)  # fmt: skip
EDGE_COLUMNS = (
    "id", "workspace_id", "identifier_a", "identifier_b", "kind", "is_trusted", "epoch", "rule", "refusal",
    "source_id", "message_id", "at_ms",
)  # fmt: skip


@dataclass(slots=True)
class Known:
    """An identifier that is loaded or new, in the order of `IDENTIFIER_COLUMNS`.

    `before` is its owner in the store; 0 if nobody's, or if it is new.
    """

    id: int
    workspace_id: int
    owner: int
    base: int
    type: str
    value: str
    degree: int
    first_seen_ms: int
    first_led_ms: int
    last_led_ms: int
    source_id: str
    message_id: str
    is_removed: bool = False
    is_blocked: bool = False
    is_new: bool = False
    is_changed: bool = False
    before: int = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.owner

    def row(self) -> tuple[object, ...]:
        """As `IDENTIFIER_COLUMNS` has it."""
        return (
            self.id, self.workspace_id, self.owner, self.base, self.type, self.value, self.degree, self.first_seen_ms,
            self.first_led_ms, self.last_led_ms, self.source_id, self.message_id, bool(self.is_removed),
            bool(self.is_blocked),
        )  # fmt: skip

    def node(self) -> Node:
        """As the partition sees it. A removed one keeps its events where they are, and counts for nothing."""
        type_ = "" if self.is_removed else BLOCKED if self.is_blocked else self.type
        return Node(type_, self.base > 0, self.first_seen_ms, self.degree)


@dataclass(slots=True)
class Link:
    """A piece of evidence that is loaded or new, in the order of `EDGE_COLUMNS`."""

    id: int
    workspace_id: int
    a: int
    b: int
    kind: str
    is_trusted: bool
    epoch: int
    rule: str
    refusal: str
    source_id: str
    message_id: str
    at_ms: int
    is_new: bool = False
    is_changed: bool = False

    def row(self) -> tuple[object, ...]:
        """As `EDGE_COLUMNS` has it."""
        return (
            self.id, self.workspace_id, self.a, self.b, self.kind, bool(self.is_trusted), self.epoch, self.rule,
            self.refusal, self.source_id, self.message_id, self.at_ms,
        )  # fmt: skip

    def evidence(self) -> Evidence:
        """As the partition sees it."""
        return Evidence(
            self.id, self.a, self.b, self.kind, self.source_id, bool(self.is_trusted), self.at_ms, self.message_id
        )

    def judge(self, rule: str, refusal: str) -> None:
        """Set what came of it."""
        if (rule, refusal) != (self.rule, self.refusal):
            self.rule, self.refusal, self.is_changed = rule, refusal, True


def link_id(a: int, b: int, kind: str, source_id: str, is_trusted: bool, epoch: int) -> int:
    """The 63-bit key of a piece of evidence, whichever identifier comes first."""
    low, high = (a, b) if a < b else (b, a)
    key = (
        low.to_bytes(8, "little")
        + high.to_bytes(8, "little")
        + f"{kind}\x1f{source_id}\x1f{is_trusted}\x1f{epoch}".encode()
    )
    return xxhash.xxh3_64_intdigest(key) >> 1


class Decided(NamedTuple):
    """What people decided about some identifiers, as far as it is in force. Pairs are (smaller, larger) id.

    `unbound` gives the times up to which evidence about a pair counts no more.
    """

    apart: set[tuple[int, int]]
    unbound: dict[tuple[int, int], list[int]]


NOTHING_DECIDED = Decided(set(), {})


class Graph:
    """The part of the graph that one transaction needs. `links` of identifiers in `expanded` are all loaded."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known: dict[int, Known] = {}
        self.links: dict[int, Link] = {}
        self._by_end: dict[int, list[Link]] = {}
        self._expanded: set[int] = set()

    def load(self, identifiers: Iterable[int]) -> None:
        """Load identifiers by id; those that there are not stay away."""
        self._keep("id", [each for each in identifiers if each not in self.known])

    def load_members(self, profiles: Iterable[int]) -> None:
        """Load all identifiers of profiles."""
        self._keep("profile_id", profiles)

    def _keep(self, key: str, values: Iterable[int]) -> None:
        for row in bulk.fetch(self.session, Identifier, IDENTIFIER_COLUMNS, key, values):
            if row[0] not in self.known:
                self.known[row[0]] = Known(*row)

    def load_links(self, ids: Iterable[int]) -> None:
        """Load evidence by id."""
        for row in bulk.fetch(self.session, Edge, EDGE_COLUMNS, "id", [each for each in ids if each not in self.links]):
            self.add(Link(*row))

    def add(self, link: Link) -> None:
        """Take a piece of evidence in."""
        if link.id not in self.links:
            self.links[link.id] = link
            self._by_end.setdefault(link.a, []).append(link)
            self._by_end.setdefault(link.b, []).append(link)

    def expand(self, identifiers: Iterable[int]) -> None:
        """Load all evidence about identifiers, and the identifiers that it names."""
        wanted = [each for each in identifiers if each not in self._expanded]
        if not wanted:
            return
        self._expanded.update(wanted)
        self.load(wanted)
        stored = [each for each in wanted if each in self.known and not self.known[each].is_new]
        for key in ("identifier_a", "identifier_b"):
            for row in bulk.fetch(self.session, Edge, EDGE_COLUMNS, key, stored):
                if row[0] not in self.links:
                    self.add(Link(*row))
        self.load({end for each in wanted for link in self.links_of(each) for end in (link.a, link.b)})

    def links_of(self, identifier: int) -> list[Link]:
        """The evidence about an identifier that is loaded."""
        return self._by_end.get(identifier, [])

    def reach(self, starts: Iterable[int], judge: Judge, *, most: int) -> set[int]:
        """All identifiers that the verdict about `starts` may depend on: what evidence reaches that is not hopeless.

        Loads them with all their evidence. Stops widening once there are more than `most`.
        """
        found = set(starts)
        frontier = set(found)
        while frontier and len(found) <= most:
            self.expand(frontier)
            following: set[int] = set()
            for each in frontier:
                for link in self.links_of(each):
                    other = link.b if link.a == each else link.a
                    if other not in found and not self.hopeless(link, judge):
                        following.add(other)
            found |= following
            frontier = following
        return found

    def hopeless(self, link: Link, judge: Judge) -> str:
        """Why a piece of evidence links nothing whatever else is known, or ''."""
        if link.refusal == UNBOUND:
            return UNBOUND
        return judge.hopeless(link.evidence(), self.known[link.a].node(), self.known[link.b].node())

    def decided(self, workspace_id: int, identifiers: Iterable[int]) -> Decided:
        """What people decided about identifiers, as far as it is in force."""
        wanted = set(identifiers)
        found = Decided(set(), {})
        columns = ("workspace_id", "kind", "identifier_a", "identifier_b", "at_ms", "revoked_by")
        for key in ("identifier_a", "identifier_b"):
            for workspace, kind, a, b, at_ms, revoked_by in bulk.fetch(
                self.session, IdentityDecision, columns, key, wanted
            ):
                pair = (min(a, b), max(a, b))
                if workspace != workspace_id or revoked_by:
                    continue
                if kind == APART:
                    found.apart.add(pair)
                elif kind == UNBOUND and at_ms not in found.unbound.setdefault(pair, []):
                    found.unbound[pair].append(at_ms)
        return found
