"""What differs between two JSON values: for the difference between two versions of a definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` is written as in `all[1].value`; "" is the whole value.

    `before` is None for what was added and `after` is None for what was removed.
    """

    path: str
    kind: Literal["added", "removed", "changed"]
    before: Any
    after: Any


def changes(before: Any, after: Any) -> list[Change]:
    """The differences that turn `before` into `after`, in the order of the paths in `before`, then in `after`.

    Lists are compared after their common start and end have been set aside, so that a condition put in the middle
    shows as one addition and not as a change of all that follows. Paths of removed parts count in `before`, others in
    `after`.
    """
    return list(_walk(before, after, ""))


def _walk(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before:
            if key in after:
                yield from _walk(before[key], after[key], _join(path, key))
            else:
                yield Change(_join(path, key), "removed", before[key], None)
        for key in after:
            if key not in before:
                yield Change(_join(path, key), "added", None, after[key])
    elif isinstance(before, list) and isinstance(after, list):
        yield from _walk_list(before, after, path)
    elif not _same(before, after):
        yield Change(path, "changed", before, after)


def _walk_list(before: list[Any], after: list[Any], path: str) -> Iterator[Change]:
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and _same(before[start], after[start]):
        start += 1
    end = 0
    while end < shorter - start and _same(before[-1 - end], after[-1 - end]):
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    paired = min(len(old), len(new))
    for index in range(paired):
        yield from _walk(old[index], new[index], f"{path}[{start + index}]")
    for index in range(paired, len(old)):
        yield Change(f"{path}[{start + index}]", "removed", old[index], None)
    for index in range(paired, len(new)):
        yield Change(f"{path}[{start + index}]", "added", None, new[index])


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON: unlike in Python, `true` is not `1`, at any depth."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
