"""Consumer groups: committed positions, one small file per group, replaced atomically.

`<topic>/groups/<group>.json` is `{"positions": {"<partition>": offset}}`. The file existing is what registers a group;
its `.lock` is held by the group's consumer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tributary.errors import InvalidRequest, Unavailable
from tributary.stream.files import FileSystem

_GROUP_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,63}$")
_SUFFIX = ".json"
_MAX_BYTES = 1024 * 1024


class _Committed(msgspec.Struct):
    positions: dict[int, int] = {}


_decoder = msgspec.json.Decoder(_Committed)


def groups_dir(topic_dir: Path) -> Path:
    """Directory of the groups of a topic."""
    return topic_dir / "groups"


def check_name(name: str) -> str:
    """`name`, if it can name a topic or a group.

    Raises:
        InvalidRequest: it cannot.
    """
    if not _GROUP_NAME.match(name):
        raise InvalidRequest(
            f"{name!r} cannot name a topic or a group.", cure="Use a-z, 0-9, - and _, at most 64 characters."
        )
    return name


def list_groups(fs: FileSystem, topic_dir: Path) -> list[str]:
    """Names of the registered groups, sorted."""
    names = fs.names(groups_dir(topic_dir))
    return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))


def load_committed(fs: FileSystem, topic_dir: Path, group: str) -> dict[int, int] | None:
    """What the group committed, by partition; None if the group is not registered.

    Raises:
        Unavailable: the file cannot be read. Starting over silently would repeat history, so a person decides.
    """
    path = groups_dir(topic_dir) / f"{group}{_SUFFIX}"
    try:
        fd = fs.open(path)
    except FileNotFoundError:
        return None
    try:
        return _decoder.decode(fs.read(fd, _MAX_BYTES, 0)).positions
    except msgspec.DecodeError as error:
        raise Unavailable(
            f"The committed positions of group {group} cannot be read.",
            cure=f"Restore {path}, or delete it to let the group read everything again.",
        ) from error
    finally:
        fs.close(fd)


def save_committed(fs: FileSystem, topic_dir: Path, group: str, positions: Mapping[int, int]) -> None:
    """Replace the group's positions; durable when it returns. Raises `OSError`, and then the old ones hold."""
    directory = groups_dir(topic_dir)
    temporary = directory / f"{group}.tmp"
    fs.remove(temporary)
    fd = fs.create(temporary)
    try:
        fs.write(fd, msgspec.json.encode(_Committed(dict(positions))), 0)
        fs.sync(fd)
    finally:
        fs.close(fd)
    fs.replace(temporary, directory / f"{group}{_SUFFIX}")
    fs.sync_dir(directory)


def committed_position(fs: FileSystem, topic_dir: Path, partition: int) -> int:
    """The furthest position that any group committed in a partition; 0 if none did."""
    committed = (load_committed(fs, topic_dir, group) for group in list_groups(fs, topic_dir))
    return max((positions.get(partition, 0) for positions in committed if positions), default=0)
