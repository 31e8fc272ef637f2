"""The collector's knowledge of sources: a snapshot file, written by the app and read without a database.

The app replaces the file whenever a source changes. A collector looks at the file's identity once a second, and at once
when a write key is unknown, so that a new source works from its first event on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from tributary.core.clock import Clock
from tributary.errors import Unavailable

logger = logging.getLogger(__name__)

_CHECK_EVERY_MS = 1_000


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the collector must know of a source. An empty `allowed_origins` lets a browser on any site send."""

    id: str
    workspace_id: int
    write_key: str
    name: str
    kind: str
    is_enabled: bool = True
    allowed_origins: list[str] = []


class _Snapshot(msgspec.Struct):
    sources: list[SourceEntry]
    version: int = 1


_decoder = msgspec.json.Decoder(_Snapshot)


def write_snapshot(path: Path, entries: Iterable[SourceEntry]) -> None:
    """Replace the snapshot, atomically and durably. Readable by the owner only: write keys are credentials.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=".sources-")
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(_Snapshot(list(entries))), indent=1))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class SourceDirectory:
    """Finds sources by write key. Used from one event loop."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._by_key: dict[str, SourceEntry] | None = None
        self._identity: tuple[int, int, int] | None = None
        self._checked_ms = 0

    def find(self, write_key: str) -> SourceEntry | None:
        """The source with this write key, or None.

        Raises:
            Unavailable: no snapshot could be read so far. Clients drop what is answered 401, so "not known yet" must
                not look like "no such key".
        """
        now_ms = self._clock.now_ms()
        if not 0 <= now_ms - self._checked_ms < _CHECK_EVERY_MS:
            self._checked_ms = now_ms
            self._reload()
        by_key = self._by_key
        entry = None if by_key is None else by_key.get(write_key)
        if entry is None:
            self._reload()
            by_key = self._by_key
            if by_key is None:
                raise Unavailable(
                    "The collector does not know its sources yet.",
                    cure="Start the app once, which writes the list of sources; then send it again.",
                )
            entry = by_key.get(write_key)
        return entry

    @property
    def count(self) -> int | None:
        """How many sources are known; None if no snapshot could be read so far."""
        if self._by_key is None:
            self._reload()
        return None if self._by_key is None else len(self._by_key)

    def _reload(self) -> None:
        """Read the file if it is another one than last time. An unreadable one changes nothing."""
        try:
            stat = self._path.stat()
        except OSError:
            return
        identity = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if identity == self._identity:
            return
        try:
            data = self._path.read_bytes()
        except OSError as error:  # out of file descriptors, for example: the same file may be readable the next time
            logger.warning("the list of sources cannot be read now: %s", error.strerror)
            return
        self._identity = identity
        try:
            snapshot = _decoder.decode(data)
        except msgspec.DecodeError as error:
            logger.warning("the list of sources is unusable, the last good one stays: %s", type(error).__name__)
            return
        self._by_key = {source.write_key: source for source in snapshot.sources}
        logger.info("sources loaded: %d", len(self._by_key))
