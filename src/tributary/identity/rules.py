"""Identity rules as data: which keys name a person, what links them, how far each is trusted.

A workspace has numbered versions of its `RuleSet`, one of which is in force. The document is plain data and can be
written and read as YAML. Nothing here decides about people: `partition` does, with a `RuleSet` in hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from tributary.errors import InvalidRequest
from tributary.identity.normalise import NormaliserName

Window = Literal["ever", "year", "month", "week", "day"]
Kind = Literal["same_event", "alias", "match"]
Sensitivity = Literal["plain", "personal", "sensitive"]

SAME_EVENT: Kind = "same_event"  # both identifiers came on one event
ALIAS: Kind = "alias"  # an alias call named both
MATCH: Kind = "match"  # probabilistic matching is sure of it
DECISION = "decision"  # a person decided; not a rule of the waterfall, it comes before all of them
ANY = "*"

MAX_RULES = 100
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_RULE_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class IdentifierType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one type of identifier behaves.

    `pattern` must match the whole normalised value, if set. `blocked` values and values in which one of
    `blocked_patterns` is found stay on the event but never name a person; the built-in list applies as well.
    With `scope` "source" a value of one source is not the same value of another one.
    `limit` is the most values of this type that one profile may own, for ever or of those that were first seen within
    one `window`. When a link would break a limit, the identifier with the highest `priority` *number* on the event
    gives way. A value claimed by more than `degree_cap` distinct identifiers of higher priority is shared by several
    people and links nobody (None: no cap). `is_unique` types name one person: unsigned events from somebody's own
    device never join two of them. `is_shared` values (a household's, a shop's) never link at all.
    """

    name: str
    normaliser: NormaliserName = "text"
    pattern: str = ""
    blocked: list[str] = []
    blocked_patterns: list[str] = []
    scope: Literal["workspace", "source"] = "workspace"
    limit: int = 5
    window: Window = "ever"
    priority: int = 50
    degree_cap: int | None = 10
    is_unique: bool = True
    is_shared: bool = False
    sensitivity: Sensitivity = "personal"
    is_enabled: bool = True


class Composite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key made of several traits that together name a person nearly surely, such as name and birthday.

    It exists where all `traits` are given. Limits and caps are those of an identifier type.
    """

    name: str
    traits: list[str]
    limit: int = 3
    degree_cap: int | None = 6
    priority: int = 95
    is_enabled: bool = True


class LinkRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of the waterfall: which evidence links. Its `id` stays on every link that it makes.

    `kinds` are kinds of evidence; `pairs` the pairs of types that it may link, in either order, `*` for any;
    `sources` those whose events count, none for all.
    """

    id: str
    kinds: list[Kind] = msgspec.field(default_factory=lambda: [SAME_EVENT])
    pairs: list[list[str]] = msgspec.field(default_factory=lambda: [[ANY, ANY]])
    sources: list[str] = []
    is_enabled: bool = True

    def fits(self, kind: str, one: str, other: str, source_id: str) -> bool:
        """Whether this evidence is of the sort that the rule links."""
        if kind not in self.kinds or (self.sources and source_id not in self.sources):
            return False
        return any(
            (_is(a, one) and _is(b, other)) or (_is(a, other) and _is(b, one)) for a, b in (pair for pair in self.pairs)
        )


class Caps(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one profile may become. Two profiles of more than `large` identifiers each are never joined by rules."""

    identifiers: int = 200
    merges: int = 100
    large: int = 20


class Logout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an event of logging out means for the browser or device it came from.

    `link`: nothing, it stays with the person. `isolate`: what it does from then on is somebody else's, until it logs
    in again. `events` are the names of such events.
    """

    policy: Literal["link", "isolate"] = "link"
    events: list[str] = msgspec.field(default_factory=lambda: ["Signed Out", "Logged Out", "$logout"])


# A cookie lives for a week in some browsers, so one person collects dozens of anonymous ids a year.
DEFAULT_TYPES: tuple[IdentifierType, ...] = (
    IdentifierType(name="user_id", limit=1, priority=10, degree_cap=None, sensitivity="plain"),
    IdentifierType(name="email", normaliser="email", priority=20),
    IdentifierType(name="phone", normaliser="phone", priority=30),
    IdentifierType(name="wechat_unionid", limit=1, priority=35),
    IdentifierType(name="wechat_openid", priority=40),
    IdentifierType(name="member_no", priority=45),
    IdentifierType(name="device_id", limit=20, priority=80, is_unique=False, sensitivity="plain", is_enabled=False),
    IdentifierType(name="anonymous_id", limit=100, priority=90, is_unique=False, sensitivity="plain"),
)
DEFAULT_RULES: tuple[LinkRule, ...] = (
    LinkRule(id="alias", kinds=[ALIAS]),
    LinkRule(id="same_event"),
    LinkRule(id="match", kinds=[MATCH]),
)


class RuleSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of a workspace's identity rules.

    `types` of a name that is built in replace the built-in one; the others are added. `unsigned` says what unique
    identifiers are worth that come unsigned from somebody's own device. `attach`: a browser may log in, and a value
    that is nobody yet is added, but no two people become one. `link`: like any other. `ignore`: they name nobody, such
    an event is only the browser's.
    """

    types: list[IdentifierType] = []
    composites: list[Composite] = []
    rules: list[LinkRule] = msgspec.field(default_factory=lambda: list(DEFAULT_RULES))
    caps: Caps = Caps()
    unsigned: Literal["attach", "link", "ignore"] = "attach"
    logout: Logout = Logout()

    def every_type(self) -> Iterator[IdentifierType]:
        """The types in force: built-in ones, own ones, and one for each composite key."""
        own = {each.name: each for each in self.types}
        for each in DEFAULT_TYPES:
            yield own.pop(each.name, each)
        yield from own.values()
        for key in self.composites:
            yield IdentifierType(
                name=key.name, normaliser="lower", limit=key.limit, degree_cap=key.degree_cap, priority=key.priority,
                is_unique=False, is_enabled=key.is_enabled,
            )  # fmt: skip


def _is(wanted: str, type_: str) -> bool:
    return wanted in (ANY, type_) or wanted == type_.partition(":")[0]


def read_rules(text: str) -> RuleSet:
    """The rule set in a YAML (or JSON) document.

    Raises:
        InvalidRequest: it cannot be read, or a part of it is unusable; the text says which and why.
    """
    try:
        rules = msgspec.yaml.decode(text, type=RuleSet)
    except msgspec.DecodeError as exc:
        raise InvalidRequest(
            f"The identity rules cannot be read: {exc}.", cure="Mend the place that is named; an export shows the form."
        ) from exc
    check_rules(rules)
    return rules


def write_rules(rules: RuleSet) -> str:
    """The rule set as YAML."""
    return msgspec.yaml.encode(rules).decode()


def check_rules(rules: RuleSet) -> None:
    """Refuse what would not work as meant.

    Raises:
        InvalidRequest: naming the first fault and how to mend it.
    """
    for problem, cure in _problems(rules):
        raise InvalidRequest(problem, cure=cure)


_PLAIN = "Use small letters, digits and _, starting with a letter."


def _problems(rules: RuleSet) -> Iterator[tuple[str, str]]:
    yield from _type_problems(rules)
    yield from _composite_problems(rules)
    yield from _rule_problems(rules)
    caps = rules.caps
    if min(caps.identifiers, caps.merges, caps.large) < 1 or caps.identifiers > 1000 or caps.merges > 1000:
        yield "A cap of a profile is out of range.", "Use 1 to 1000."


def _type_problems(rules: RuleSet) -> Iterator[tuple[str, str]]:
    names: set[str] = set()
    keys: list[IdentifierType | Composite] = [*rules.types, *rules.composites]
    for each in keys:
        if not _NAME.fullmatch(each.name):
            yield f"{each.name!r} is not a name for an identifier type.", _PLAIN
        if each.name in names:
            yield f"The identifier type {each.name} is defined twice.", "Keep one of them."
        names.add(each.name)
        if each.limit < 1 or (each.degree_cap is not None and each.degree_cap < 1):
            yield f"{each.name}: a limit below 1 would link nobody.", "Use 1 or more, or turn the type off."
        if not 0 <= each.priority <= 1000:
            yield f"{each.name}: the priority {each.priority} is out of range.", "Use 0 (most trusted) to 1000."
    for type_ in rules.types:
        yield from _pattern_problems(type_)


def _composite_problems(rules: RuleSet) -> Iterator[tuple[str, str]]:
    built_in = {each.name for each in DEFAULT_TYPES}
    for key in rules.composites:
        if key.name in built_in:
            yield f"{key.name} is a built-in identifier type.", "Give the composite key another name."
        if len(key.traits) < 2 or len(key.traits) != len(set(key.traits)):
            yield f"{key.name}: a composite key needs two or more different traits.", "Name them in `traits`."


def _rule_problems(rules: RuleSet) -> Iterator[tuple[str, str]]:
    known = {each.name for each in rules.every_type()} | {ANY}
    ids: set[str] = set()
    if len(rules.rules) > MAX_RULES:
        yield f"There are {len(rules.rules)} rules.", f"Use at most {MAX_RULES}."
    for rule in rules.rules:
        if not _RULE_ID.fullmatch(rule.id) or rule.id == DECISION:
            yield f"{rule.id!r} is not an id for a rule.", _PLAIN
        if rule.id in ids:
            yield f"The rule {rule.id} is there twice.", "Give each rule an id of its own."
        ids.add(rule.id)
        if not rule.kinds or not rule.pairs:
            yield f"The rule {rule.id} would never apply.", "Name a kind of evidence and a pair of types."
        if any(len(pair) != 2 for pair in rule.pairs):
            yield f"The rule {rule.id} has a pair that is none.", "A pair names two types; `*` stands for any."
        for name in {name for pair in rule.pairs for name in pair}:
            if name.partition(":")[0] not in known:
                yield f"The rule {rule.id} names the unknown type {name}.", "Use a type that is defined, or `*`."


def _pattern_problems(type_: IdentifierType) -> Iterator[tuple[str, str]]:
    for pattern in (type_.pattern, *type_.blocked_patterns):
        try:
            re.compile(pattern)
        except re.error as exc:
            yield f"{type_.name}: the pattern {pattern!r} cannot be read: {exc}.", "Correct the pattern."
            continue
        # Two quantifiers over one another take exponential time on values that somebody chooses.
        if re.search(r"\([^()]*[+*][^()]*\)[+*{]", pattern):
            yield f"{type_.name}: the pattern {pattern!r} may take for ever.", "Do not repeat a group that repeats."
