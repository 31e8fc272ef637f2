"""`EmbeddedConsumer`: reads every partition of a topic for one group."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tributary.core.clock import Clock
from tributary.errors import Conflict, InvalidRequest, Unavailable
from tributary.settings import StreamSettings
from tributary.stream.files import FileSystem
from tributary.stream.groups import groups_dir, load_committed, save_committed
from tributary.stream.port import Damage, Lag, Record
from tributary.stream.reader import PartitionReader
from tributary.stream.retention import enforce_retention
from tributary.stream.segments import list_partitions
from tributary.stream.writer import SegmentLimits, lock_partition, needs_recovery

logger = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 0.001
_LONGEST_PAUSE_SECONDS = 0.02  # what an idle reader adds to the time until an event is seen
_ORPHAN_CHECK_SECONDS = 1.0
_RETENTION_CHECK_MS = 60_000


class EmbeddedConsumer:
    """See `port.Consumer`. Besides reading it recovers partitions whose producer died, and deletes old segments."""

    def __init__(
        self,
        fs: FileSystem,
        topic_dir: Path,
        group: str,
        settings: StreamSettings,
        limits: SegmentLimits,
        clock: Clock,
        *,
        on_close: Callable[[EmbeddedConsumer], None],
    ) -> None:
        self._fs = fs
        self._topic_dir = topic_dir
        self._group = group
        self._settings = settings
        self._limits = limits
        self._clock = clock
        self._on_close = on_close
        self._readers: dict[int, PartitionReader] = {}
        self._first = 0  # where the next poll starts among the partitions, so that none starves
        self._closed = threading.Event()
        self._orphans_checked = -_ORPHAN_CHECK_SECONDS
        self._retention_ms = clock.now_ms()
        try:
            self._lock = self._register()
        except OSError as error:
            raise Unavailable(f"The event log cannot be opened: {error.strerror or error}.") from error
        self._committed = load_committed(fs, topic_dir, group) or {}
        self._refresh()

    def poll(self, *, max_records: int, max_bytes: int, timeout: float) -> list[Record]:
        deadline = time.monotonic() + timeout
        pause = _FIRST_PAUSE_SECONDS
        while True:
            if self._closed.is_set():
                raise Unavailable(f"The consumer of group {self._group} is closed.")
            self._refresh()
            records = self._gather(max_records, max_bytes)
            self._keep_house(is_idle=not records)
            remaining = deadline - time.monotonic()
            if records or remaining <= 0:
                return records
            self._closed.wait(min(pause, remaining))
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def positions(self) -> dict[int, int]:
        return {number: reader.position for number, reader in sorted(self._readers.items())}

    def seek(self, positions: Mapping[int, int]) -> None:
        self._refresh()
        for number, position in positions.items():
            self._reader(number).seek(position)

    def commit(self, positions: Mapping[int, int]) -> None:
        for number, position in positions.items():
            reached = self._reader(number).position
            if position > reached:
                raise InvalidRequest(
                    f"Position {position} of partition {number} was not polled yet; reading is at {reached}.",
                    cure="Commit the offset after the last record that was dealt with.",
                )
        merged = {**self._committed, **positions}
        if merged == self._committed:
            return
        try:
            save_committed(self._fs, self._topic_dir, self._group, merged)
        except OSError as error:
            raise Unavailable(
                f"Positions cannot be committed: {error.strerror or error}.",
                cure="Free disk space or check the disk; the same records will come again.",
            ) from error
        self._committed = merged

    def committed(self) -> dict[int, int]:
        return dict(self._committed)

    def lag(self) -> Lag:
        self._refresh()
        return lag_of(self._readers.values())

    def damage(self) -> Damage:
        keepers = [reader.damage for reader in self._readers.values()]
        return Damage(regions=sum(k.regions for k in keepers), bytes=sum(k.bytes for k in keepers))

    def close(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        for reader in self._readers.values():
            reader.close()
        self._fs.close(self._lock)
        self._on_close(self)

    # -- parts -------------------------------------------------------------------------------------------------------

    def _register(self) -> int:
        directory = groups_dir(self._topic_dir)
        self._fs.make_dir(directory)
        lock = self._fs.lock(directory / f"{self._group}.lock")
        if lock is None:
            raise Conflict(
                f"Group {self._group} is being read by another process.",
                cure="Stop that one, or read as another group.",
            )
        try:
            if load_committed(self._fs, self._topic_dir, self._group) is None:
                save_committed(self._fs, self._topic_dir, self._group, {})
        except BaseException:
            self._fs.close(lock)
            raise
        return lock

    def _refresh(self) -> None:
        """Know the partitions that have appeared."""
        for number in list_partitions(self._fs, self._topic_dir):
            if number not in self._readers:
                position = self._committed.get(number, 0)
                self._readers[number] = PartitionReader(self._fs, self._topic_dir, number, position)

    def _reader(self, number: int) -> PartitionReader:
        try:
            return self._readers[number]
        except KeyError:
            raise InvalidRequest(
                f"There is no partition {number}.", cure="Use numbers that positions() names."
            ) from None

    def _gather(self, max_records: int, max_bytes: int) -> list[Record]:
        readers = [self._readers[number] for number in sorted(self._readers)]
        out: list[Record] = []
        self._first += 1
        for index in range(len(readers)):
            if len(out) >= max_records or max_bytes <= 0:
                break
            reader = readers[(self._first + index) % len(readers)]
            records = reader.read(max_records=max_records - len(out), max_bytes=max_bytes)
            max_bytes -= sum(len(record.payload) for record in records)
            out.extend(records)
        return out

    def _keep_house(self, *, is_idle: bool) -> None:
        """Now and then take in what dead producers left, and delete what is old. Trouble here never stops reading."""
        now = time.monotonic()
        if is_idle and now - self._orphans_checked >= _ORPHAN_CHECK_SECONDS:
            self._orphans_checked = now
            for number in self._readers:
                self._recover_orphan(number)
        now_ms = self._clock.now_ms()
        if now_ms - self._retention_ms >= _RETENTION_CHECK_MS:
            self._retention_ms = now_ms
            try:
                enforce_retention(
                    self._fs,
                    self._topic_dir,
                    now_ms=now_ms,
                    max_age_ms=int(self._settings.retention_hours * 3_600_000),
                    max_bytes=self._settings.retention_bytes,
                )
            except OSError as error:
                logger.warning("old segments could not be deleted: %s", error.strerror or error)

    def _recover_orphan(self, number: int) -> None:
        try:
            if not needs_recovery(self._fs, self._topic_dir, number):
                return
            writer = lock_partition(self._fs, self._topic_dir, number, self._limits)
            if writer is None:  # its producer lives, and the bytes are on their way
                return
            try:
                writer.recover()
            finally:
                writer.close()
        except (OSError, Unavailable) as error:
            logger.warning("partition %d could not be recovered yet: %s", number, error)


def lag_of(readers: Iterable[PartitionReader]) -> Lag:
    """What the readers have still to read. Moves them over damage, not over records."""
    records = 0
    oldest: int | None = None
    try:
        for reader in readers:
            timestamp = reader.peek_timestamp()
            if timestamp is None:
                continue
            records += reader.end() - reader.position
            oldest = timestamp if oldest is None else min(oldest, timestamp)
    except OSError as error:
        raise Unavailable(f"The event log cannot be read: {error.strerror or error}.") from error
    return Lag(records=records, oldest_ms=oldest)
