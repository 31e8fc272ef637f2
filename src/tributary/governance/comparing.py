"""What turned one definition into another: each change at its place in the tree, with the condition that it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tributary import rules
from tributary.core.changes import Change, changes
from tributary.errors import RuleError
from tributary.rules import Catalog, Locale
from tributary.rules.codec import tree_path

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class DescribedChange:
    """One difference. `path` is written as in errors: what was removed is placed in the older definition.

    The sentences are those of the condition or group that the change lies in; None where there is none.
    """

    path: str
    kind: Literal["added", "removed", "changed"]
    before: Any
    after: Any
    sentence_before: str | None
    sentence_after: str | None


def describe_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], catalog: Catalog, locale: Locale
) -> list[DescribedChange]:
    """The differences between two rules, or between two definitions of a tag, in the order of the tree."""
    return [_describe(change, before, after, catalog, locale) for change in changes(before, after)]


def _describe(
    change: Change, before: Mapping[str, Any], after: Mapping[str, Any], catalog: Catalog, locale: Locale
) -> DescribedChange:
    source = before if change.kind == "removed" else after

    def sentence(root: Mapping[str, Any]) -> str | None:
        return next((said for node in _around(root, change.path) if (said := _said(node, catalog, locale))), None)

    return DescribedChange(
        path=tree_path(source, f"$.{change.path}" if change.path and change.path[0] != "[" else f"${change.path}"),
        kind=change.kind,
        before=change.before,
        after=change.after,
        sentence_before=None if change.kind == "added" else sentence(before),
        sentence_after=None if change.kind == "removed" else sentence(after),
    )


def _around(root: Any, path: str) -> Iterator[Any]:
    """What lies on the way to a place, the innermost first."""
    way = [root]
    for name, index in _STEP.findall(path):
        node = way[-1]
        if isinstance(node, Mapping) and name in node:
            way.append(node[name])
        elif index and isinstance(node, list) and int(index) < len(node):
            way.append(node[int(index)])
        else:
            break
    yield from reversed(way)


def _said(node: Any, catalog: Catalog, locale: Locale) -> str | None:
    """A rule or measure in words, None for anything else."""
    if not isinstance(node, Mapping):
        return None
    try:
        if "kind" in node:
            return rules.explain(rules.decode(node), catalog, locale)
        return rules.explain(rules.decode_measure(node), catalog, locale) if "function" in node else None
    except RuleError:  # a window has a kind as well
        return None
