"""From scored pairs to people: greedy average-link correlation clustering.

Taking whoever is connected for one person fails: one wrong pair joins two people, a shared telephone dozens. Here two
groups are joined only while the pairs between them, taken together, speak for it: pairs that were compared count with
their weight, pairs that were not with a penalty. The best-supported join is made first, ties by the smaller ids, so
the outcome depends on the set of pairs alone.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

# One pair must not outvote any number of others: it speaks for or against with so many bits at most.
MOST_BITS: Final = 12.0
_DOUBT: Final = -1e-6  # of a pair that says nothing: alone it must not join anybody

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def components(count: int, a: Ints, b: Ints) -> Ints:
    """For each of `count` records, the number of the group that the pairs connect it to."""
    from scipy.sparse import coo_array  # noqa: PLC0415 (half a second to import, and only runs need it)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 (see above)

    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def cluster(
    count: int,
    a: Ints,
    b: Ints,
    weight: Floats,
    *,
    threshold: float,
    penalty: float,
    apart: Iterable[tuple[int, int]] = (),
    strong: Iterable[npt.NDArray[np.int32]] = (),
) -> Ints:
    """For each of the records 0 … `count` - 1, the smallest record of its group; alone, itself.

    Pairs are `a`, `b` and their `weight` in bits. Those from `threshold` (≥ 0) on speak for joining, with what they
    have above it; those below 0 against it; those between say nothing. `penalty` (≤ 0) is what a pair counts that
    is not among them. Groups never hold both records of a pair of `apart`, nor two different values of one of the
    `strong` identifiers, given as a code per record, below 0 for none.
    """
    labels = np.arange(count, dtype=np.int64)
    if len(a) == 0:
        return labels
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((high, low))
    low, high, votes = low[order], high[order], _votes(weight[order], threshold)
    rules = _Rules(apart, list(strong))
    forward = weight[order] >= threshold
    group = components(count, low[forward], high[forward])
    sizes = np.bincount(group, minlength=count)
    inside = (group[low] == group[high]) & (sizes[group[low]] > 1)
    low, high, votes = low[inside], high[inside], votes[inside]
    # Most groups are one pair: no need to think about them.
    of = group[low]
    single = sizes[of] == 2
    for left, right in zip(low[single].tolist(), high[single].tolist(), strict=True):
        if rules.allow(left, right):
            labels[right] = left
    low, high, votes, of = low[~single], high[~single], votes[~single], of[~single]
    order = np.argsort(of, kind="stable")
    low, high, votes, of = low[order], high[order], votes[order], of[order]
    changes = np.flatnonzero(of[1:] != of[:-1]) + 1
    for start, end in pairwise([0, *changes.tolist(), len(of)] if len(of) else []):
        part = slice(start, end)
        for name, members in _greedy(low[part].tolist(), high[part].tolist(), votes[part].tolist(), penalty, rules):
            labels[members] = name
    return labels


def _votes(weight: Floats, threshold: float) -> Floats:
    for_or_against = np.where(weight >= threshold, weight - threshold, np.minimum(weight, _DOUBT))
    return np.asarray(np.clip(for_or_against, -MOST_BITS, MOST_BITS), np.float64)


class _Rules:
    """Who may not be together."""

    def __init__(self, apart: Iterable[tuple[int, int]], strong: list[npt.NDArray[np.int32]]) -> None:
        self._strong = strong
        self._apart: dict[int, set[int]] = defaultdict(set)
        for left, right in apart:
            self._apart[left].add(right)
            self._apart[right].add(left)

    def values(self, record: int) -> tuple[int, ...]:
        return tuple(int(codes[record]) for codes in self._strong)

    def enemies(self, record: int) -> set[int]:
        return self._apart.get(record, set())

    def allow(self, left: int, right: int) -> bool:
        return right not in self.enemies(left) and not _differ(self.values(left), self.values(right))


def _differ(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    return any(x >= 0 and y >= 0 and x != y for x, y in zip(left, right, strict=True))


class _Group:
    """Records that are one person so far."""

    __slots__ = ("enemies", "links", "members", "values", "version")

    def __init__(self, record: int, rules: _Rules) -> None:
        self.members = [record]
        self.links: dict[int, tuple[float, int]] = {}  # other group → sum of votes, pairs compared
        self.enemies = rules.enemies(record)  # records
        self.values = rules.values(record)
        self.version = 0

    def may_join(self, other: _Group) -> bool:
        if _differ(self.values, other.values):
            return False
        return not any(member in self.enemies for member in other.members)


def _greedy(
    low: list[int], high: list[int], votes: list[float], penalty: float, rules: _Rules
) -> Iterable[tuple[int, list[int]]]:
    """Groups of one connected part, each with its name, the smallest record."""
    groups = {record: _Group(record, rules) for record in sorted({*low, *high})}
    for left, right, vote in zip(low, high, votes, strict=True):
        groups[left].links[right] = groups[right].links[left] = (vote, 1)
    queue: list[tuple[float, int, int, int, int]] = []

    def consider(left: int, right: int) -> None:
        left, right = min(left, right), max(left, right)
        one, two = groups[left], groups[right]
        total, compared = one.links[right]
        pairs = len(one.members) * len(two.members)
        mean = (total + penalty * (pairs - compared)) / pairs
        if mean >= 0:
            heapq.heappush(queue, (-mean, left, right, one.version, two.version))

    for left, right in zip(low, high, strict=True):
        consider(left, right)
    while queue:
        _, left, right, of_left, of_right = heapq.heappop(queue)
        one, two = groups.get(left), groups.get(right)
        if one is None or two is None or (one.version, two.version) != (of_left, of_right):
            continue  # an older state of these groups
        if not one.may_join(two):
            continue
        _join(groups, left, right)
        for other in sorted(one.links):
            consider(left, other)
    return [(name, group.members) for name, group in groups.items()]


def _join(groups: dict[int, _Group], left: int, right: int) -> None:
    """Take the group `right` into `left`, which has the smaller name."""
    one, two = groups[left], groups.pop(right)
    one.members += two.members
    one.enemies = one.enemies | two.enemies
    one.values = tuple(max(x, y) for x, y in zip(one.values, two.values, strict=True))
    one.version += 1
    del one.links[right], two.links[left]
    for other, (total, compared) in two.links.items():
        mine = one.links.get(other, (0.0, 0))
        one.links[other] = groups[other].links[left] = (mine[0] + total, mine[1] + compared)
        del groups[other].links[right]
