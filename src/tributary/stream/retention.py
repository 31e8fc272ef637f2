"""Deletes old segments, but only what every registered group has committed: nothing that was accepted is lost."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from tributary.stream.files import FileSystem
from tributary.stream.groups import list_groups, load_committed
from tributary.stream.segments import (
    Segment,
    WatermarkFile,
    first_timestamp,
    list_partitions,
    list_segments,
    partition_dir,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Closed:
    """A segment that is followed by another. `until_ms` is when that one's first record came."""

    path: Path
    size: int
    until_ms: int
    is_read: bool


def enforce_retention(fs: FileSystem, topic_dir: Path, *, now_ms: int, max_age_ms: int, max_bytes: int) -> int:
    """Delete read segments that are older than `max_age_ms`, then, oldest first, what exceeds `max_bytes` together.

    The newest segment of a partition always stays. With no group registered nothing is deleted, because a reader that
    has yet to start has read nothing. Returns how many segments went.
    """
    committed = [load_committed(fs, topic_dir, group) or {} for group in list_groups(fs, topic_dir)]
    if not committed:
        return 0
    total = 0
    closed: list[_Closed] = []
    for number in list_partitions(fs, topic_dir):
        directory = partition_dir(topic_dir, number)
        segments = _segments(fs, directory)
        read_until = min(positions.get(number, 0) for positions in committed)
        for index, segment in enumerate(segments):
            size = _size(fs, directory / segment.name)
            total += size
            if index + 1 < len(segments):
                following = segments[index + 1]
                until_ms = first_timestamp(fs, directory, following)
                closed.append(
                    _Closed(
                        path=directory / segment.name,
                        size=size,
                        until_ms=now_ms if until_ms is None else until_ms,
                        is_read=following.base <= read_until,
                    )
                )
    deleted = 0
    for one in sorted(closed, key=lambda c: c.until_ms):
        if one.is_read and (now_ms - one.until_ms >= max_age_ms or total > max_bytes):
            fs.remove(one.path)
            total -= one.size
            deleted += 1
    if deleted:
        logger.info("event log: %d segments that every reader has dealt with were deleted", deleted)
    return deleted


def _segments(fs: FileSystem, directory: Path) -> list[Segment]:
    watermark = WatermarkFile(fs, directory)
    try:
        return list_segments(fs, directory, watermark.read())
    finally:
        watermark.close()


def _size(fs: FileSystem, path: Path) -> int:
    fd = fs.open(path)
    try:
        return fs.size(fd)
    finally:
        fs.close(fd)
