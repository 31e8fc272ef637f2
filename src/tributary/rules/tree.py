"""The wire form of a rule: a tree of frozen tagged structs, the same in JSON, in the store and in Python.

    {"kind": "all", "rules": [
        {"kind": "trait", "trait": "city", "op": "in", "value": ["上海", "北京"]},
        {"kind": "event", "event": "Order Completed", "count": {"op": "gte", "value": 3},
         "window": {"kind": "last", "value": 90, "unit": "days"},
         "where": [{"property": "total", "op": "gt", "value": 100}]},
        {"kind": "not", "rule": {"kind": "audience", "audience": "aud_01j…"}}]}

Names on the wire are forever: add, never rename. What each operator means is written in `docs/reference/rules.md`.
Values are checked against the catalogue by `resolve`, not here: a rule may be stored before its fields exist.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec


class Op(StrEnum):
    """Operators on a value. Which of them a type has is in `rules.operators`."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "between"
    ON = "on"
    BEFORE = "before"
    AFTER = "after"
    IN_LAST = "in_last"
    NOT_IN_LAST = "not_in_last"
    MORE_THAN_AGO = "more_than_ago"
    IN_NEXT = "in_next"
    ANNIVERSARY_TODAY = "anniversary_today"
    ANNIVERSARY_IN_NEXT = "anniversary_in_next"
    HAS_ANY = "has_any"
    HAS_ALL = "has_all"
    HAS_NONE = "has_none"
    LENGTH = "length"
    IS_SET = "is_set"
    IS_NOT_SET = "is_not_set"


class Unit(StrEnum):
    """Units of relative time. Hours are exact; the others are calendar steps in the workspace's time zone."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Function(StrEnum):
    """What an aggregate makes of one property over a person's events."""

    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"


CompareOp = Literal["is", "is_not", "lt", "lte", "gt", "gte", "between"]
Match = Literal["all", "any"]
Number = int | float
Scalar = bool | int | float | str


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of everything in a rule: immutable, hashable, and a typo in a key is an error, not a silent default."""


class Compare(_Struct, frozen=True, kw_only=True):
    """A number against a constant; `value` is `[low, high]`, both included, for `between`."""

    op: CompareOp
    value: Number | tuple[Number, ...]


Value = None | Scalar | tuple[Scalar, ...] | Compare


# Windows: which events count ------------------------------------------------------------------------------------


class AllTime(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="all_time"):
    """Every event."""


class Last(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="last"):
    """From `value` units ago until now."""

    value: int
    unit: Unit


class Ago(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="ago"):
    """Between `most` and `least` units ago: `least=30, most=90` is 90 days ago until 30 days ago."""

    least: int
    most: int
    unit: Unit


class Fixed(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="fixed"):
    """From `start` to `end`, each an ISO date or date-time, or None for open.

    A date means the whole local day; a date-time is included as a start and excluded as an end.
    """

    start: str | None = None
    end: str | None = None


Window = AllTime | Last | Ago | Fixed


# Leaves ---------------------------------------------------------------------------------------------------------


class Filter(_Struct, frozen=True, kw_only=True):
    """A condition on one property of an event."""

    property: str
    op: Op
    value: Value = None
    unit: Unit | None = None
    ignore_case: bool = False


class Trait(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="trait"):
    """A condition on one trait of the profile."""

    trait: str
    op: Op
    value: Value = None
    unit: Unit | None = None
    ignore_case: bool = False


class Event(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="event"):
    """Did the event, as often as `count` says (at least once without it), or did not do it."""

    event: str
    op: Literal["did", "did_not"] = "did"
    count: Compare | None = None
    window: Window = AllTime()
    where: tuple[Filter, ...] = ()
    match: Match = "all"


class EventAggregate(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="event_aggregate"):
    """A function of one property over the person's events, compared with a number."""

    event: str
    function: Function
    property: str
    compare: Compare
    window: Window = AllTime()
    where: tuple[Filter, ...] = ()
    match: Match = "all"


class Regular(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="regular"):
    """Did the event in at least `at_least` of the last `periods` periods of one unit each; the newest ends now."""

    event: str
    at_least: int
    periods: int
    unit: Unit
    where: tuple[Filter, ...] = ()
    match: Match = "all"


class FirstTime(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="first_time"):
    """When the person did the event for the first time, compared by a date-time operator."""

    event: str
    op: Op
    value: Value = None
    unit: Unit | None = None
    where: tuple[Filter, ...] = ()
    match: Match = "all"


class LastTime(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="last_time"):
    """When the person did the event for the last time, compared by a date-time operator."""

    event: str
    op: Op
    value: Value = None
    unit: Unit | None = None
    where: tuple[Filter, ...] = ()
    match: Match = "all"


class Tag(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="tag"):
    """A condition on the value that a tag (by id) gave the person when it was last computed."""

    tag: str
    op: Op
    value: Value = None
    ignore_case: bool = False


class Audience(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="audience"):
    """In, or not in, an audience (by id) as it was last computed."""

    audience: str
    op: Literal["in", "not_in"] = "in"


class Random(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="random"):
    """A stable random share of people: those whose bucket, in percent, is in `[from_percent, to_percent)`."""

    salt: str
    from_percent: Number
    to_percent: Number


# Groups ---------------------------------------------------------------------------------------------------------


class All(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="all"):
    """Every one of the rules holds. With none, everybody."""

    rules: tuple[Rule, ...]


class Any(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="any"):
    """At least one of the rules holds. With none, nobody."""

    rules: tuple[Rule, ...]


class Not(_Struct, frozen=True, kw_only=True, tag_field="kind", tag="not"):
    """The complement over the workspace's profiles."""

    rule: Rule


Leaf = Trait | Event | EventAggregate | Regular | FirstTime | LastTime | Tag | Audience | Random
EventLeaf = Event | EventAggregate | Regular | FirstTime | LastTime
Rule = All | Any | Not | Trait | Event | EventAggregate | Regular | FirstTime | LastTime | Tag | Audience | Random
