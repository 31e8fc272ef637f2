"""The embedded engine of the stream port: append-only segment files in a folder, no server.

<folder>/<topic>/p00000/          a partition, held by one producer process at a time (`lock`)
                 p00000/….log     segments
                 groups/          consumer groups and their committed positions
                 damaged/         bytes that failed their checksum
"""

from __future__ import annotations

import threading
from pathlib import Path

from tributary.core.clock import Clock
from tributary.errors import Unavailable
from tributary.settings import StreamSettings
from tributary.stream.consumer import EmbeddedConsumer, lag_of
from tributary.stream.files import FileSystem, OsFileSystem
from tributary.stream.groups import check_name, load_committed
from tributary.stream.port import Lag
from tributary.stream.producer import EmbeddedProducer
from tributary.stream.reader import PartitionReader
from tributary.stream.segments import list_partitions
from tributary.stream.writer import SegmentLimits, claim_partition

# A segment spans at most this part of the retention time, so that data leaves the disk about when it should.
_SEGMENTS_PER_RETENTION = 8


class EmbeddedLog:
    """See `port.EventLog`. Several processes may open the same folder; each producer gets a partition of its own."""

    def __init__(self, directory: Path, settings: StreamSettings, clock: Clock, fs: FileSystem | None = None) -> None:
        self._directory = directory
        self._settings = settings
        self._clock = clock
        self._fs = fs or OsFileSystem()
        self._limits = SegmentLimits(
            bytes=settings.segment_bytes,
            milliseconds=max(1, int(settings.retention_hours * 3_600_000 / _SEGMENTS_PER_RETENTION)),
        )
        self._mutex = threading.Lock()
        self._open: set[EmbeddedProducer | EmbeddedConsumer] = set()

    def producer(self, topic: str, *, max_waiting: int = 2_000) -> EmbeddedProducer:
        writer = claim_partition(self._fs, self._topic_dir(topic), self._limits)
        producer = EmbeddedProducer(
            writer,
            self._clock,
            max_waiting=max_waiting,
            max_waiting_bytes=self._settings.max_waiting_bytes,
            on_close=self._forget,
        )
        self._remember(producer)
        return producer

    def consumer(self, topic: str, group: str) -> EmbeddedConsumer:
        consumer = EmbeddedConsumer(
            self._fs,
            self._topic_dir(topic),
            check_name(group),
            self._settings,
            self._limits,
            self._clock,
            on_close=self._forget,
        )
        self._remember(consumer)
        return consumer

    def lag(self, topic: str, group: str) -> Lag:
        topic_dir = self._topic_dir(topic)
        try:
            committed = load_committed(self._fs, topic_dir, check_name(group)) or {}
            numbers = list_partitions(self._fs, topic_dir)
        except OSError as error:
            raise Unavailable(f"The event log cannot be read: {error.strerror or error}.") from error
        readers = [PartitionReader(self._fs, topic_dir, number, committed.get(number, 0)) for number in numbers]
        try:
            return lag_of(readers)
        finally:
            for reader in readers:
                reader.close()

    def close(self) -> None:
        with self._mutex:
            opened = list(self._open)
        for one in opened:
            one.close()

    def _topic_dir(self, topic: str) -> Path:
        return self._directory / check_name(topic)

    def _remember(self, one: EmbeddedProducer | EmbeddedConsumer) -> None:
        with self._mutex:
            self._open.add(one)

    def _forget(self, one: EmbeddedProducer | EmbeddedConsumer) -> None:
        with self._mutex:
            self._open.discard(one)
