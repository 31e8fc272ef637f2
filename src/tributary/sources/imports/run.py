"""Run an import: map every row, put the events into the log, account for each row.

The events take the same way as all others from there: the pipeline standardises, deduplicates and stores them. They
are marked as backfill, so that they trigger nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

import msgspec

from tributary.core.clock import Clock
from tributary.core.envelope import Envelope, encode_envelope
from tributary.sources.imports.cells import iso
from tributary.sources.imports.fold import BlockReader, Mapped, Rejected
from tributary.sources.imports.mapping import Mapping, Track, check_columns, columns_of
from tributary.sources.imports.rows import RowFile
from tributary.stream.port import Position

_MAX_EVENTS = 500  # in one log record
_MAX_BYTES = 512 * 1024  # of events in one log record: what the collector, too, takes as one request
_PROGRESS_EVERY = 5_000  # rows
_ROW = "row"  # the block that a row belongs to when it could not even be split into cells

IDENTIFY = "$identify"
_WAS_IMPORTED, _WAS_REJECTED = 1, 2

OnProgress = Callable[[int, int | None], None]


class Appends(Protocol):
    """The part of `stream.Producer` that an import needs."""

    def append_sync(self, payload: bytes) -> Position:
        """Append one record and return its position once it is durable."""
        ...


@dataclass(slots=True)
class Loss:
    """What one block did not import. `event` is the block's event name, "" for rows that no block could even see.

    `reasons` counts the events that were lost, by column and kind of mistake.
    """

    block: str
    event: str
    events: int = 0
    rows: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class ImportSummary:
    """What became of the rows.

    Every row is one of: imported; imported in part, because one block made an event of it and another one rejected
    it; rejected, so that nothing came of it; unused, because it fulfilled no block's `when`. `rows` counts all of them,
    the other three by name. `events` is by event name, `$identify` for identify events; `losses` is by block.
    """

    rows: int = 0
    rows_partial: int = 0
    rows_rejected: int = 0
    rows_unused: int = 0
    records: int = 0
    events: dict[str, int] = field(default_factory=dict)
    losses: dict[str, Loss] = field(default_factory=dict)

    @property
    def total_events(self) -> int:
        return sum(self.events.values())

    def as_dict(self) -> dict[str, Any]:
        """For JSON output and the import's record."""
        return {
            "rows": self.rows,
            "rows_partial": self.rows_partial,
            "rows_rejected": self.rows_rejected,
            "rows_unused": self.rows_unused,
            "events": dict(sorted(self.events.items())),
            "records": self.records,
            "lost": [
                {
                    "block": loss.block,
                    "event": loss.event,
                    "events": loss.events,
                    "rows": loss.rows,
                    "reasons": dict(sorted(loss.reasons.items(), key=lambda item: -item[1])),
                }
                for _, loss in sorted(self.losses.items())
            ],
        }


def map_file(
    mapping: Mapping, rows: RowFile, summary: ImportSummary, *, on_progress: OnProgress | None = None
) -> Iterator[Mapped | Rejected]:
    """Every event of the file and every rejection, in the order in which they are complete; `summary` is kept.

    `on_progress(done, total)` counts rows over both passes; total is None during the first.

    Raises:
        InvalidRequest: the mapping names a column that the file lacks, or the file cannot be read.
    """
    check_columns(mapping, rows.columns)
    used = {column for place, block in mapping.blocks() for column in columns_of(block, place)}
    columns = [name for name in rows.columns if name in used]
    readers = [BlockReader(mapping, place, block, columns) for place, block in mapping.blocks()]
    grouped = [reader for reader in readers if reader.is_grouped]
    report = on_progress or _no_progress
    total = None
    if grouped:
        total = 2 * _count(rows, columns, grouped, report)
    done = total // 2 if total else 0
    names = {place: block.event if isinstance(block, Track) else IDENTIFY for place, block in mapping.blocks()}
    fates = _Fates()
    for row in rows.rows(columns):
        summary.rows += 1
        is_used = False
        for reader in readers:
            if not reader.accepts(row.cells):
                continue
            is_used = True
            outcome = reader.take(row)
            if outcome is not None:
                fates.note(outcome)
                _tally(summary, outcome, names)
                yield outcome
        summary.rows_unused += not is_used
        if summary.rows % _PROGRESS_EVERY == 0:
            report(done + summary.rows, total)
    for number, reason in rows.bad_rows:
        summary.rows += 1
        outcome = Rejected(_ROW, number, "", reason, {}, (number,))
        fates.note(outcome)
        _tally(summary, outcome, names)
        yield outcome
    summary.rows_partial, summary.rows_rejected = fates.partial, fates.rejected
    report(done + summary.rows, done + summary.rows)


def write_events(
    outcomes: Iterator[Mapped | Rejected],
    producer: Appends,
    *,
    workspace_id: int,
    source_id: str,
    clock: Clock,
    rejects: Path,
    summary: ImportSummary,
) -> dict[int, int]:
    """Append the events to the log, the rejections to the file `rejects` (NDJSON; no file when there are none).

    Returns, per log partition, the offset after the last record. Everything before it is durable.

    Raises:
        Unavailable, TooManyRequests: the log does not take more. Run the import again: what is in the log already is
            dropped as duplicate.
    """
    positions: dict[int, int] = {}
    batch = _Batch(producer, workspace_id, source_id, clock, positions)
    with _RejectsFile(rejects) as file:
        for outcome in outcomes:
            if isinstance(outcome, Rejected):
                file.write(outcome)
            else:
                batch.add(msgspec.json.encode(outcome.event))
        batch.flush()
    summary.records = batch.records
    return positions


class _Batch:
    """Events on their way into one log record."""

    def __init__(
        self, producer: Appends, workspace_id: int, source_id: str, clock: Clock, positions: dict[int, int]
    ) -> None:
        self._producer = producer
        self._workspace_id = workspace_id
        self._source_id = source_id
        self._clock = clock
        self._positions = positions
        self._events: list[bytes] = []
        self._bytes = 0
        self.records = 0

    def add(self, event: bytes) -> None:
        if self._events and (len(self._events) >= _MAX_EVENTS or self._bytes + len(event) > _MAX_BYTES):
            self.flush()
        self._events.append(event)
        self._bytes += len(event)

    def flush(self) -> None:
        if not self._events:
            return
        now = self._clock.now()
        envelope = Envelope(
            workspace_id=self._workspace_id,
            source_id=self._source_id,
            received_at_ms=self._clock.now_ms(),
            events=self._events,
            # No clock of a client stands behind a file: sent when received, so no skew is "corrected".
            sent_at=iso(now),
            is_backfill=True,
        )
        position = self._producer.append_sync(encode_envelope(envelope))
        before = self._positions.get(position.partition, 0)
        self._positions[position.partition] = max(before, position.next_offset)
        self.records += 1
        self._events, self._bytes = [], 0


class _RejectsFile:
    """Created with the first rejection; readable by its owner only, for it holds customers' data."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        return self

    def write(self, rejected: Rejected) -> None:
        if self._file is None:
            self._path.touch(mode=0o600)
            self._file = self._path.open("wb")
        self._file.write(msgspec.json.encode(rejected) + b"\n")

    def __exit__(self, *_exc: object) -> None:
        if self._file is not None:
            self._file.close()


def _count(rows: RowFile, columns: list[str], readers: list[BlockReader], report: OnProgress) -> int:
    seen = 0
    for row in rows.rows(columns):
        seen += 1
        for reader in readers:
            if reader.accepts(row.cells):
                reader.count(row.cells)
        if seen % _PROGRESS_EVERY == 0:
            report(seen, None)
    return seen + len(rows.bad_rows)


class _Fates:
    """What became of each row in all blocks together: a byte for each row of the file."""

    def __init__(self) -> None:
        self._fates = bytearray()

    def note(self, outcome: Mapped | Rejected) -> None:
        mark = _WAS_REJECTED if isinstance(outcome, Rejected) else _WAS_IMPORTED
        missing = max(outcome.rows) + 1 - len(self._fates)
        if missing > 0:
            self._fates.extend(bytes(missing))
        for row in outcome.rows:
            self._fates[row] |= mark

    @property
    def rejected(self) -> int:
        return self._fates.count(_WAS_REJECTED)

    @property
    def partial(self) -> int:
        return self._fates.count(_WAS_IMPORTED | _WAS_REJECTED)


def _tally(summary: ImportSummary, outcome: Mapped | Rejected, names: dict[str, str]) -> None:
    if isinstance(outcome, Rejected):
        loss = summary.losses.get(outcome.block)
        if loss is None:
            loss = summary.losses[outcome.block] = Loss(outcome.block, names.get(outcome.block, ""))
        reason = f"{outcome.column}: {_kind(outcome.reason)}" if outcome.column else _kind(outcome.reason)
        loss.reasons[reason] = loss.reasons.get(reason, 0) + 1
        loss.events += 1
        loss.rows += len(outcome.rows)
    else:
        name = outcome.event.get("event", IDENTIFY)
        summary.events[name] = summary.events.get(name, 0) + 1


def _kind(reason: str) -> str:
    """The reason without the value that it quotes, so that equal mistakes are counted together."""
    return reason[reason.rindex("' ") + 2 :] if "' " in reason else reason


def _no_progress(_done: int, _total: int | None) -> None:
    """Nobody watches."""
