"""`PartitionReader`: reads one partition from an offset on, never beyond what is durable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tributary.errors import Unavailable
from tributary.stream.damage import DamageKeeper
from tributary.stream.files import FileSystem
from tributary.stream.port import Record
from tributary.stream.record import decode_record, find_record, needed_bytes
from tributary.stream.segments import Segment, Watermark, WatermarkFile, list_segments, partition_dir

_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Found:
    """An intact record and the bytes [start, end) of the segment that it takes."""

    offset: int
    timestamp_ms: int
    payload: bytes
    start: int
    end: int


class PartitionReader:
    """Reads records in order; `position` is the offset of the next one.

    It follows the writer through new segments, through segments that recovery has rewritten, and past damaged bytes,
    which it hands to the keeper. Segments that retention has deleted are skipped.
    """

    def __init__(self, fs: FileSystem, topic_dir: Path, number: int, position: int) -> None:
        self.number = number
        self.position = position
        self.damage = DamageKeeper(fs, topic_dir, number)
        self._fs = fs
        self._directory = partition_dir(topic_dir, number)
        self._watermark = WatermarkFile(fs, self._directory)
        self._segment: Segment | None = None
        self._next_base: int | None = None  # first offset of the segment after this one; None: this is the newest
        self._fd = -1
        self._place = 0  # byte at which the record of `position` begins, or where to look for it
        self._buffer = b""
        self._buffer_place = 0

    def read(self, *, max_records: int, max_bytes: int) -> list[Record]:
        """The next durable records; at least one if there is one, whatever its size.

        Raises:
            Unavailable: the files cannot be read.
        """
        out: list[Record] = []
        try:
            mark = self._watermark.read()
            while mark is not None and len(out) < max_records and max_bytes > 0:
                stored = self._next(mark)
                if stored is None:
                    break
                out.append(Record(self.number, stored.offset, stored.timestamp_ms, stored.payload))
                max_bytes -= len(stored.payload)
        except OSError as error:
            if out:  # deliver what was read; the next call meets the same error if it lasts
                return out
            raise Unavailable(
                f"Partition {self.number} of the event log cannot be read: {error.strerror or error}.",
                cure="Check the disk and the open-files limit; reading resumes by itself.",
            ) from error
        return out

    def seek(self, position: int) -> None:
        """Continue from `position`."""
        self._leave()
        self.position = position

    def end(self) -> int:
        """The position after the last durable record."""
        mark = self._watermark.read()
        return self.position if mark is None else max(mark.next_offset, self.position)

    def peek_timestamp(self) -> int | None:
        """When the next unread record was appended; None if everything is read. Moves over damage, not over records."""
        mark = self._watermark.read()
        stored = None if mark is None else self._next(mark)
        if stored is None:
            return None
        self.position, self._place = stored.offset, stored.start
        return stored.timestamp_ms

    def close(self) -> None:
        """Close the files."""
        self._leave()
        self._watermark.close()

    # -- finding the next record -------------------------------------------------------------------------------------

    def _next(self, mark: Watermark) -> _Found | None:
        """The next record below the watermark, with the reader moved behind it."""
        while self.position < mark.next_offset:
            limit = self._settle(mark)
            if limit is None:
                return None
            found = self._scan(limit, mark)
            if found is not None:
                self.position, self._place = found.offset + 1, found.end
                return found
            if self._next_base is None:  # what the watermark counts beyond this was lost to damage
                self.position = mark.next_offset
                return None
            self._leave(self._next_base)
        return None

    def _settle(self, mark: Watermark) -> int | None:
        """Be in the segment of `position`; how many of its bytes may be read, or None if it is not there (yet)."""
        if self._segment is not None:
            if self._segment == mark.segment:
                return mark.size
            if self._next_base is not None and self.position < self._next_base:
                return self._fs.size(self._fd)
        return self._enter(mark)

    def _enter(self, mark: Watermark) -> int | None:
        """Open the segment that holds `position`, judged by a fresh list."""
        segments = list_segments(self._fs, self._directory, mark)
        index = max((i for i, s in enumerate(segments) if s.base <= self.position), default=0)
        if not segments:
            return None
        segment = segments[index]
        if segment != mark.segment and segment.base >= mark.segment.base:
            return None
        if segment != self._segment:
            self._leave(max(self.position, segment.base))
            try:
                self._fd = self._fs.open(self._directory / segment.name)
            except FileNotFoundError:  # retention or recovery was quicker; the next list knows
                return None
            self._segment = segment
        if segment == mark.segment:
            self._next_base = None
            return mark.size
        self._next_base = segments[index + 1].base if index + 1 < len(segments) else None
        return None if self._next_base is None else self._fs.size(self._fd)

    def _leave(self, position: int | None = None) -> None:
        if position is not None:
            self.position = position
        if self._fd >= 0:
            self._fs.close(self._fd)
        self._fd, self._segment, self._next_base = -1, None, None
        self._place, self._buffer, self._buffer_place = 0, b"", 0

    # -- bytes -------------------------------------------------------------------------------------------------------

    def _scan(self, limit: int, mark: Watermark) -> _Found | None:
        """The first intact record from `_place` on whose offset is not below `position`."""
        segment = self._segment
        if segment is None:
            return None
        below = mark.next_offset if self._next_base is None else min(self._next_base, mark.next_offset)
        while self._place < limit and self.position < below:
            start = self._load(limit)
            stored = decode_record(self._buffer, start, segment.seed)
            if stored is None or not stored.offset < below:
                if not self._skip_damage(limit, segment, below):
                    return None
                continue
            place = self._place
            self._place += stored.end - start
            if stored.offset >= self.position:
                return _Found(stored.offset, stored.timestamp_ms, stored.payload, place, self._place)
        return None

    def _load(self, limit: int) -> int:
        """Have the record at `_place` in the buffer, as far as its header can be believed; its index there."""
        start = self._place - self._buffer_place
        if start >= 0 and start + needed_bytes(self._buffer, start) <= len(self._buffer):
            return start
        self._fill(min(_CHUNK_BYTES, limit - self._place))
        needed = min(needed_bytes(self._buffer, 0), limit - self._place)
        if needed > len(self._buffer):
            self._fill(needed)
        return 0

    def _fill(self, length: int) -> None:
        self._buffer = self._fs.read(self._fd, length, self._place)
        self._buffer_place = self._place

    def _skip_damage(self, limit: int, segment: Segment, below: int) -> bool:
        """Keep the bytes up to the next intact record, and go there; False if this segment has none any more."""
        self._fill(limit - self._place)
        data, place = self._buffer, self._place
        found = find_record(data, 1, segment.seed, least=segment.base, below=below)
        bad = data if found is None else data[: found[0]]
        self.damage.keep(segment, place, bad)
        self._place = place + len(bad)
        return found is not None
