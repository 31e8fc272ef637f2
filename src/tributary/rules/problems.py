"""Everything that is wrong with a rule, at once: for editors, which mark each place while the rule is being built.

`decode` and `resolve` stop at the first mistake, because a rule with one is not to be used. Here the same checks are
asked of each part of the tree on its own, so there is no problem exactly when the two of them accept the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, get_args

import msgspec

from tributary.errors import RuleError
from tributary.rules import tree
from tributary.rules.catalog import Catalog
from tributary.rules.codec import child_path, convert, decode, did_you_mean, parse
from tributary.rules.coerce import window_span
from tributary.rules.resolve import Resolver, resolve


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One mistake: where, as in errors; what; and what to do about it."""

    path: str
    message: str
    cure: str | None


@dataclass(frozen=True, slots=True)
class Findings:
    """The rule, None when it cannot be read, and what is wrong with it."""

    rule: tree.Rule | None
    problems: tuple[RuleProblem, ...]


def find_problems(source: Mapping[str, Any] | bytes | str, catalog: Catalog, now: datetime) -> Findings:
    """Every mistake in a rule, in the order of the tree. With none, `resolve(decode(source), catalog, now)` passes."""
    try:
        raw = parse(source)
        finder = _Finder(Resolver(catalog, now))
    except RuleError as error:  # nothing to look at, or nothing to look with
        return Findings(None, (_problem(error),))
    found = list(dict.fromkeys(_problem(error) for error in finder.node(raw, "")))
    try:
        rule = decode(source)
    except RuleError as error:  # a limit on the whole tree is no mistake of any part
        return Findings(None, tuple(found) or (_problem(error),))
    try:
        resolve(rule, catalog, now)
    except RuleError as error:
        return Findings(rule, tuple(found) or (_problem(error),))
    return Findings(rule, tuple(found))


def _problem(error: RuleError) -> RuleProblem:
    return RuleProblem(error.path, error.message, error.cure)


_KINDS: Mapping[str, type[msgspec.Struct]] = {
    str(struct.__struct_config__.tag): struct for struct in get_args(tree.Rule)
}


class _Finder:
    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def node(self, raw: Any, path: str) -> Iterator[RuleError]:
        kind = raw.get("kind") if isinstance(raw, Mapping) else None
        struct = _KINDS.get(kind) if isinstance(kind, str) else None
        if struct is None:
            yield from _caught(lambda: convert(raw, tree.Rule), path)
            return
        wrong = list(_shape(raw, struct, path))
        yield from wrong
        match raw:
            case {"kind": "all" | "any", "rules": [*parts]}:
                for index, part in enumerate(parts):
                    yield from self.node(part, child_path(path, str(kind), index))
            case {"kind": "not", "rule": part}:
                yield from self.node(part, child_path(path, "not"))
            case {"kind": "all" | "any" | "not"}:
                return
            case _:
                yield from self._leaf(raw, struct, path, is_whole=not wrong)

    def _leaf(
        self, raw: Mapping[str, Any], struct: type[msgspec.Struct], path: str, *, is_whole: bool
    ) -> Iterator[RuleError]:
        filters = raw.get("where", ())
        for index, item in enumerate(filters if isinstance(filters, list | tuple) else ()):
            place = child_path(path, "where", index)
            wrong = list(_shape(item, tree.Filter, place))
            yield from wrong
            if not wrong and isinstance(raw.get("event"), str):
                yield from self._filter(raw["event"], convert(item, tree.Filter), path, place)
        if is_whole:
            bare = convert({name: value for name, value in raw.items() if name != "where"}, struct)
            yield from self._condition(bare, path)

    def _condition(self, leaf: Any, path: str) -> Iterator[RuleError]:
        """A condition without its filters."""
        if isinstance(leaf, tree.Event | tree.EventAggregate):
            yield from _caught(lambda: window_span(leaf.window, path, self._resolver.moment))
            leaf = msgspec.structs.replace(leaf, window=tree.AllTime())
        yield from _caught(lambda: self._resolver.node(leaf, path))

    def _filter(self, event: str, item: tree.Filter, path: str, place: str) -> Iterator[RuleError]:
        for error in _caught(lambda: self._resolver.scope(event, tree.AllTime(), (item,), "all", "")):
            is_own = error.path.startswith("where[0]")  # else the event itself is not known, which the leaf says
            yield _moved(error, place + error.path.removeprefix("where[0]") if is_own else child_path(path, error.path))


def _shape(raw: Any, struct: type[msgspec.Struct], path: str) -> Iterator[RuleError]:
    """What is wrong with the keys and the types of one object; parts that have parts of their own are not looked at."""
    if not isinstance(raw, Mapping):
        yield from _caught(lambda: convert(raw, struct), path)
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name in raw:
        if name not in fields and not (name == "kind" and struct.__struct_config__.tag):
            known = ", ".join(fields)
            cure = f"{did_you_mean(str(name), fields)} Possible are {known}.".strip()
            yield RuleError(f"There is no key “{str(name)[:40]}” here.", path=path, cure=cure)
    for name, field in fields.items():
        # The parts of a group are named by its kind, as everywhere.
        place = child_path(path, str(raw["kind"]) if name in {"rules", "rule"} else name)
        if name not in raw:
            if field.required:
                yield RuleError(f"“{name}” is missing.", path=place, cure="Add it.")
        elif name != "rule":  # those inside are looked at one by one
            yield from _caught(partial(convert, raw[name], list if name in {"rules", "where"} else field.type), place)


def _caught(check: Callable[[], object], path: str | None = None) -> Iterator[RuleError]:
    """The error of a check, put below `path` when the check knew nothing of where it is."""
    try:
        check()
    except RuleError as error:
        if path is None:
            yield error
        else:
            inner = error.path
            yield _moved(error, child_path(path, inner) if inner and not inner.startswith("[") else path + inner)


def _moved(error: RuleError, path: str) -> RuleError:
    return RuleError(error.message, path=path, cure=error.cure)
