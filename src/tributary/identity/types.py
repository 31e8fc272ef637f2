"""Identifiers as events state them: normalised, checked against what may name a person, and keyed.

What a workspace's types are is part of its identity rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import xxhash

from tributary.identity.normalise import Rejected, clean_text, normaliser
from tributary.identity.rules import Composite, IdentifierType, RuleSet

MAX_VALUE_CHARACTERS = 256
_CACHE_SIZE = 100_000  # claims kept ready; a full cache is thrown away as a whole

# What clients send instead of a value. Letters are compared without regard to case.
BLOCKED_VALUES = frozenset(
    {
        "-1", "null", "undefined", "none", "nil", "nan", "anonymous", "anon", "guest", "unknown", "void", "test",
        "[object object]", "true", "false", "n/a", "na", "default", "admin@example.com", "test@test.com",
        "noemail@noemail.com", "未知", "无", "测试", "匿名", "游客", "空", "暂无", "+8613800138000", "13800138000",
        "11111111111", "12345678901", "+8613000000000", "+8613888888888", "+8618888888888",
    }
)  # fmt: skip
BLOCKED_PATTERN = re.compile(r"[0\-]*|(.)\1{7,}")  # all zeros, or one character over and over


class Claim(NamedTuple):
    """An identifier as an event states it: ready to be looked up, compared and ranked."""

    id: int
    type: str
    value: str
    priority: int


class Refused(NamedTuple):
    """An identifier that the event carries but that cannot be used, and the code of why."""

    type: str
    value: str
    reason: str


class _Compiled:
    __slots__ = ("blocked", "definition", "normalise", "pattern", "patterns")

    def __init__(self, definition: IdentifierType, region: str) -> None:
        self.definition = definition
        self.normalise = normaliser(definition.normaliser, region)
        self.pattern = re.compile(definition.pattern) if definition.pattern else None
        self.blocked = BLOCKED_VALUES | {value.casefold() for value in definition.blocked}
        self.patterns = [re.compile(pattern) for pattern in definition.blocked_patterns]

    def is_blocked(self, value: str) -> bool:
        if value.casefold() in self.blocked or BLOCKED_PATTERN.fullmatch(value):
            return True
        return bool(self.patterns) and any(pattern.search(value) for pattern in self.patterns)


class IdentifierTypes:
    """The types of one workspace, ready for use. Not for several threads at once: it caches."""

    def __init__(self, workspace_id: int, rules: RuleSet | Iterable[IdentifierType], region: str = "CN") -> None:
        self.workspace_id = workspace_id
        self.rules = rules if isinstance(rules, RuleSet) else RuleSet(types=list(rules))
        self.definitions = tuple(self.rules.every_type())
        self._composites = [each for each in self.rules.composites if each.is_enabled]
        self._types = {definition.name: _Compiled(definition, region) for definition in self.definitions}
        self._scoped = {each.name for each in self.definitions if each.scope == "source"}
        self._claims: dict[tuple[str, Any, type], Claim | Refused] = {}

    def __iter__(self) -> Iterator[IdentifierType]:
        return iter(self.definitions)

    def get(self, name: str) -> IdentifierType | None:
        """The type of this name. `wechat_openid:wx12` is its own namespace of the type `wechat_openid`."""
        compiled = self._find(name)
        return compiled.definition if compiled else None

    def claim(self, name: str, raw: Any, source_id: str = "") -> Claim | Refused:
        """The identifier that `raw` (text or a number) of a source stands for, or why it stands for none."""
        if name in self._scoped:
            name = f"{name}:{source_id}"
        key = (name, raw, type(raw))  # 1, 1.0 and True are one key otherwise
        try:
            found = self._claims.get(key)
        except TypeError:
            return Refused(name, "", "not_text")
        if found is None:
            found = self._judge(name, raw)
            if len(self._claims) >= _CACHE_SIZE:
                self._claims.clear()
            self._claims[key] = found
        return found

    def checks_values(self) -> Iterator[IdentifierType]:
        """The types of which the workspace itself says which values name nobody."""
        return (each for each in self.definitions if each.pattern or each.blocked or each.blocked_patterns)

    def is_blocked(self, type_: str, value: str) -> bool:
        """Whether a value that was taken once would not be taken now. `value` is normalised."""
        compiled = self._find(type_)
        if compiled is None:
            return False
        pattern = compiled.pattern
        return compiled.is_blocked(value) or (pattern is not None and not pattern.fullmatch(value))

    def composites(self, traits: Mapping[str, Any]) -> Iterator[Claim | Refused]:
        """The composite keys that `traits` are enough for."""
        for key in self._composites:
            parts = [traits.get(name) for name in key.traits]
            if all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
                yield self._compose(key, [clean_text(str(part)).lower() for part in parts])

    def _compose(self, key: Composite, parts: list[str]) -> Claim | Refused:
        blocked = self._types[key.name].is_blocked
        value = " | ".join(parts)
        if any(not part or blocked(part) for part in parts):
            return Refused(key.name, value, "blocked_value")
        return self.claim(key.name, value)

    def _find(self, name: str) -> _Compiled | None:
        return self._types.get(name) or self._types.get(name.partition(":")[0])

    def _judge(self, name: str, raw: Any) -> Claim | Refused:
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            return Refused(name, "", "not_text")
        text = str(raw)
        compiled = self._find(name)
        if compiled is None or not compiled.definition.is_enabled:
            return Refused(name, text[:MAX_VALUE_CHARACTERS], "unknown_type")
        if len(text) > MAX_VALUE_CHARACTERS:
            return Refused(name, text[:MAX_VALUE_CHARACTERS], "too_long")
        bare = text.strip()
        if compiled.is_blocked(bare):
            return Refused(name, text, "blocked_value")
        try:
            value = compiled.normalise(text)
        except Rejected:
            return Refused(name, text, "not_valid")
        if value != bare and compiled.is_blocked(value):
            return Refused(name, text, "blocked_value")
        if compiled.pattern and not compiled.pattern.fullmatch(value):
            return Refused(name, text, "not_valid")
        if compiled.definition.is_shared:
            return Refused(name, value, "shared_type")
        return Claim(identifier_id(self.workspace_id, name, value), name, value, compiled.definition.priority)


def identifier_id(workspace_id: int, type_: str, value: str) -> int:
    """The 63-bit key of an identifier. Readers compare the value too, so a shared key joins nobody."""
    return xxhash.xxh3_64_intdigest(f"{workspace_id}\x1f{type_}\x1f{value}".encode()) >> 1
