"""`PartitionWriter`: the one writer of a partition, without threads. Also its recovery.

What it promises: when `append` returns, the records survive a power cut, and the watermark says so. When it raises,
nothing of the group is visible to readers. A full disk is a passing failure: the group is cut off again and the next
one may succeed. Any other write error, and every sync error, is final for this writer, because after a failed sync the
kernel may drop the pages and report success the next time: a file that failed to sync is never synced again. `recover`
then continues in a new file, into which it copies what lies beyond the watermark.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tributary.errors import Unavailable
from tributary.stream.damage import DamageKeeper
from tributary.stream.files import PASSING_ERRORS, FileSystem
from tributary.stream.groups import committed_position
from tributary.stream.record import HEADER_BYTES, decode_record, encode_records, find_record
from tributary.stream.segments import (
    LOCK_NAME,
    Segment,
    Watermark,
    WatermarkFile,
    every_segment,
    list_segments,
    new_segment,
    partition_dir,
)

logger = logging.getLogger(__name__)

_MAX_PARTITIONS = 4096
_TEMPORARY = ".tmp"
_ALL_OFFSETS = 2**63
_DISK_CURE = "Free disk space; consuming lets old segments be deleted. Appending resumes by itself."
_BROKEN_CURE = "Check the disk and the system log. The log is opened again, in a new file, once it can be written."


@dataclass(frozen=True, slots=True)
class SegmentLimits:
    """When a segment is closed: at this size, or this long after its first record, so that old data can be deleted."""

    bytes: int
    milliseconds: int


class PartitionWriter:
    """Appends groups of records to the partition whose lock it holds. Not thread-safe."""

    def __init__(self, fs: FileSystem, topic_dir: Path, number: int, lock: int, limits: SegmentLimits) -> None:
        self.number = number
        self.failed: str | None = None
        self._fs = fs
        self._topic_dir = topic_dir
        self._directory = partition_dir(topic_dir, number)
        self._lock: int | None = lock
        self._limits = limits
        self._first_ms: int | None = None  # when the first record went into this segment, as far as it is known
        self._watermark = WatermarkFile(fs, self._directory)
        self._segment = Segment(0, 0)
        self._fd: int | None = None
        self._size = 0
        self.next_offset = 0

    def append(self, payloads: Sequence[bytes], timestamp_ms: int) -> int:
        """Append the records durably, as one write and one sync; the offset of the first.

        Raises:
            Unavailable: nothing was appended. `failed` says whether that is final.
        """
        if self.failed is not None or self._fd is None:
            raise Unavailable(f"The event log is out of order: {self.failed or 'closed'}.", cure=_BROKEN_CURE)
        if self._is_full(timestamp_ms):
            self._start_next_segment()
        first = self.next_offset
        data = encode_records(payloads, first, timestamp_ms, self._segment.seed)
        try:
            self._fs.write(self._fd, data, self._size)
        except OSError as error:
            self._undo(error)
        try:
            self._fs.sync(self._fd)
        except OSError as error:
            raise self._fail("cannot be made durable", error) from error
        mark = Watermark(self._segment, self._size + len(data), first + len(payloads))
        try:
            self._watermark.write(mark)
        except OSError as error:
            self._undo(error)
        self._size = mark.size
        self.next_offset = mark.next_offset
        if self._first_ms is None:
            self._first_ms = timestamp_ms
        return first

    def recover(self) -> None:
        """Bring the partition into a state that can be appended to, after any kind of end.

        Raises:
            Unavailable: not possible now, for example because the disk is full. Nothing is lost by trying again.
        """
        try:
            self._fs.make_dir(self._directory)
            self._recover()
        except OSError as error:
            raise Unavailable(f"The event log cannot be opened: {error.strerror or error}.", cure=_DISK_CURE) from error

    def close(self) -> None:
        """Let go of the files and the lock. Everything that was appended is durable already."""
        if self._fd is not None:
            self._fs.close(self._fd)
            self._fd = None
        self._watermark.close()
        if self._lock is not None:
            self._fs.close(self._lock)
            self._lock = None

    # -- appending ---------------------------------------------------------------------------------------------------

    def _undo(self, error: OSError) -> NoReturn:
        """Cut off what a failed write has left, and raise."""
        if error.errno not in PASSING_ERRORS or self._fd is None:
            raise self._fail("cannot be written", error) from error
        try:
            self._fs.truncate(self._fd, self._size)
        except OSError as second:
            raise self._fail("cannot be cut back", second) from second
        raise Unavailable(f"The event log cannot grow: {error.strerror or error}.", cure=_DISK_CURE) from error

    def _fail(self, what: str, error: OSError) -> Unavailable:
        self.failed = f"partition {self.number} {what}: {error.strerror or error}"
        logger.critical("event log failed: %s", self.failed)
        return Unavailable(f"The event log is out of order: {self.failed}.", cure=_BROKEN_CURE)

    def _start_next_segment(self) -> None:
        segment = new_segment(self.next_offset)
        try:
            fd = self._fs.create(self._directory / segment.name)
        except OSError as error:
            if error.errno not in PASSING_ERRORS:
                raise self._fail("cannot start a segment", error) from error
            raise Unavailable(f"The event log cannot grow: {error.strerror or error}.", cure=_DISK_CURE) from error
        try:
            self._fs.sync_dir(self._directory)
            self._watermark.write(Watermark(segment, 0, self.next_offset))
            self._watermark.sync()
        except OSError as error:
            self._fs.close(fd)
            raise self._fail("cannot start a segment", error) from error
        if self._fd is not None:
            self._fs.close(self._fd)
        self._segment, self._fd, self._size, self._first_ms = segment, fd, 0, None

    def _is_full(self, now_ms: int) -> bool:
        if self._size >= self._limits.bytes:
            return True
        return self._first_ms is not None and now_ms - self._first_ms >= self._limits.milliseconds

    # -- recovery ----------------------------------------------------------------------------------------------------

    def _recover(self) -> None:
        fs, directory = self._fs, self._directory
        for name in fs.names(directory):
            if name.endswith(_TEMPORARY):
                fs.remove(directory / name)
        self._watermark.ensure()
        mark = self._watermark.read()
        segments = list_segments(fs, directory, mark)
        for leftover in set(every_segment(fs, directory)).difference(segments):
            fs.remove(directory / leftover.name)
        # An offset must never be used twice. Should damage hide the last records, what readers committed still tells.
        least = committed_position(fs, self._topic_dir, self.number)
        if mark is not None:
            least = max(least, mark.next_offset)
        if not segments:
            self._adopt(self._write_segment(Segment(least, new_segment(0).seed), b""), 0, least)
            return
        last = segments[-1]
        fd = fs.open(directory / last.name)
        try:
            size = fs.size(fd)
            if mark is not None and mark.segment == last and mark.size == size:
                self.next_offset = least
                self._segment, self._fd, self._size = last, fd, size
                fd = -1
                self._publish()
                return
            self._rewrite_tail(fd, last, size, mark, least)
        finally:
            if fd >= 0:
                fs.close(fd)

    def _rewrite_tail(self, fd: int, last: Segment, size: int, mark: Watermark | None, least: int) -> None:
        """Copy the intact records beyond the watermark into a new segment and drop them from the old one."""
        trusted = mark.size if mark is not None and mark.segment == last else 0
        if trusted > size:
            logger.error(
                "segment %s is %d bytes shorter than it was synced: the disk lost them", last.name, trusted - size
            )
            trusted = 0
        tail = self._fs.read(fd, size - trusted, trusted)
        segment = new_segment(mark.next_offset if trusted and mark is not None else last.base)
        copied, after = self._copy_intact(tail, trusted, last, segment)
        next_offset = max(after, least)
        new_fd = self._write_segment(segment, copied)
        try:
            if trusted:
                self._fs.truncate(fd, trusted)
            else:
                self._fs.remove(self._directory / last.name)
                self._fs.sync_dir(self._directory)
        except OSError:  # only space is lost: a reader does not look beyond the next segment's first offset
            logger.warning("the rewritten tail of segment %s could not be removed", last.name)
        self._segment = segment
        self._adopt(new_fd, len(copied), next_offset)

    def _copy_intact(self, tail: bytes, trusted: int, last: Segment, target: Segment) -> tuple[bytes, int]:
        """The tail's intact records, encoded for `target`, and the offset after them. What tears them apart is kept."""
        copied: list[bytes] = []
        keeper = DamageKeeper(self._fs, self._topic_dir, self.number)
        position, expected = 0, target.base
        while position < len(tail):
            stored = decode_record(tail, position, last.seed)
            if stored is None or stored.offset < expected:
                found = find_record(tail, position + 1, last.seed, least=expected, below=_ALL_OFFSETS)
                if found is None:  # the torn end of the last, unanswered write
                    break
                keeper.keep(last, trusted + position, tail[position : found[0]])
                stored = found[1]
            copied.append(encode_records([stored.payload], stored.offset, stored.timestamp_ms, target.seed))
            position, expected = stored.end, stored.offset + 1
        return b"".join(copied), expected

    def _write_segment(self, segment: Segment, data: bytes) -> int:
        """A new, complete and durable segment file. It gets its name last, so that a half-written one never counts."""
        path = self._directory / segment.name
        temporary = path.with_name(path.name + _TEMPORARY)
        fd = self._fs.create(temporary)
        try:
            self._fs.write(fd, data, 0)
            self._fs.sync(fd)
            self._fs.replace(temporary, path)
            self._fs.sync_dir(self._directory)
        except OSError:
            self._fs.close(fd)
            raise
        self._segment = segment
        return fd

    def _adopt(self, fd: int, size: int, next_offset: int) -> None:
        self._fd, self._size, self.next_offset = fd, size, next_offset
        self._publish()

    def _publish(self) -> None:
        self._watermark.write(Watermark(self._segment, self._size, self.next_offset))
        self._watermark.sync()
        self._fs.sync_dir(self._directory)


def claim_partition(fs: FileSystem, topic_dir: Path, limits: SegmentLimits) -> PartitionWriter:
    """The writer of the first partition that no living producer holds, recovered and ready.

    Raises:
        Unavailable: the directory cannot be used now.
    """
    try:
        for number in range(_MAX_PARTITIONS):
            if (writer := lock_partition(fs, topic_dir, number, limits)) is not None:
                break
        else:
            raise Unavailable(f"All {_MAX_PARTITIONS} partitions have a producer.", cure="Start fewer collectors.")
    except OSError as error:
        raise Unavailable(f"The event log cannot be opened: {error.strerror or error}.", cure=_DISK_CURE) from error
    try:
        writer.recover()
    except BaseException:
        writer.close()
        raise
    return writer


def lock_partition(fs: FileSystem, topic_dir: Path, number: int, limits: SegmentLimits) -> PartitionWriter | None:
    """The writer of one partition, not yet recovered; None if somebody else holds it."""
    directory = partition_dir(topic_dir, number)
    fs.make_dir(directory)
    lock = fs.lock(directory / LOCK_NAME)
    return None if lock is None else PartitionWriter(fs, topic_dir, number, lock, limits)


def needs_recovery(fs: FileSystem, topic_dir: Path, number: int) -> bool:
    """Whether bytes lie beyond the watermark: left by a crash, or being written by a living producer right now."""
    directory = partition_dir(topic_dir, number)
    watermark = WatermarkFile(fs, directory)
    try:
        mark = watermark.read()
    finally:
        watermark.close()
    segments = list_segments(fs, directory, mark)
    if not segments:
        return False
    if mark is None or mark.segment != segments[-1]:
        return True
    fd = fs.open(directory / segments[-1].name)
    try:
        return fs.size(fd) >= mark.size + HEADER_BYTES or fs.size(fd) < mark.size
    finally:
        fs.close(fd)
