"""What a condition asks of one value, after resolution: constants have their final type and time is absolute.

Each predicate is false for a missing value. `Not…` operators of the wire are no predicates: a resolved condition
carries `negated`, and is then the complement, true for a missing value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tributary.rules.times import DateSpan, Span


@dataclass(frozen=True, slots=True)
class Present:
    """There is a value; for a list: it is not empty."""


@dataclass(frozen=True, slots=True)
class TextIn:
    """The text is one of `values`; with `ignore_case` after both sides are put in lower case."""

    values: tuple[str, ...]
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class TextMatches:
    """The text contains, starts with or ends with `value`."""

    how: Literal["contains", "starts_with", "ends_with"]
    value: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class NumberIn:
    """The number is one of `values`."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The number is between the bounds; None is open. `low_open`/`high_open` leave the bound itself out."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def admits(self, value: float) -> bool:
        """Whether `value` is in the range."""
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below

    @property
    def complement(self) -> tuple[NumberRange, ...]:
        """The ranges that hold exactly the other numbers."""
        below = () if self.low is None else (NumberRange(high=self.low, high_open=not self.low_open),)
        above = () if self.high is None else (NumberRange(low=self.high, low_open=not self.high_open),)
        return below + above


@dataclass(frozen=True, slots=True)
class BooleanIs:
    """The boolean equals `value`."""

    value: bool


@dataclass(frozen=True, slots=True)
class InstantIn:
    """The instant is in `span`."""

    span: Span


@dataclass(frozen=True, slots=True)
class DateIn:
    """The calendar date is in `span`."""

    span: DateSpan


@dataclass(frozen=True, slots=True)
class AnniversaryIn:
    """The date's, or the instant's local date's, month and day (`month * 100 + day`) is one of `days`."""

    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListHas:
    """The list holds any, or all, of `values`."""

    how: Literal["any", "all"]
    values: tuple[str, ...]
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class ListLength:
    """The list's number of entries is in `range`; a missing list has none."""

    range: NumberRange


Predicate = (
    Present
    | TextIn
    | TextMatches
    | NumberIn
    | NumberRange
    | BooleanIs
    | InstantIn
    | DateIn
    | AnniversaryIn
    | ListHas
    | ListLength
)


@dataclass(frozen=True, slots=True)
class Check:
    """A predicate, or with `negated` its complement."""

    predicate: Predicate
    negated: bool = False
