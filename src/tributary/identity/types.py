"""Identifier types: which keys may name a person, how their values look, and how far each may be trusted.

A workspace's types are data. The built-in ones below are what a workspace has until it says otherwise; a stored
definition of the same name replaces the built-in one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
import xxhash
from sqlalchemy import select

from tributary.errors import InvalidRequest
from tributary.identity.normalise import NormaliserName, Rejected, normaliser
from tributary.store import Session, upsert
from tributary.store.tables.identity import IdentifierTypeRow

MAX_VALUE_CHARACTERS = 256
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
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


class IdentifierType(msgspec.Struct, frozen=True, kw_only=True):
    """How one type of identifier behaves.

    `pattern` must match the whole normalised value, if set. `blocked` values and values in which one of
    `blocked_patterns` is found stay on the event but never name a person; the built-in list applies as well.
    `limit` is the most values of this type that one profile may own. When a link would break a limit, the identifier
    with the highest `priority` *number* on the event gives way. An identifier claimed by more than `degree_cap`
    distinct identifiers of higher priority links nothing more (None: no cap). `is_shared` values (a household's, a
    shop's) never link at all.
    """

    name: str
    normaliser: NormaliserName = "text"
    pattern: str = ""
    blocked: list[str] = []
    blocked_patterns: list[str] = []
    limit: int = 5
    priority: int = 50
    degree_cap: int | None = 10
    is_shared: bool = False
    is_enabled: bool = True


# A cookie lives for a week in some browsers, so one person collects dozens of anonymous ids a year.
DEFAULT_TYPES: tuple[IdentifierType, ...] = (
    IdentifierType(name="user_id", limit=1, priority=10, degree_cap=None),
    IdentifierType(name="email", normaliser="email", priority=20),
    IdentifierType(name="phone", normaliser="phone", priority=30),
    IdentifierType(name="wechat_unionid", limit=1, priority=35),
    IdentifierType(name="wechat_openid", priority=40),
    IdentifierType(name="member_no", priority=45),
    IdentifierType(name="device_id", limit=20, priority=80, is_enabled=False),
    IdentifierType(name="anonymous_id", limit=100, priority=90),
)


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

    def __init__(self, workspace_id: int, definitions: Iterable[IdentifierType], region: str = "CN") -> None:
        self.workspace_id = workspace_id
        self.definitions = tuple(definitions)
        self._types = {definition.name: _Compiled(definition, region) for definition in self.definitions}
        self._claims: dict[tuple[str, Any, type], Claim | Refused] = {}

    def __iter__(self) -> Iterator[IdentifierType]:
        return iter(self.definitions)

    def get(self, name: str) -> IdentifierType | None:
        """The type of this name. `wechat_openid:wx12` is its own namespace of the type `wechat_openid`."""
        compiled = self._find(name)
        return compiled.definition if compiled else None

    def limit(self, name: str) -> int:
        """The most values of this type that a profile may own."""
        compiled = self._find(name)
        return compiled.definition.limit if compiled else 1

    def degree_cap(self, name: str) -> int | None:
        """The most identifiers of higher priority that may claim a value of this type."""
        compiled = self._find(name)
        return compiled.definition.degree_cap if compiled else None

    def claim(self, name: str, raw: Any) -> Claim | Refused:
        """The identifier that `raw` (text or a number) stands for, or why it stands for none."""
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


def load_types(session: Session, workspace_id: int, *, region: str = "CN") -> IdentifierTypes:
    """The types of a workspace: the built-in ones with its own definitions over them."""
    rows = session.execute(
        select(IdentifierTypeRow.definition).where(IdentifierTypeRow.workspace_id == workspace_id)
    ).scalars()
    types = {definition.name: definition for definition in DEFAULT_TYPES}
    for row in rows:
        definition = msgspec.convert(row, IdentifierType)
        types[definition.name] = definition
    return IdentifierTypes(workspace_id, types.values(), region)


def save_type(session: Session, workspace_id: int, definition: IdentifierType) -> None:
    """Store a workspace's definition of a type. Links that exist already are not judged again.

    Raises:
        InvalidRequest: the name, a pattern or a number is unusable.
    """
    if not _NAME.fullmatch(definition.name):
        raise InvalidRequest(
            "An identifier type needs a plain name.", cure="Use small letters, digits and _, starting with a letter."
        )
    if definition.limit < 1 or (definition.degree_cap is not None and definition.degree_cap < 1):
        raise InvalidRequest("A limit below 1 would link nobody.", cure="Use 1 or more, or turn the type off.")
    for pattern in (definition.pattern, *definition.blocked_patterns):
        try:
            re.compile(pattern)
        except re.error as exc:
            raise InvalidRequest(
                f"The pattern {pattern!r} cannot be read: {exc}.", cure="Correct the pattern."
            ) from exc
    row = {"workspace_id": workspace_id, "name": definition.name, "definition": msgspec.to_builtins(definition)}
    upsert(session, IdentifierTypeRow, [row], key=["workspace_id", "name"], update=["definition"])
