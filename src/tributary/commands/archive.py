"""Backups: a folder with a copy of everything and a manifest with checksums; and how one becomes a data folder again.

All data of the embedded deployment lies in one folder, so a backup copies that folder, with three exceptions. The
records store is copied by SQLite itself, so that the copy is one transaction's state. No server may run meanwhile: the
copy holds its locks. And the log comes last: a collector may go on accepting meanwhile, and what the copied log has
more than the copied store is processed after the restore like any other event.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from tributary.commands.folder import LOCKS, hold_data
from tributary.errors import Conflict, InvalidRequest, Unavailable

if TYPE_CHECKING:
    from tributary.core.clock import Clock
    from tributary.settings import Settings

MANIFEST = "manifest.json"
_FORMAT = 1
_CHUNK = 1024 * 1024
_SQLITE_EXTRAS = ("-wal", "-shm", "-journal")  # part of the database, which is copied as a whole

OnFile = Callable[[int, int], None]


class FileEntry(msgspec.Struct, frozen=True):
    """One file: SHA-256 (hex) and size in bytes, or the target of a symbolic link; and its mode bits."""

    mode: int
    size: int = 0
    sha256: str = ""
    link: str | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a backup. Paths are relative, with `/`. `counts` are the rows of each table of the store.

    `external` names the parts that these settings keep elsewhere and that the backup therefore does not hold.
    """

    format: int
    version: str
    created_at: datetime
    external: list[str]
    counts: dict[str, int]
    folders: list[str]
    files: dict[str, FileEntry]

    @property
    def total_bytes(self) -> int:
        return sum(entry.size for entry in self.files.values())


def create_backup(settings: Settings, target: Path, clock: Clock, *, on_file: OnFile | None = None) -> Manifest:
    """Copy all data of `settings.data_dir` into the new folder `target`.

    Raises:
        NotFound, InvalidRequest: there is no data, or `target` is taken or inside the data folder.
        Conflict: a server has the warehouse open.
        Unavailable: a file cannot be read or written.
    """
    source = settings.data_dir
    if not source.is_dir():
        raise InvalidRequest(f"There is no data folder {source}.", cure="Check TRIBUTARY_DATA_DIR.")
    if target.resolve().is_relative_to(source.resolve()):
        raise InvalidRequest("The backup lies inside the data folder.", cure="Choose a place outside of it.")
    _check_empty(target)
    external = [name for name, url in (("store", settings.store_url), ("warehouse", settings.warehouse_url)) if url]
    partial = target.with_name(f"{target.name}.partial")
    try:
        with hold_data(settings):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(mode=0o700, parents=True)
            database = None if "store" in external else Path(settings.resolved_store_url.removeprefix("sqlite:///"))
            manifest = _copy_all(settings, database, partial, clock, external, on_file)
            _write(partial / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            if target.exists():
                target.rmdir()
            partial.rename(target)
            _sync_folder(target.parent)
    except (OSError, sqlite3.Error) as exc:
        shutil.rmtree(partial, ignore_errors=True)
        raise Unavailable(f"The backup failed: {exc}.", cure="Check free space and permissions; repeat.") from exc
    return manifest


def restore_backup(backup: Path, settings: Settings, *, on_file: OnFile | None = None) -> Manifest:
    """Make `settings.data_dir`, which must be absent or empty, what it was when the backup was made.

    Everything is checked against the manifest before the data folder appears; a bad backup leaves nothing behind.

    Raises:
        InvalidRequest: it is no backup, or of a newer format, or damaged; the message names the first bad file.
        Conflict: the data folder is not empty.
        Unavailable: a file cannot be read or written.
    """
    target = settings.data_dir
    _check_empty(target)
    manifest = read_manifest(backup)
    partial = target.with_name(f"{target.name}.restoring")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700, parents=True)
        for folder in manifest.folders:
            (partial / _inside(folder)).mkdir(mode=0o700, parents=True, exist_ok=True)
        for number, (name, entry) in enumerate(manifest.files.items(), 1):
            _restore_file(backup, partial, name, entry)
            if on_file:
                on_file(number, len(manifest.files))
        database = Path("store") / "tributary.db"
        if manifest.counts and _counts(partial / database) != manifest.counts:
            raise _damaged(str(database), "its tables hold other numbers of rows than when it was made")
        if target.exists():
            target.rmdir()
        partial.rename(target)
        _sync_folder(target.parent)
    except (OSError, sqlite3.Error) as exc:
        raise Unavailable(f"The restore failed: {exc}.", cure="Check free space and permissions; repeat.") from exc
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def read_manifest(backup: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        InvalidRequest: there is none, or it cannot be read, or its format is newer than this version.
    """
    try:
        manifest = msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except OSError as exc:
        raise InvalidRequest(f"{backup} is no backup: it has no {MANIFEST}.", cure="Name the backup's folder.") from exc
    except msgspec.DecodeError as exc:
        raise _damaged(MANIFEST, str(exc)) from exc
    if manifest.format > _FORMAT:
        raise InvalidRequest(
            f"The backup was made by version {manifest.version}, which this one does not understand.",
            cure="Restore it with that version or a newer one.",
        )
    return manifest


def _copy_all(
    settings: Settings,
    database: Path | None,
    target: Path,
    clock: Clock,
    external: list[str],
    on_file: OnFile | None,
) -> Manifest:
    source = settings.data_dir
    files: dict[str, FileEntry] = {}
    folders: list[str] = []
    if database is not None and database.is_file():
        copy = target / "store" / "tributary.db"
        copy.parent.mkdir(mode=0o700)
        _copy_database(database, copy)
        files["store/tributary.db"] = FileEntry(0o600, copy.stat().st_size, _sha256(copy))
    paths = [path for path in _walk(source) if not _is_skipped(path, database, settings)]
    # The log last, see the module's text; sorting by (is it the log, path) keeps everything else in order.
    paths.sort(key=lambda path: (path.is_relative_to(settings.stream_dir), path))
    for number, path in enumerate(paths, 1):
        name = path.relative_to(source).as_posix()
        if path.is_dir() and not path.is_symlink():
            folders.append(name)
            (target / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            continue
        try:
            files[name] = _copy_file(path, target / name)
        except FileNotFoundError:
            if not path.is_relative_to(settings.stream_dir):
                raise
            continue  # a segment that was read and has expired since the folder was listed
        if on_file:
            on_file(number, len(paths))
    copied = target / "store" / "tributary.db"
    return Manifest(
        format=_FORMAT,
        version=version("tributary"),
        created_at=clock.now(),
        external=external,
        counts=_counts(copied) if copied.is_file() else {},
        folders=folders,
        files=files,
    )


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.is_file():
            yield path
        elif path.is_dir():
            yield path
            yield from _walk(path)


def _is_skipped(path: Path, database: Path | None, settings: Settings) -> bool:
    if path in {settings.data_dir / LOCKS[0], settings.warehouse_dir / LOCKS[1]}:
        return True
    if database is None:
        return False
    return path == database or path.name in {f"{database.name}{extra}" for extra in _SQLITE_EXTRAS}


def _copy_database(database: Path, copy: Path) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reader, closing(sqlite3.connect(copy)) as to:
        reader.backup(to)
    copy.chmod(0o600)
    _sync_file(copy)


def _copy_file(path: Path, copy: Path) -> FileEntry:
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink():
        link = os.readlink(path)  # noqa: PTH115 (Path.readlink normalises; the text must stay as it is)
        copy.symlink_to(link)
        return FileEntry(0o777, link=link)
    digest, size = hashlib.sha256(), 0
    mode = path.stat().st_mode & 0o777
    with path.open("rb") as reader, copy.open("wb") as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    copy.chmod(mode)
    return FileEntry(mode, size, digest.hexdigest())


def _restore_file(backup: Path, target: Path, name: str, entry: FileEntry) -> None:
    place = _inside(name)
    copy = target / place
    if entry.link is not None:
        # A link may point inside the folder only: a forged backup must not reach what lies outside.
        if not (copy.parent / entry.link).resolve().is_relative_to(target.resolve()):
            raise _damaged(name, "it links to a place outside of the backup")
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy.symlink_to(entry.link)
        return
    original = backup / place
    if original.is_symlink() or not original.is_file():
        raise _damaged(name, "it is missing")
    found = _copy_file(original, copy)
    if (found.size, found.sha256) != (entry.size, entry.sha256):
        raise _damaged(name, "its content is not what was written")
    copy.chmod(entry.mode & 0o777)


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise _damaged(name, "it lies outside of the backup")
    return path


def _counts(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
        ]
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 (names of our tables)
            for name in names
        }


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty.", cure="Name a folder that does not exist yet; nothing is overwritten.")


def _damaged(name: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"The backup is damaged at {name}: {why}.", cure="Use another backup.", file=name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    _sync_file(path)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
