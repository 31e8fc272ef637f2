"""Learning m, u and the prior from how often each combination of levels occurs.

Nothing here sees a record. A run over any number of records comes down to some hundreds or thousands of patterns
with counts, so learning takes well under a second.

u comes from pairs drawn at random, nearly all of which are strangers, and for agreement in a value from how common the
values are. m comes from expectation maximisation over the pairs of one block at a time, without the comparisons that
the block chose by, and is averaged over the blocks: pairs of one block agree in its keys by choice, so they say nothing
there, but all the more about the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tributary.identity.matching.compare import BITS
from tributary.identity.matching.settings import MatchSettings

_ROUNDS: Final = 200
_CLOSE: Final = 1e-6
_SMOOTH: Final = 0.5  # pairs added to each level, so that what was never seen is rare and not impossible
_LEAST_PAIRS: Final = 20.0  # of one person that a block must be expected to hold before it is believed
_LEAST_U: Final = 1e-8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Patterns:
    """`levels[i, c]` is the level of comparison c in pattern i, `counts[i]` how many pairs have it. `blocks[i]` are the
    blocks that the pairs are in, one bit each."""

    levels: npt.NDArray[np.int64]
    counts: Floats
    blocks: npt.NDArray[np.int64]

    @classmethod
    def of(cls, packed: npt.ArrayLike, counts: npt.ArrayLike, blocks: npt.ArrayLike, comparisons: int) -> Patterns:
        """From levels as the warehouse packs them."""
        numbers = np.asarray(packed, np.uint64)
        shifts = np.arange(comparisons, dtype=np.uint64) * np.uint64(BITS)
        levels = (numbers[:, None] >> shifts[None, :]) & np.uint64(2**BITS - 1)
        # In one order, whatever the engine's is: sums of floats depend on it in their last bit.
        order = np.lexsort((np.asarray(blocks, np.int64), numbers))
        return cls(
            levels.astype(np.int64)[order], np.asarray(counts, np.float64)[order], np.asarray(blocks, np.int64)[order]
        )

    def of_block(self, block: int) -> Patterns:
        """Those of the pairs that a block makes."""
        chosen = (self.blocks >> block) & 1 == 1
        return Patterns(self.levels[chosen], self.counts[chosen], self.blocks[chosen])

    def collapsed(self, comparisons: list[int]) -> Patterns:
        """The patterns of some comparisons only, each once: there are far fewer of them."""
        packed = np.zeros(len(self.counts), np.int64)
        for index in comparisons:
            packed = packed << BITS | self.levels[:, index]
        _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
        counts = np.asarray(np.bincount(inverse, weights=self.counts, minlength=len(first)), np.float64)
        return Patterns(self.levels[first][:, comparisons], counts, np.zeros(len(first), np.int64))


@dataclass(frozen=True, slots=True)
class Learnt:
    """m and u of each comparison by level, from "different" on; `odds` that two records at random are one person, in
    bits; `expected` pairs of one person among the candidates."""

    m: list[list[float]]
    u: list[list[float]]
    prior: float
    expected: float


def learn(
    settings: MatchSettings, candidates: Patterns, strangers: Patterns, agreements: dict[int, float], pairs: float
) -> Learnt:
    """Everything a model needs.

    `strangers` are pairs at random. `agreements` holds, by comparison, how often two values at random are the same, for
    comparisons whose strongest level is that. `pairs` is how many pairs all records make.
    """
    sizes = [len(comparison.levels) + 1 for comparison in settings.comparisons]
    everything = candidates.collapsed(list(range(len(sizes))))
    sessions = [
        (free, candidates.of_block(block).collapsed(free))
        for block in range(len(settings.blocks))
        if (free := [index for index in range(len(sizes)) if index not in settings.held_out(block)])
    ]
    suspected = np.zeros(len(strangers.counts))
    m: list[Floats] = []
    u: list[Floats] = []
    prior = 0.0
    expected = 0.0
    for _ in range(3):  # a small sample holds pairs of one person: they are taken out once it is known how those look
        u = [_u(strangers, 1.0 - suspected, index, size, agreements.get(index)) for index, size in enumerate(sizes)]
        m = _m(sessions, u, sizes)
        weights = [np.concatenate([[0.0], np.log2(each_m / each_u)]) for each_m, each_u in zip(m, u, strict=True)]
        prior, expected = _prior(_bits(everything, weights), everything.counts, pairs)
        suspected = _probability(prior + _bits(strangers, weights))
    return Learnt([each.tolist() for each in m], [each.tolist() for each in u], prior, expected)


def _u(strangers: Patterns, share: Floats, index: int, size: int, agreement: float | None) -> Floats:
    """u by level, from "different" on."""
    levels = strangers.levels[:, index]
    seen = np.bincount(levels, weights=strangers.counts * share, minlength=size + 1)[1:]
    u: Floats = (seen + _SMOOTH) / (seen.sum() + _SMOOTH * size)
    if agreement is not None:
        # Counted over all values, not only those of the sample.
        best = min(max(agreement, _LEAST_U), 0.99)
        u = np.concatenate([u[:-1] / u[:-1].sum() * (1.0 - best), [best]])
    return np.maximum(u, _LEAST_U)


def _m(sessions: list[tuple[list[int], Patterns]], u: list[Floats], sizes: list[int]) -> list[Floats]:
    """m by comparison, averaged over the blocks that do not choose by it, each with its free comparisons."""
    found: list[list[Floats]] = [[] for _ in sizes]
    for free, patterns in sessions:
        if len(patterns.counts) == 0:
            continue
        learnt, expected = expectation_maximisation(patterns, [u[index] for index in free])
        if expected >= _LEAST_PAIRS:
            for index, each in zip(free, learnt, strict=True):
                found[index].append(each)
    return [
        np.asarray(np.mean(each, axis=0), np.float64) if each else _guess(size)
        for each, size in zip(found, sizes, strict=True)
    ]


def _guess(size: int) -> Floats:
    """m before anything is known: the strongest level most often, no agreement now and then."""
    m = np.full(size, 0.1 / max(size - 2, 1))
    m[0], m[-1] = 0.1, 0.8
    return np.asarray(m / m.sum(), np.float64)


def expectation_maximisation(patterns: Patterns, u: list[Floats]) -> tuple[list[Floats], float]:
    """m of the comparisons of `patterns`, with u held fast, and the expected pairs of one person among all.

    Dempster, Laird & Rubin 1977; for record linkage Winkler 1988.
    """
    levels = patterns.levels
    total = patterns.counts.sum()
    m = [_guess(len(each)) for each in u]
    share = 0.3
    for _ in range(_ROUNDS):
        bits = np.full(len(patterns.counts), np.log2(share / (1.0 - share)))
        for place, (each_m, each_u) in enumerate(zip(m, u, strict=True)):
            bits += np.concatenate([[0.0], np.log2(each_m / each_u)])[levels[:, place]]
        mass = _probability(bits) * patterns.counts
        renewed = []
        for place, each in enumerate(m):
            seen = np.bincount(levels[:, place], weights=mass, minlength=len(each) + 1)[1:]
            renewed.append((seen + _SMOOTH) / (seen.sum() + _SMOOTH * len(each)))
        change = max(float(np.abs(new - old).max()) for new, old in zip(renewed, m, strict=True))
        share = float(np.clip(mass.sum() / total, 1e-9, 1.0 - 1e-6))
        m = renewed
        if change < _CLOSE:
            break
    return m, share * float(total)


def _prior(bits: Floats, counts: Floats, pairs: float) -> tuple[float, float]:
    """The log odds that make the expected pairs of one person agree with themselves.

    Pairs that are no candidates are taken for strangers, so the prior errs on the low side by what blocking misses.
    """
    expected = max(counts.sum() / 10.0, 1.0)
    prior = 0.0
    for _ in range(_ROUNDS):
        share = min(max(expected / pairs, 1e-15), 0.5)
        prior = float(np.log2(share / (1.0 - share)))
        renewed = max(float((_probability(prior + bits) * counts).sum()), 1.0)
        if abs(renewed - expected) <= 1e-6 * expected:
            break
        expected = renewed
    return prior, expected


def _bits(patterns: Patterns, weights: list[Floats]) -> Floats:
    bits = np.zeros(len(patterns.counts))
    for index, each in enumerate(weights):
        bits += each[patterns.levels[:, index]]
    return bits


def _probability(bits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(bits, -500, 500))), np.float64)
