"""Putting standardised records into the warehouse: which column holds what, blocking keys, and frequencies."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from tributary.errors import BudgetExceeded
from tributary.identity.matching.compare import Slots
from tributary.identity.matching.model import COMMON_FROM, MOST_COMMON, FrequencyModel
from tributary.identity.matching.settings import (
    MAX_BLOCKS,
    MAX_FREQUENCIES,
    MAX_NUMBERS,
    MAX_TEXTS,
    Block,
    MatchSettings,
)
from tributary.identity.matching.standardise import Standardised
from tributary.warehouse import Warehouse

_SLICE: Final = 10_000  # records inserted at a time: sixty columns of more would cost hundreds of megabytes

Keys = npt.NDArray[np.uint64]


class BlockCount(msgspec.Struct, frozen=True, kw_only=True):
    """What a block makes: the keys that several records share, the pairs of those, and what is left out as too common.

    A pair that several blocks make counts in each.
    """

    label: str
    keys: int
    records: int
    pairs: int
    largest: int
    left_out_keys: int
    left_out_records: int


@dataclass(frozen=True, slots=True)
class Frequency:
    """Of one level by frequency: how often two values at random are the same, and the correction of each value."""

    model: FrequencyModel
    agreement: float
    by_value: npt.NDArray[np.float64]


def block_keys(block: Block, records: Standardised) -> tuple[Keys, BlockCount]:
    """A key per record, 0 where one is missing or too common."""
    key = np.zeros(len(records), np.uint64)
    whole = np.ones(len(records), np.bool_)
    for part in block.keys:
        column = records.texts[part.column]
        hashes = column.hashes(part.first, part.last)[column.codes]
        whole &= hashes != 0
        # Not a plain sum: the same two values in the other order are another key.
        key = (key ^ hashes) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    key[~whole] = 0
    values, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    counts[values == 0] = 0
    too_many = counts > block.at_most
    kept = (counts > 1) & ~too_many
    key[~kept[inverse]] = 0
    sizes = counts[kept].astype(np.int64)
    return key, BlockCount(
        label=block.label,
        keys=len(sizes),
        records=int(sizes.sum()),
        pairs=int((sizes * (sizes - 1) // 2).sum()),
        largest=int(counts.max(initial=0)),
        left_out_keys=int(too_many.sum()),
        left_out_records=int(counts[too_many].sum()),
    )


def all_keys(settings: MatchSettings, records: Standardised) -> tuple[list[Keys], list[BlockCount]]:
    """The keys of every block.

    Raises:
        BudgetExceeded: they would make more than `settings.max_pairs` pairs.
    """
    keys, counts = [], []
    for block in settings.blocks:
        key, count = block_keys(block, records)
        keys.append(key)
        counts.append(count)
    total = sum(count.pairs for count in counts)
    if total > settings.max_pairs:
        worst = max(counts, key=lambda count: count.pairs)
        raise BudgetExceeded(
            f"The blocks make {total:,} pairs, of which {worst.pairs:,} by {worst.label!r}; "
            f"{settings.max_pairs:,} are allowed.",
            cure="Add a key to that block, lower its at_most, or raise max_pairs.",
        )
    return keys, counts


def frequencies(settings: MatchSettings, records: Standardised) -> list[Frequency]:
    """The corrections of every level by frequency (Winkler 2000): agreeing in what few have says more."""
    found = []
    for comparison, place, name in settings.frequencies:
        column = records.texts[name]
        counts = column.counts().astype(np.float64)
        total = counts.sum()
        pairs = max(total * (total - 1.0), 1.0)
        agreement = float((counts * (counts - 1.0)).sum() / pairs)
        agreement = max(agreement, 1.0 / pairs)
        common = counts >= _common_from(counts)
        rest = counts[~common & (counts > 0)]
        # What is not common counts as its kind does on average; a value that one record has can agree with nobody.
        typical = float((rest * rest).sum() / rest.sum()) if len(rest) else 1.0
        by_value = np.full(len(counts), _correction(agreement, typical, total))
        by_value[common] = [_correction(agreement, count, total) for count in counts[common]]
        listed = np.flatnonzero(common)
        hashes = column.hashes()
        model = FrequencyModel(
            comparison=comparison,
            level=len(settings.comparisons[comparison].levels) + 1 - place,
            column=name,
            rest=_correction(agreement, typical, total),
            common={format(int(hashes[index]), "016x"): float(by_value[index]) for index in listed},
        )
        found.append(Frequency(model, agreement, by_value))
    return found


def _correction(agreement: float, count: float, total: float) -> float:
    """log2(u of all values / u of this one): a value that n of N records have meets its like with (n - 1) / (N - 1)."""
    return math.log2(agreement * max(total - 1.0, 1.0) / max(count - 1.0, 1.0))


def _common_from(counts: npt.NDArray[np.float64]) -> float:
    """How many records must share a value so that not too many values are common. Ties are left out together."""
    shared = counts[counts >= COMMON_FROM]
    if len(shared) <= MOST_COMMON:
        return float(COMMON_FROM)
    # The count of the first value that does not fit, and one more.
    return float(np.sort(shared)[-MOST_COMMON - 1]) + 1.0


def insert_records(
    warehouse: Warehouse,
    workspace_id: int,
    run: int,
    records: Standardised,
    keys: list[Keys],
    corrections: list[Frequency],
    progress: Callable[[float], None],
) -> Slots:
    """Insert all records, a slice at a time. Returns which warehouse column holds which of ours."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    slots = {name: f"t{n:02}" for n, name in enumerate(records.texts, 1)}
    slots |= {name: f"n{n:02}" for n, name in enumerate(records.numbers, 1)}
    values = {slots[name]: column.values for name, column in records.texts.items()}
    codes = {slots[name]: column.codes for name, column in records.texts.items()}
    numbers = {slots[name]: column for name, column in records.numbers.items()}
    by_value = {f"f{n:02}": each for n, each in enumerate(corrections, 1)}
    key_columns = {f"k{n:02}": key for n, key in enumerate(keys, 1)}
    for start in range(0, len(records), _SLICE):
        part = slice(start, min(start + _SLICE, len(records)))
        rows = part.stop - part.start
        table = {
            "workspace_id": pa.repeat(pa.scalar(workspace_id, pa.uint32()), rows),
            "run": pa.repeat(pa.scalar(run, pa.uint64()), rows),
            "id": pa.array(np.arange(part.start, part.stop, dtype=np.uint32)),
        }
        for name in (f"t{n:02}" for n in range(1, MAX_TEXTS + 1)):
            used = name in values
            table[name] = values[name].take(pa.array(codes[name][part])) if used else pa.repeat(pa.scalar(""), rows)
        for name in (f"n{n:02}" for n in range(1, MAX_NUMBERS + 1)):
            table[name] = pa.array(numbers[name][part]) if name in numbers else pa.repeat(pa.scalar(0.0), rows)
        for name in (f"f{n:02}" for n in range(1, MAX_FREQUENCIES + 1)):
            if (frequency := by_value.get(name)) is not None:
                of = records.texts[frequency.model.column].codes[part]
                table[name] = pa.array(frequency.by_value[of])
            else:
                table[name] = pa.repeat(pa.scalar(0.0), rows)
        for name in (f"k{n:02}" for n in range(1, MAX_BLOCKS + 1)):
            used = name in key_columns
            table[name] = pa.array(key_columns[name][part]) if used else pa.repeat(pa.scalar(0, pa.uint64()), rows)
        warehouse.insert("match_records", pa.table(table), token=f"match:{workspace_id}:{run}:{start}")
        progress(part.stop / len(records))
    pa.default_memory_pool().release_unused()
    return slots
