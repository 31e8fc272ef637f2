"""The whole graph at once: who would belong together by a set of rules, and what that changes.

Nearly every component is far from any limit and needs no look at single links: they are found by one pass of connected
components over arrays. Only those in which something could break go through `partition`, link by link. So the result
is that of `partition` over everything, at a hundredth of the cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy import select

from tributary.identity.blocked import mark_blocked
from tributary.identity.graph import APART, UNBOUND
from tributary.identity.partition import Evidence, Judge, Node, partition
from tributary.identity.rules import DECISION, MATCH, RuleSet
from tributary.store import Session
from tributary.store.tables.identity import Edge, Identifier, IdentityDecision

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class Nodes:
    """All identifiers of a workspace, as columns of one length, ordered by `id`. `types` are the names behind `type`.

    `type` is -1 for identifiers that were removed.
    """

    id: NDArray[np.int64]
    owner: NDArray[np.int64]
    base: NDArray[np.int64]
    type: NDArray[np.int16]
    first_seen_ms: NDArray[np.int64]
    types: list[str]


@dataclass(frozen=True, slots=True)
class Edges:
    """All evidence of a workspace that was not unbound, as columns. `a` and `b` are places in `Nodes`.

    `sort` says of what kind and source it is, and whether it is trusted: a place in `sorts`.
    """

    id: NDArray[np.int64]
    a: NDArray[np.int32]
    b: NDArray[np.int32]
    sort: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    message_id: NDArray[np.object_]
    sorts: list[tuple[str, str, bool]]


class Change(NamedTuple):
    """Profiles `before` that would become profiles `after`. One before, several after: a split; and so on.

    `owners` are the profiles that the `identifiers` would belong to, in their order; 0 for nobody's.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    identifiers: tuple[int, ...]
    owners: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a set of rules would change: how many profiles there are, and each group of profiles that changes."""

    profiles_before: int
    profiles_after: int
    changes: list[Change]
    contested: int

    @property
    def merges(self) -> list[Change]:
        """Those in which profiles become one, the largest first."""
        return sorted((each for each in self.changes if len(each.before) > 1), key=_size)

    @property
    def splits(self) -> list[Change]:
        """Those in which a profile falls apart, the largest first."""
        return sorted((each for each in self.changes if len(each.after) > 1), key=_size)


def _size(change: Change) -> tuple[int, tuple[int, ...]]:
    return -len(change.identifiers), change.before


def compare(session: Session, workspace_id: int, rules: RuleSet) -> Difference:
    """What would be different if `rules` decided about all evidence. Nothing is changed.

    Memory: some 100 bytes an identifier and a piece of evidence.
    """
    nodes = load_nodes(session, workspace_id)
    mark_blocked(session, workspace_id, rules, nodes)
    edges = load_edges(session, workspace_id, nodes)
    owner, contested = owners(nodes, edges, load_apart(session, workspace_id, nodes), rules)
    return _difference(nodes, owner, contested)


def owners(
    nodes: Nodes, edges: Edges, apart: Sequence[tuple[int, int]], rules: RuleSet
) -> tuple[NDArray[np.int64], int]:
    """The profile of each node by `rules`, 0 for nobody's; and how many components had to be looked at link by link.

    `apart` are places in `nodes` that people decided are two persons.
    """
    from scipy.sparse import coo_matrix  # noqa: PLC0415 (slow to import)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    judge = Judge(rules)
    count = len(nodes.id)
    degree = _degrees(edges, count)
    is_hopeful = _hopeful(nodes, edges, degree, judge)
    a, b = edges.a[is_hopeful], edges.b[is_hopeful]
    links = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(count, count))
    components, component = connected_components(links, directed=False)
    is_contested = _contested(nodes, component, components, judge)
    is_contested[component[a[_doubtful(nodes, edges, is_hopeful, judge)]]] = True
    for one, other in apart:
        if component[one] == component[other]:
            is_contested[component[one]] = True
    group = component.astype(np.int64)
    following = components
    for places, inside in _each_contested(component, is_contested, np.flatnonzero(is_hopeful), edges):
        found = _partition(judge, nodes, edges, degree, places, inside, apart)
        numbers: dict[int, int] = {}
        for place in places:
            root = found[place]
            if root not in numbers:
                numbers[root] = following
                following += 1
            group[place] = numbers[root]
    least = np.full(following, np.iinfo(np.int64).max)
    has_base = nodes.base > 0
    np.minimum.at(least, group[has_base], nodes.base[has_base])
    owner = least[group]
    owner[owner == np.iinfo(np.int64).max] = 0
    return owner, int(is_contested.sum())


def load_nodes(session: Session, workspace_id: int) -> Nodes:
    """All identifiers of a workspace."""
    query = (
        select(
            Identifier.id, Identifier.profile_id, Identifier.base_id, Identifier.type, Identifier.is_removed,
            Identifier.first_seen_ms,
        )
        .where(Identifier.workspace_id == workspace_id)
        .order_by(Identifier.id)
    )  # fmt: skip
    types: dict[str, int] = {}
    parts = [
        (
            np.array([row[0] for row in rows], np.int64),
            np.array([row[1] for row in rows], np.int64),
            np.array([row[2] for row in rows], np.int64),
            np.array([-1 if row[4] else types.setdefault(row[3], len(types)) for row in rows], np.int16),
            np.array([row[5] for row in rows], np.int64),
        )
        for rows in _rows(session, query)
    ]
    if not parts:
        empty = np.zeros(0, np.int64)
        return Nodes(empty, empty, empty, empty.astype(np.int16), empty, [])
    id_, owner, base, type_, first_seen_ms = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Nodes(id_, owner, base, type_, first_seen_ms, list(types))


def load_edges(session: Session, workspace_id: int, nodes: Nodes) -> Edges:
    """All evidence of a workspace between `nodes` that was not unbound."""
    query = select(
        Edge.id, Edge.identifier_a, Edge.identifier_b, Edge.kind, Edge.source_id, Edge.is_trusted, Edge.at_ms,
        Edge.message_id,
    ).where(Edge.workspace_id == workspace_id, Edge.refusal != UNBOUND)  # fmt: skip
    sorts: dict[tuple[str, str, bool], int] = {}
    parts: list[tuple[Any, ...]] = [
        (
            np.array([row[0] for row in rows], np.int64),
            _places(nodes, [row[1] for row in rows]),
            _places(nodes, [row[2] for row in rows]),
            np.array([sorts.setdefault((row[3], row[4], bool(row[5])), len(sorts)) for row in rows], np.int32),
            np.array([row[6] for row in rows], np.int64),
            np.array([row[7] for row in rows], np.object_),
        )
        for rows in _rows(session, query)
    ]
    if not parts:
        empty = np.zeros(0, np.int64)
        places = empty.astype(np.int32)
        return Edges(empty, places, places, places, empty, empty.astype(np.object_), [])
    id_, a, b, sort, at_ms, message_id = (np.concatenate(column) for column in zip(*parts, strict=True))
    # On PostgreSQL a batch may have added identifiers since `nodes` were read, and evidence about them.
    whole = (a >= 0) & (b >= 0)
    if not whole.all():
        id_, a, b, sort, at_ms, message_id = (each[whole] for each in (id_, a, b, sort, at_ms, message_id))
    return Edges(id_, a, b, sort, at_ms, message_id, list(sorts))


def load_apart(session: Session, workspace_id: int, nodes: Nodes) -> list[tuple[int, int]]:
    """The pairs that people decided are two persons, as places in `nodes`."""
    rows = session.execute(
        select(IdentityDecision.identifier_a, IdentityDecision.identifier_b).where(
            IdentityDecision.workspace_id == workspace_id,
            IdentityDecision.kind == APART,
            IdentityDecision.revoked_by == "",
        )
    )
    pairs = rows.all()
    ends = zip(_places(nodes, [a for a, _ in pairs]), _places(nodes, [b for _, b in pairs]), strict=True)
    return [(int(a), int(b)) for a, b in ends if a >= 0 and b >= 0]


def _places(nodes: Nodes, identifiers: Sequence[int]) -> NDArray[np.int32]:
    """Where identifiers are in `nodes`; -1 for those that are not."""
    wanted = np.array(identifiers, np.int64)
    places = np.searchsorted(nodes.id, wanted)
    places[places == len(nodes.id)] = 0
    if len(nodes.id):
        places[nodes.id[places] != wanted] = -1
    else:
        places[:] = -1
    return places.astype(np.int32)


def _rows(session: Session, query: Any) -> Iterator[Sequence[Any]]:
    yield from session.execute(query.execution_options(yield_per=_CHUNK)).partitions(_CHUNK)


def _degrees(edges: Edges, count: int) -> NDArray[np.int64]:
    """How many distinct identifiers of higher priority claim each node."""
    is_event = np.array([kind not in (DECISION, MATCH) for kind, _, _ in edges.sorts], np.bool_)[edges.sort]
    pairs = edges.b[is_event].astype(np.int64) * count + edges.a[is_event]
    pairs.sort()
    is_first = np.ones(len(pairs), np.bool_)
    is_first[1:] = pairs[1:] != pairs[:-1]
    return np.bincount(pairs[is_first] // max(count, 1), minlength=count)


def _hopeful(nodes: Nodes, edges: Edges, degree: NDArray[np.int64], judge: Judge) -> NDArray[np.bool_]:
    """Which evidence is not hopeless by itself."""
    is_over = np.zeros(len(nodes.id), bool)
    for place, name in enumerate(nodes.types):
        cap = judge.cap(name)
        if cap is not None:
            is_over |= (nodes.type == place) & (degree > cap)
    fits, decided = _by_sort(nodes, edges, lambda edge, a, b: judge.rule_of(edge, a, b) is not None)
    return decided | (fits & ~is_over[edges.a] & ~is_over[edges.b])


def _doubtful(nodes: Nodes, edges: Edges, is_hopeful: NDArray[np.bool_], judge: Judge) -> NDArray[np.bool_]:
    """Which of the hopeful evidence is unsigned and between unique identifiers."""
    found, _ = _by_sort(nodes, edges, judge.is_doubtful)
    return found[is_hopeful]


def _by_sort(nodes: Nodes, edges: Edges, question: Any) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The answer to a question that depends on the sort of evidence and the types of its ends alone; and which are
    decisions.
    """
    width = len(nodes.types) + 1
    codes = (edges.sort * width + nodes.type[edges.a] + 1) * width + nodes.type[edges.b] + 1
    occurs = np.bincount(codes)
    answers = np.zeros(len(occurs), np.bool_)
    decided = np.zeros(len(occurs), np.bool_)
    names = ["", *nodes.types]
    for code in np.flatnonzero(occurs).tolist():
        rest, b = divmod(code, width)
        sort, a = divmod(rest, width)
        kind, source_id, is_trusted = edges.sorts[sort]
        edge = Evidence(0, 0, 0, kind, source_id, is_trusted, 0, "")
        decided[code] = kind == DECISION
        answers[code] = question(edge, Node(names[a], False, 0, 0), Node(names[b], False, 0, 0))
    return answers[codes], decided[codes]


def _contested(nodes: Nodes, component: NDArray[np.int32], components: int, judge: Judge) -> NDArray[np.bool_]:
    """Which components could not simply be one profile."""
    caps = judge.rules.caps
    size = np.bincount(component, minlength=components)
    homed = np.bincount(component[nodes.base > 0], minlength=components)
    # Two groups of more than `large` each can only meet in a component that is larger than both together.
    found = (size > min(caps.identifiers, 2 * caps.large + 1)) | (homed > caps.merges + 1)
    for place, name in enumerate(nodes.types):
        number = np.bincount(component[nodes.type == place], minlength=components)
        found |= number > judge.limit(name)
    return found


def _each_contested(
    component: NDArray[np.int32], is_contested: NDArray[np.bool_], hopeful: NDArray[np.int64], edges: Edges
) -> Iterator[tuple[list[int], list[int]]]:
    """The nodes and the hopeful evidence of each contested component."""
    places: dict[int, list[int]] = defaultdict(list)
    for place in np.flatnonzero(is_contested[component]).tolist():
        places[int(component[place])].append(place)
    inside: dict[int, list[int]] = defaultdict(list)
    of_edge = component[edges.a[hopeful]]
    for edge in hopeful[is_contested[of_edge]].tolist():
        inside[int(component[edges.a[edge]])].append(edge)
    for number, members in places.items():
        yield members, inside[number]


def _partition(
    judge: Judge, nodes: Nodes, edges: Edges, degree: NDArray[np.int64], places: list[int], inside: list[int],
    apart: Sequence[tuple[int, int]],
) -> dict[int, int]:  # fmt: skip
    names = ["", *nodes.types]
    known = {
        place: Node(
            names[int(nodes.type[place]) + 1], bool(nodes.base[place] > 0), int(nodes.first_seen_ms[place]),
            int(degree[place]),
        )
        for place in places
    }  # fmt: skip
    evidence = [
        Evidence(
            int(edges.id[edge]), int(edges.a[edge]), int(edges.b[edge]), *edges.sorts[int(edges.sort[edge])],
            int(edges.at_ms[edge]), str(edges.message_id[edge]),
        )
        for edge in inside
    ]  # fmt: skip
    return partition(judge, known, evidence, apart).root


def _difference(nodes: Nodes, owner: NDArray[np.int64], contested: int) -> Difference:
    before = int(((nodes.owner == nodes.base) & (nodes.base > 0)).sum())  # each profile has the id of one of its own
    after = int(((owner == nodes.base) & (nodes.base > 0)).sum())
    is_changed = nodes.owner != owner
    if not is_changed.any():
        return Difference(before, after, [], contested)
    touched = np.union1d(nodes.owner[is_changed], owner[is_changed])
    touched = touched[touched > 0]
    inside = np.flatnonzero(np.isin(nodes.owner, touched) | np.isin(owner, touched) | is_changed)
    return Difference(before, after, list(_changes(nodes, owner, inside)), contested)


def _changes(nodes: Nodes, owner: NDArray[np.int64], inside: NDArray[np.int64]) -> Iterator[Change]:
    """Profiles before and after that share identifiers, put together."""
    root: dict[tuple[str, int], tuple[str, int]] = {}

    def find(each: tuple[str, int]) -> tuple[str, int]:
        root.setdefault(each, each)
        while root[each] != each:
            root[each] = root[root[each]]
            each = root[each]
        return each

    pairs = [(int(nodes.owner[place]), int(owner[place]), int(nodes.id[place])) for place in inside.tolist()]
    ends = [
        (("before", old) if old else ("new", id_), ("after", new) if new else ("none", id_)) for old, new, id_ in pairs
    ]
    for one, other in ends:
        root[find(one)] = find(other)
    groups: dict[tuple[str, int], list[tuple[int, int, int]]] = defaultdict(list)
    for (one, _), pair in zip(ends, pairs, strict=True):
        groups[find(one)].append(pair)
    for members in groups.values():
        members.sort(key=lambda each: each[2])
        yield Change(
            tuple(sorted({old for old, _, _ in members if old})),
            tuple(sorted({new for _, new, _ in members if new})),
            tuple(id_ for _, _, id_ in members),
            tuple(new for _, new, _ in members),
        )
