"""The few file-system calls on which durability rests, in one place so that tests can cut the power between any two.

`OsFileSystem` is the real one. A simulated one only has to honour these contracts: written bytes survive a power cut
after `sync`, and a created, replaced or removed name after `sync_dir`.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sys
from pathlib import Path
from typing import Protocol

# The disk or the process is out of something that may come back: give this write up, keep going.
PASSING_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM})


class FileSystem(Protocol):
    """File descriptors are plain numbers. Every method may raise `OSError`."""

    def make_dir(self, path: Path) -> None:
        """Create a directory and its parents, durably; fine if it exists."""
        ...

    def names(self, path: Path) -> list[str]:
        """Names in a directory; none if there is no such directory."""
        ...

    def open(self, path: Path) -> int:
        """Open an existing file for reading and writing."""
        ...

    def create(self, path: Path) -> int:
        """Create a file that must not exist yet."""
        ...

    def size(self, fd: int) -> int:
        """Length in bytes."""
        ...

    def read(self, fd: int, length: int, position: int) -> bytes:
        """Up to `length` bytes; fewer only at the end of the file."""
        ...

    def write(self, fd: int, data: bytes, position: int) -> None:
        """Write all of `data`. When it raises, a part may have been written."""
        ...

    def truncate(self, fd: int, size: int) -> None:
        """Cut the file to `size` bytes."""
        ...

    def sync(self, fd: int) -> None:
        """Return once the file's bytes are on stable storage."""
        ...

    def sync_dir(self, path: Path) -> None:
        """Return once the directory's names are on stable storage."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Rename, atomically, over `target` if that exists."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file; fine if it is gone."""
        ...

    def close(self, fd: int) -> None:
        """Close a descriptor; a lock taken through it is released."""
        ...

    def lock(self, path: Path) -> int | None:
        """Take the exclusive lock of a (created) lock file; None if somebody else has it. Ends with the process."""
        ...


class OsFileSystem:
    """The operating system's files. New files can be read by their owner only, because events are personal data."""

    def make_dir(self, path: Path) -> None:
        missing = [p for p in (path, *path.parents) if not p.exists()]
        for directory in reversed(missing):
            directory.mkdir(mode=0o700, exist_ok=True)
            self.sync_dir(directory.parent)

    def names(self, path: Path) -> list[str]:
        try:
            return os.listdir(path)  # noqa: PTH208  names are wanted, and this runs in a polling loop
        except FileNotFoundError:
            return []

    def open(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def create(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def size(self, fd: int) -> int:
        return os.fstat(fd).st_size

    def read(self, fd: int, length: int, position: int) -> bytes:
        data = os.pread(fd, length, position)
        if len(data) == length or not data:
            return data
        pieces = [data]
        done = len(data)
        while done < length and (data := os.pread(fd, length - done, position + done)):
            pieces.append(data)
            done += len(data)
        return b"".join(pieces)

    def write(self, fd: int, data: bytes, position: int) -> None:
        done = os.pwrite(fd, data, position)
        while done < len(data):  # a nearly full disk takes a part, and says why with the next call
            done += os.pwrite(fd, memoryview(data)[done:], position + done)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def sync(self, fd: int) -> None:
        if sys.platform == "darwin":
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # the only call that reaches the platter there
        else:
            os.fdatasync(fd)

    def sync_dir(self, path: Path) -> None:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def close(self, fd: int) -> None:
        os.close(fd)

    def lock(self, path: Path) -> int | None:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        except OSError:
            os.close(fd)
            raise
        return fd
