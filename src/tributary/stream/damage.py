"""Keeps damaged bytes of the log for inspection, instead of dropping them."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from tributary.stream.files import FileSystem
from tributary.stream.segments import Segment

logger = logging.getLogger(__name__)

DAMAGE_DIR = "damaged"


class DamageKeeper:
    """Saves damaged regions of one partition into `<topic>/damaged/` and counts them.

    The file name says where the bytes lay, so that reading the same region again neither doubles the file nor, through
    the same keeper, the count.
    """

    def __init__(self, fs: FileSystem, topic_dir: Path, partition: int) -> None:
        self._fs = fs
        self._topic_dir = topic_dir
        self._partition = partition
        self._seen: set[str] = set()
        self.regions = 0
        self.bytes = 0

    def keep(self, segment: Segment, position: int, data: bytes) -> None:
        """Record that `data`, at byte `position` of `segment`, is not readable as records."""
        name = f"p{self._partition:05d}-{segment.name.removesuffix('.log')}-{position}-{len(data)}.bin"
        if name in self._seen:
            return
        self._seen.add(name)
        self.regions += 1
        self.bytes += len(data)
        logger.error(
            "log damaged: partition %d, segment %s, %d bytes at %d cannot be read and were kept as %s/%s",
            *(self._partition, segment.name, len(data), position, DAMAGE_DIR, name),
        )
        directory = self._topic_dir / DAMAGE_DIR
        # Saving is best effort: a full disk must not stop the reading of the intact records that follow.
        with contextlib.suppress(OSError):
            self._fs.make_dir(directory)
            fd = self._fs.create(directory / name)
            try:
                self._fs.write(fd, data, 0)
                self._fs.sync(fd)
            finally:
                self._fs.close(fd)
