"""What a run has learnt, as data: how matching and different people compare, in bits of evidence.

    weight of a pair = prior + Σ log2(m / u) of each comparison's level + Σ corrections for rare and common values

m is how often two records of one person reach the level, u how often two strangers do (Fellegi & Sunter 1969); the
prior is the log odds that two records drawn at random are one person. `score_pair` gives in plain Python exactly what
the warehouse computes for a run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import msgspec

from tributary.identity.matching.compare import MISSING, level_names, level_of
from tributary.identity.matching.settings import MatchSettings
from tributary.identity.matching.standardise import Value, value_hash


class LevelModel(msgspec.Struct, frozen=True, kw_only=True):
    """A level in words, its m and u, and its weight in bits. Of "missing" all are 0: it says nothing."""

    label: str
    m: float
    u: float
    weight: float


class ComparisonModel(msgspec.Struct, frozen=True, kw_only=True):
    """The levels by number: missing, different, and up to the strongest."""

    name: str
    levels: list[LevelModel]


class FrequencyModel(msgspec.Struct, frozen=True, kw_only=True):
    """How the weight of agreeing in `column` changes with the value, at one level of one comparison.

    `common` holds the values that many records share, by their hash: bits to add, fewer the more records have it.
    All others get `rest`.
    """

    comparison: int
    level: int
    column: str
    rest: float
    common: dict[str, float]

    def correction(self, value: str) -> float:
        """Bits to add when two records agree in `value`."""
        return self.common.get(format(value_hash(value), "016x"), self.rest)


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is needed to score a pair. Kept as JSON; values of records are in it only as hashes."""

    settings: MatchSettings
    records: int
    prior: float
    comparisons: list[ComparisonModel]
    frequencies: list[FrequencyModel]
    version: int = 1


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a pair's waterfall: a comparison, the level it reached, its weight and the value's correction."""

    comparison: str
    level: int
    label: str
    weight: float
    correction: float


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A pair's weight in bits, the probability that both are one person, and how it comes about, from the prior on."""

    weight: float
    probability: float
    prior: float
    parts: list[Part]


COMMON_FROM: Final = 3  # records that must share a value before it counts as common
MOST_COMMON: Final = 5_000  # values kept per column


def probability(weight: float) -> float:
    """Of a weight in bits: 0 is one half, 6.63 is .99."""
    if weight < -1000:
        return 0.0
    return 1.0 / (1.0 + math.exp2(-weight))


def weight_of(chance: float) -> float:
    """The weight at which the probability is `chance`, between 0 and 1."""
    return math.log2(chance / (1.0 - chance))


def score_pair(a: Mapping[str, Value], b: Mapping[str, Value], model: Model) -> Explained:
    """The weight of two standardised records and how it comes about."""
    levels = [level_of(comparison, a, b) for comparison in model.settings.comparisons]
    corrections = [
        frequency.correction(str(a[frequency.column])) if levels[frequency.comparison] == frequency.level else 0.0
        for frequency in model.frequencies
    ]
    return explain(levels, corrections, model)


def explain(levels: list[int], corrections: list[float], model: Model) -> Explained:
    """The waterfall of levels, by comparison, and of corrections, by entry of `model.frequencies`."""
    weight = model.prior
    for comparison, level in zip(model.comparisons, levels, strict=True):
        weight += comparison.levels[level].weight
    for correction in corrections:
        weight += correction
    parts = []
    for index, (comparison, level) in enumerate(zip(model.comparisons, levels, strict=True)):
        of_value = [
            correction
            for frequency, correction in zip(model.frequencies, corrections, strict=True)
            if (frequency.comparison, frequency.level) == (index, level)
        ]
        reached = comparison.levels[level]
        parts.append(
            Part(
                comparison=comparison.name,
                level=level,
                label=reached.label,
                weight=reached.weight,
                correction=sum(of_value),
            )
        )
    return Explained(weight=weight, probability=probability(weight), prior=model.prior, parts=parts)


def build_comparisons(settings: MatchSettings, m: list[list[float]], u: list[list[float]]) -> list[ComparisonModel]:
    """Named levels from probabilities, which are listed from "different" on."""
    built = []
    for comparison, ms, us in zip(settings.comparisons, m, u, strict=True):
        labels = level_names(comparison)
        levels = [LevelModel(label=labels[MISSING], m=0.0, u=0.0, weight=0.0)]
        levels += [
            LevelModel(label=label, m=each_m, u=each_u, weight=math.log2(each_m / each_u))
            for label, each_m, each_u in zip(labels[1:], ms, us, strict=True)
        ]
        built.append(ComparisonModel(name=comparison.name, levels=levels))
    return built
