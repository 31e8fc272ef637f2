"""A resolved rule: every name bound to the catalogue, every constant typed, every time absolute.

It depends on nothing outside itself: compiling it twice gives the same SQL. Conditions keep their path and their wire
form, so that an explanation can point at them and put them into words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tributary.rules import tree
from tributary.rules.catalog import AudienceRef, Field, TagRef
from tributary.rules.predicates import Check, NumberRange
from tributary.rules.times import Span


@dataclass(frozen=True, slots=True)
class PropertyCheck:
    """A condition on one property of an event."""

    field: Field
    check: Check


@dataclass(frozen=True, slots=True)
class EventScope:
    """Which events count: of one name, in a span, with properties that fulfil all or any of `filters`."""

    event: str
    span: Span
    filters: tuple[PropertyCheck, ...] = ()
    match: tree.Match = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What every resolved leaf carries: where it stands in the tree, and as what it was written."""

    path: str
    leaf: tree.Leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitCondition(Condition):
    """A check of one trait."""

    field: Field
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class CountCondition(Condition):
    """The number of events in scope, 0 for who has none, is in `range`; with `negated` it is not."""

    scope: EventScope
    range: NumberRange
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateCondition(Condition):
    """A function of a property over the events in scope is in `range`; with `negated` it is not.

    The sum and the distinct count of nothing are 0; the average, minimum and maximum of nothing are missing.
    """

    scope: EventScope
    function: tree.Function
    field: Field
    range: NumberRange
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegularCondition(Condition):
    """The number of periods with an event in scope is in `range`. `starts` are their beginnings, the newest first."""

    scope: EventScope
    starts: tuple[datetime, ...]
    range: NumberRange
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCondition(Condition):
    """A check of the first or the last time of an event in scope; missing for who has none."""

    scope: EventScope
    which: Literal["first", "last"]
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCondition(Condition):
    """A check of the value that run `run` of a tag gave."""

    tag: TagRef
    run: int
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceCondition(Condition):
    """Member of run `run` of an audience; with `negated` not a member."""

    audience: AudienceRef
    run: int
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomCondition(Condition):
    """The person's bucket under `salt` is in `[low, high)`."""

    salt: str
    low: float
    high: float


EventCondition = CountCondition | AggregateCondition | RegularCondition | TimeCondition
AnyCondition = TraitCondition | EventCondition | TagCondition | AudienceCondition | RandomCondition


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions under `all` or `any`, or one under `not`."""

    kind: Literal["all", "any", "not"]
    path: str
    parts: tuple[Node, ...]


Node = Group | AnyCondition


@dataclass(frozen=True, slots=True)
class ResolvedRule:
    """A rule ready to be compiled. `now` (UTC, whole milliseconds) is what relative times were counted from."""

    workspace_id: int
    timezone: str
    now: datetime
    root: Node


def conditions(node: Node) -> Iterator[AnyCondition]:
    """The leaves below `node`, in the order of the tree."""
    if isinstance(node, Group):
        for part in node.parts:
            yield from conditions(part)
    else:
        yield node
