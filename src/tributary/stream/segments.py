"""Segment files of a partition and the watermark up to which they are durable.

A partition is a directory. Its segments are named `<first offset>-<seed>.log`; the seed takes part in every checksum
(see `record`), and keeping both in the name means that there is no file header that could be damaged. `durable` is the
watermark. It is rewritten in place after every successful sync of the segment and is not synced itself, so what a
power cut leaves of it is never ahead of the data; readers stop there.
"""

from __future__ import annotations

import re
import secrets
import struct
from dataclasses import dataclass
from pathlib import Path

from xxhash import xxh3_64_intdigest

from tributary.stream.files import FileSystem
from tributary.stream.record import HEADER_BYTES, decode_timestamp

LOCK_NAME = "lock"
WATERMARK_NAME = "durable"

_SEGMENT_NAME = re.compile(r"^(\d{20})-([0-9a-f]{16})\.log$")
_PARTITION_NAME = re.compile(r"^p(\d{5})$")
_WATERMARK = struct.Struct(">8sQQQQ")
_DIGEST = struct.Struct(">Q")
_WATERMARK_MAGIC = b"TRBWATR1"
_WATERMARK_BYTES = _WATERMARK.size + _DIGEST.size


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A segment file: the first offset that may be in it, and its checksum seed."""

    base: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.base:020d}-{self.seed:016x}.log"


def new_segment(base: int) -> Segment:
    """A segment with a fresh secret seed."""
    return Segment(base, secrets.randbits(64))


@dataclass(frozen=True, slots=True)
class Watermark:
    """Everything before byte `size` of `segment`, and so every offset below `next_offset`, is durable."""

    segment: Segment
    size: int
    next_offset: int


def partition_dir(topic_dir: Path, number: int) -> Path:
    """Directory of a partition."""
    return topic_dir / f"p{number:05d}"


def list_partitions(fs: FileSystem, topic_dir: Path) -> list[int]:
    """Numbers of the partitions that exist, ascending."""
    return sorted(int(m[1]) for name in fs.names(topic_dir) if (m := _PARTITION_NAME.match(name)))


def list_segments(fs: FileSystem, directory: Path, watermark: Watermark | None) -> list[Segment]:
    """The segments in order of their first offset, one for each.

    Recovery may be cut short when it has replaced a segment by a rewritten one of the same first offset and not yet
    removed the old. Both are complete then; the one that the watermark names is taken.
    """
    found: dict[int, Segment] = {}
    for segment in sorted(every_segment(fs, directory)):
        if segment.base not in found or (watermark is not None and segment == watermark.segment):
            found[segment.base] = segment
    return [found[base] for base in sorted(found)]


def every_segment(fs: FileSystem, directory: Path) -> list[Segment]:
    """Every segment file, in no order, with leftovers."""
    matches = (_SEGMENT_NAME.match(name) for name in fs.names(directory))
    return [Segment(int(m[1]), int(m[2], 16)) for m in matches if m]


def first_timestamp(fs: FileSystem, directory: Path, segment: Segment) -> int | None:
    """When the segment's first record was appended, Unix milliseconds; None if it has none or that is damaged."""
    fd = fs.open(directory / segment.name)
    try:
        return decode_timestamp(fs.read(fd, HEADER_BYTES, 0))
    finally:
        fs.close(fd)


class WatermarkFile:
    """The watermark of one partition. Its one writer is the lock holder; any process may read.

    It is read and written with plain positioned calls rather than through a memory map: a map of a file on a full
    copy-on-write disk ends the process with SIGBUS, a failed write is an error that can be answered with 503.
    """

    def __init__(self, fs: FileSystem, directory: Path) -> None:
        self._fs = fs
        self._path = directory / WATERMARK_NAME
        self._fd: int | None = None

    def _open(self) -> int:
        if self._fd is None:
            self._fd = self._fs.open(self._path)
        return self._fd

    def ensure(self) -> None:
        """Create the file if there is none."""
        try:
            self._open()
        except FileNotFoundError:
            self._fd = self._fs.create(self._path)

    def read(self) -> Watermark | None:
        """The watermark; None if there is none or it cannot be trusted.

        A read that overlaps a write is told by the checksum, and repeated.
        """
        try:
            fd = self._open()
        except FileNotFoundError:
            return None
        for _ in range(3):
            data = self._fs.read(fd, _WATERMARK_BYTES, 0)
            if len(data) == _WATERMARK_BYTES:
                body = data[: _WATERMARK.size]
                if _DIGEST.unpack_from(data, _WATERMARK.size)[0] == xxh3_64_intdigest(body):
                    magic, base, seed, size, next_offset = _WATERMARK.unpack(body)
                    return Watermark(Segment(base, seed), size, next_offset) if magic == _WATERMARK_MAGIC else None
        return None

    def write(self, mark: Watermark) -> None:
        """Move the watermark; only ever to what has been synced."""
        body = _WATERMARK.pack(_WATERMARK_MAGIC, mark.segment.base, mark.segment.seed, mark.size, mark.next_offset)
        self._fs.write(self._open(), body + _DIGEST.pack(xxh3_64_intdigest(body)), 0)

    def sync(self) -> None:
        """Make the present watermark durable. Once per segment: it bounds what recovery has to read again."""
        self._fs.sync(self._open())

    def close(self) -> None:
        """Close the file."""
        if self._fd is not None:
            self._fs.close(self._fd)
            self._fd = None
