"""`match`: finding records of the same person, from a table of records to groups and pairs to look at."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from tributary.core.sql import Sql, bind, raw
from tributary.errors import TributaryError
from tributary.identity.matching.cluster import cluster, components
from tributary.identity.matching.compare import BITS
from tributary.identity.matching.learn import Learnt, Patterns, learn
from tributary.identity.matching.model import Explained, Model, build_comparisons, explain, probability, weight_of
from tributary.identity.matching.questions import Questions
from tributary.identity.matching.settings import MatchSettings, check
from tributary.identity.matching.stage import BlockCount, Frequency, Keys, all_keys, frequencies, insert_records
from tributary.identity.matching.standardise import Column, Standardised, standardise_table
from tributary.warehouse import Budget, Stop, Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

_log = logging.getLogger(__name__)

MATCHING: Final = Budget("matching", seconds=900, memory_bytes=2 * 1024**3, rows=50_000_000, is_background=True)

_RECORDS_AT_A_TIME: Final = 250_000  # joined with each other in one statement; more would only cost memory
_PAIRS_AT_A_TIME: Final = 4_000_000  # fetched in one answer

Progress = Callable[[str, float], None]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a pair: `merge` (both are in one group) or `review`.

    `reason` says why a pair is not merged: `unsure` (its probability is below the merge threshold), `conflict` (strong
    identifiers differ), `apart` (somebody has said so), or `group` (the pair alone would do, but others speak
    against it).
    """

    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """The pairs from the review threshold on, most certain first. `a` and `b` are positions in `MatchResult.ids`."""

    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]
    levels: npt.NDArray[np.uint64]
    corrections: npt.NDArray[np.float64]  # one column per entry of Model.frequencies
    conflict: npt.NDArray[np.bool_]
    is_merged: npt.NDArray[np.bool_]
    is_apart: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.a)


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair by the ids of its records, what becomes of it, and why it weighs what it weighs."""

    id_a: Any
    id_b: Any
    explained: Explained
    decision: Decision


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What a run found.

    `ids` are all records' ids in order, `groups` the position of the first record of each one's group (its own when it
    is alone). `blocks`, `compared` and `seconds` say what it cost.
    """

    model: Model
    ids: pa.Array
    groups: npt.NDArray[np.int64]
    pairs: ScoredPairs
    blocks: list[BlockCount]
    compared: int
    seconds: dict[str, float] = field(default_factory=dict)

    def pair(self, index: int) -> Pair:
        """One scored pair, explained."""
        pairs = self.pairs
        packed = int(pairs.levels[index])
        levels = [packed >> BITS * place & (1 << BITS) - 1 for place in range(len(self.model.comparisons))]
        explained = explain(levels, [float(each) for each in pairs.corrections[index]], self.model)
        ends = (self.ids[int(pairs.a[index])].as_py(), self.ids[int(pairs.b[index])].as_py())
        return Pair(*ends, explained, self._decision(index))

    def __iter__(self) -> Iterator[Pair]:
        return (self.pair(index) for index in range(len(self.pairs)))

    def clusters(self) -> Iterator[list[Any]]:
        """The ids of each group of two or more, smallest first."""
        order = np.argsort(self.groups, kind="stable")
        labels = self.groups[order]
        changes = np.flatnonzero(labels[1:] != labels[:-1]) + 1
        for start, end in pairwise([0, *changes.tolist(), len(order)]):
            if end - start > 1:
                yield [self.ids[int(place)].as_py() for place in order[start:end]]

    def _decision(self, index: int) -> Decision:
        pairs = self.pairs
        if pairs.is_merged[index]:
            return Decision(action="merge", reason="")
        if pairs.conflict[index]:
            return Decision(action="review", reason="conflict")
        if pairs.is_apart[index]:
            return Decision(action="review", reason="apart")
        is_sure = probability(float(pairs.weight[index])) >= self.model.settings.merge
        return Decision(action="review", reason="group" if is_sure else "unsure")


def match(
    warehouse: Warehouse,
    records: pa.Table,
    settings: MatchSettings,
    *,
    workspace_id: int,
    run: int,
    apart: Iterable[tuple[Any, Any]] = (),
    budget: Budget = MATCHING,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> MatchResult:
    """Find records of the same person.

    `records` has the column `id` (whole numbers or text) and the fields' sources. `run` (0 … 2^63 - 1) must be used by
    nobody else at the same time; a run that was cut off may be repeated under its number. Pairs of ids in `apart` are
    never put together. `progress` hears the phase and how much of it is done, 0 to 1. The rows that the run keeps in
    the warehouse are deleted when it ends, however it ends; those of a crash after a day.

    Raises:
        InvalidMatchSettings: the settings cannot be used. InvalidRequest: ids are missing or double. BudgetExceeded:
        the blocks make too many pairs, or a statement went over `budget`. Cancelled: `stop` was stopped.
        Unavailable: the warehouse cannot answer, or Chinese text needs the extra `matching`.
    """
    doing = _Run(warehouse, check(settings), workspace_id, run, budget, progress or _silent, stop)
    ready = [doing.prepare(records)]
    del records  # the rest needs memory too
    return doing.match(ready, list(apart))


def _silent(_phase: str, _done: float) -> None:
    """Progress that nobody wants to hear."""


class _Ready(NamedTuple):
    """Records that are ready to be loaded."""

    records: Standardised
    keys: list[Keys]
    blocks: list[BlockCount]
    corrections: list[Frequency]


class _Run:
    def __init__(
        self,
        warehouse: Warehouse,
        settings: MatchSettings,
        workspace_id: int,
        run: int,
        budget: Budget,
        progress: Progress,
        stop: Stop | None,
    ) -> None:
        self._warehouse = warehouse
        self._settings = settings
        self._workspace_id = workspace_id
        self._run = run
        self._budget = budget
        self._tell = progress
        self._stop = stop
        self._seconds: dict[str, float] = {}

    def prepare(self, table: pa.Table) -> _Ready:
        with self._phase("standardise"):
            records = standardise_table(table, self._settings)
            keys, blocks = all_keys(self._settings, records)
            return _Ready(records, keys, blocks, frequencies(self._settings, records))

    def match(self, only: list[_Ready], apart: list[tuple[Any, Any]]) -> MatchResult:
        """`only` holds what `prepare` made, and gives it away: it is the one reference."""
        records, keys, blocks, corrections = only.pop()
        ids, count = records.ids, len(records)
        strong = [_codes(records.texts[name]) for name in self._settings.strong]
        agreements = _agreements(self._settings, corrections)
        by_frequency = [each.model for each in corrections]
        try:
            self._delete()
            with self._phase("load"):
                slots = insert_records(
                    self._warehouse, self._workspace_id, self._run, records, keys, corrections, self._part("load")
                )
            del records, keys, corrections  # the warehouse has them now
            ask = Questions(self._settings, slots, self._workspace_id, self._run)
            with self._phase("compare"):
                self._compare(ask, blocks)
            with self._phase("learn"):
                learnt, compared = self._learn(ask, agreements, count)
            model = Model(
                settings=self._settings,
                records=count,
                prior=learnt.prior,
                comparisons=build_comparisons(self._settings, learnt.m, learnt.u),
                frequencies=by_frequency,
            )
            with self._phase("score"):
                pairs, negative = self._score(ask, model, compared, count)
        finally:
            self._clean_up()
        with self._phase("cluster"):
            kept = _positions(ids, apart)
            groups, scored = self._cluster(model, pairs, negative, count, kept, strong)
        return MatchResult(model, ids, groups, scored, blocks, compared, dict(self._seconds))

    def _compare(self, ask: Questions, blocks: list[BlockCount]) -> None:
        done = 0
        every = sum(block.records for block in blocks) or 1
        for index, block in enumerate(blocks):
            if not block.pairs:
                continue
            parts = -(-block.records // _RECORDS_AT_A_TIME)
            for part in range(parts):
                self._check()
                self._warehouse.insert_select(
                    "match_pairs",
                    ask.pair_columns,
                    ask.pairs(index, part, parts),
                    workspace_id=self._workspace_id,
                    budget=self._budget,
                )
                self._tell("compare", (done + block.records * (part + 1) / parts) / every)
            done += block.records

    def _learn(self, ask: Questions, agreements: dict[int, float], count: int) -> tuple[Learnt, int]:
        comparisons = len(self._settings.comparisons)
        found = self._columns(ask.patterns())
        candidates = Patterns.of(found["levels"], found["pairs"], found["blocks"], comparisons)
        random = self._ask(ask.strangers(count))
        strangers = Patterns.of([row[0] for row in random], [row[1] for row in random], [0] * len(random), comparisons)
        pairs = max(count * (count - 1) / 2, 1.0)
        return learn(self._settings, candidates, strangers, agreements, pairs), int(candidates.counts.sum())

    def _score(self, ask: Questions, model: Model, compared: int, count: int) -> tuple[_Columns, _Columns]:
        """The pairs from the review threshold on; and those below it between records that good pairs connect."""
        floor, merge = weight_of(self._settings.review), weight_of(self._settings.merge)
        good = self._columns(ask.scored(model, least=floor, most=None, part=0, parts=1, whole=True))
        a, b, weight = good.ends()
        sure = weight >= merge
        group = components(count, a[sure], b[sure])
        parts = -(-compared // _PAIRS_AT_A_TIME) or 1
        bad = []
        for part in range(parts):
            self._check()
            question = ask.scored(model, least=-1e9, most=floor, part=part, parts=parts, whole=False)
            columns = self._columns(question)
            left, right, _ = columns.ends()
            bad.append(columns.only(group[left] == group[right]))
            self._tell("score", (part + 1) / parts)
        return good, _Columns.joined(bad)

    def _cluster(
        self,
        model: Model,
        good: _Columns,
        bad: _Columns,
        count: int,
        apart: list[tuple[int, int]],
        strong: list[npt.NDArray[np.int32]],
    ) -> tuple[npt.NDArray[np.int64], ScoredPairs]:
        a, b, weight = good.ends()
        other_a, other_b, other_weight = bad.ends()
        # A pair in conflict stays what it is, a pair that was compared; that it never joins is a matter of `strong`.
        groups = cluster(
            count,
            np.concatenate([a, other_a]),
            np.concatenate([b, other_b]),
            np.concatenate([weight, other_weight]),
            threshold=weight_of(self._settings.merge),
            penalty=self._settings.penalty,
            apart=apart,
            strong=strong,
        )
        order = np.lexsort((b, a, -weight))
        names = [f"f{n:02}" for n in range(1, len(model.frequencies) + 1)]
        corrections = np.stack([good[name] for name in names], axis=1) if names else np.zeros((len(a), 0))
        kept = {(min(pair), max(pair)) for pair in apart}
        is_apart = np.fromiter(((x, y) in kept for x, y in zip(a.tolist(), b.tolist(), strict=True)), bool, len(a))
        return groups, ScoredPairs(
            a[order],
            b[order],
            weight[order],
            good["levels"][order].astype(np.uint64),
            corrections[order],
            good["conflict"][order].astype(bool),
            (groups[a] == groups[b])[order],
            is_apart[order],
        )

    def _ask(self, sql: Sql) -> list[tuple[Any, ...]]:
        return self._warehouse.query(sql, workspace_id=self._workspace_id, budget=self._budget, stop=self._stop)

    def _columns(self, sql: Sql) -> _Columns:
        table = self._warehouse.arrow(sql, workspace_id=self._workspace_id, budget=self._budget)
        return _Columns({name: table.column(name).to_numpy() for name in table.column_names})

    def _delete(self) -> None:
        for table in ("match_pairs", "match_records"):
            self._warehouse.delete(table, raw("run = ") + bind(self._run, "UInt64"), workspace_id=self._workspace_id)

    def _clean_up(self) -> None:
        try:
            self._delete()
        except TributaryError as error:  # what went wrong before matters more; a day later they go by themselves
            _log.warning("the rows of matching run %d stay for a day: %s", self._run, error.code)

    def _check(self) -> None:
        if self._stop is not None:
            self._stop.check()

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        self._check()
        self._tell(name, 0.0)
        started = time.perf_counter()
        yield
        self._seconds[name] = time.perf_counter() - started
        self._tell(name, 1.0)

    def _part(self, name: str) -> Callable[[float], None]:
        def tell(done: float) -> None:
            self._check()
            self._tell(name, done)

        return tell


class _Columns(dict[str, npt.NDArray[Any]]):
    """Columns of an answer."""

    def ends(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        return self["a"].astype(np.int64), self["b"].astype(np.int64), self["weight"].astype(np.float64)

    def only(self, rows: npt.NDArray[np.bool_]) -> _Columns:
        return _Columns({name: column[rows] for name, column in self.items()})

    @staticmethod
    def joined(parts: list[_Columns]) -> _Columns:
        return _Columns({name: np.concatenate([part[name] for part in parts]) for name in ("a", "b", "weight")})


def _codes(column: Column) -> npt.NDArray[np.int32]:
    """A code per record, -1 where the value is missing."""
    return np.where(column.codes == column.empty, -1, column.codes).astype(np.int32)


def _agreements(settings: MatchSettings, corrections: list[Frequency]) -> dict[int, float]:
    """How often strangers agree, of the comparisons whose strongest level counts by frequency."""
    return {
        comparison: each.agreement
        for (comparison, place, _), each in zip(settings.frequencies, corrections, strict=True)
        if place == 0
    }


def _positions(ids: pa.Array, apart: list[tuple[Any, Any]]) -> list[tuple[int, int]]:
    """Pairs of ids as positions. Ids that are not among the records are left out."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)
    import pyarrow.compute as pc  # noqa: PLC0415

    if not apart:
        return []
    places = [pc.index_in(pa.array([pair[end] for pair in apart], ids.type), ids).to_pylist() for end in (0, 1)]
    return [(x, y) for x, y in zip(*places, strict=True) if x is not None and y is not None]
