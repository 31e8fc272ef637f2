"""An operator and its constant, checked against the type of the value they test, made into a `Check`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from tributary.errors import RuleError
from tributary.rules import predicates as p
from tributary.rules.catalog import FieldType
from tributary.rules.codec import child_path
from tributary.rules.operators import (
    COMPLEMENTS,
    DAY_UNITS,
    FROM_ZERO,
    OPERATORS,
    RELATIVE,
    WITHOUT_VALUE,
    takes_ignore_case,
)
from tributary.rules.times import MAX_STEPS, MILLISECOND, DateSpan, Moment, Span, anniversary_days, next_day, shift_date
from tributary.rules.tree import Ago, AllTime, Compare, Fixed, Last, Op, Unit, Window

_T = TypeVar("_T")

_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_DATETIME = re.compile(
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$"
)
_MOST = 10**15  # of anything that is counted; above it doubles skip whole numbers
# The least of whole numbers beside a unit, by the name of the part.
WINDOW_STEPS = {"value": 1, "least": 0, "most": 1, "at_least": 1, "periods": 2}
MAX_PERIODS = 100  # each is looked at by itself
_YEARS = (1901, 2298)  # one year inside of what the warehouse can hold, so that neighbours of a constant fit too


@dataclass(frozen=True, slots=True)
class Test:
    """The operator part that traits, filters, tags and times of events have in common, with its place in the tree."""

    path: str
    op: Op
    value: Any = None
    unit: Unit | None = None
    ignore_case: bool = False

    def error(self, message: str, cure: str, part: str = "value") -> RuleError:
        """A user error at one key of this condition."""
        return RuleError(message, path=child_path(self.path, part), cure=cure)


def check(test: Test, type_: FieldType, subject: str, moment: Moment) -> p.Check:
    """What `test` asks of a value of `type_`. `subject` names the value in errors, such as `trait “age”`.

    Raises:
        RuleError: the type has no such operator, or the constant is not of the right kind.
    """
    if test.op not in OPERATORS[type_]:
        raise test.error(
            f"{subject} is of type {type_} and has no operator “{test.op}”.",
            f"Use one of: {', '.join(OPERATORS[type_])}.",
            "op",
        )
    _refuse_leftovers(test, type_)
    positive = COMPLEMENTS.get(test.op, test.op)
    if positive is Op.IS_SET:
        return p.Check(p.Present(), test.op is not positive)
    negated = test.op is not positive or (isinstance(test.value, Compare) and test.value.op == "is_not")
    return p.Check(_BUILDERS[type_](test, positive, moment), negated)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A resolved comparison: the number is in `range`, or with `negated` it is not."""

    range: p.NumberRange
    negated: bool


def number_range(compare: Compare, path: str, *, is_count: bool = False) -> Bounds:
    """The range that a comparison admits; `is_not` is the complement of `is`.

    Raises:
        RuleError: a bound is missing, not a number, or with `is_count` not a whole number from 0.
    """
    test = Test(path, Op(compare.op), compare.value)
    if compare.op == "between":
        low, high = _pair(test, _number)
    else:
        low = high = _number(test, compare.value)
    if is_count and not all(0 <= bound <= _MOST and bound == int(bound) for bound in (low, high)):
        raise test.error("A count is compared with whole numbers from 0.", "Write a whole number, such as 3.")
    return Bounds(_range(Op(compare.op), low, high), compare.op == "is_not")


def window_span(window: Window, path: str, moment: Moment) -> Span:
    """The absolute span of a window.

    Raises:
        RuleError: a step is out of range, an end is before its start, or a constant is no date.
    """
    path = child_path(path, "window")
    match window:
        case AllTime():
            return Span()
        case Last(value=value, unit=unit):
            steps = _steps(path, "value", value, unit, least=WINDOW_STEPS["value"])
            return Span(moment.shift(-steps, unit), moment.now + MILLISECOND)
        case Ago(least=least, most=most, unit=unit):
            near = _steps(path, "least", least, unit, least=WINDOW_STEPS["least"])
            far = _steps(path, "most", most, unit, least=WINDOW_STEPS["most"])
            if near >= far:
                raise RuleError(
                    f"“Between {near} and {far} {unit} ago” holds no time.",
                    path=child_path(path, "most"),
                    cure="Make `most` larger than `least`.",
                )
            return Span(moment.shift(-far, unit), moment.shift(-near, unit))
        case Fixed(start=start, end=end):
            return _fixed(path, start, end, moment)


def period_starts(periods: int, unit: Unit, path: str, moment: Moment) -> tuple[datetime, ...]:
    """When each of the last `periods` periods of one unit began, the newest first. One ends where the newer begins.

    Raises:
        RuleError: there are too few or too many.
    """
    if not WINDOW_STEPS["periods"] <= periods <= MAX_PERIODS:
        raise RuleError(
            f"{periods} periods are out of range.",
            path=child_path(path, "periods"),
            cure=f"Use {WINDOW_STEPS['periods']} to {MAX_PERIODS}.",
        )
    return tuple(moment.shift(-step, unit) for step in range(1, periods + 1))


def _fixed(path: str, start: str | None, end: str | None, moment: Moment) -> Span:
    if start is None and end is None:
        raise RuleError("The window has neither start nor end.", path=path, cure="Give one, or use all_time.")
    first = None if start is None else _span(Test(child_path(path, "start"), Op.ON), start, moment, part="").start
    last = None if end is None else _span(Test(child_path(path, "end"), Op.ON), end, moment, part="").end
    if first and last and first >= last:
        raise RuleError("The window ends before it starts.", path=child_path(path, "end"), cure="Swap the two.")
    return Span(first, last)


def _refuse_leftovers(test: Test, type_: FieldType) -> None:
    if test.ignore_case and not takes_ignore_case(type_, test.op):
        raise test.error("Letter case means nothing here.", "Remove ignore_case.", "ignore_case")
    if test.op in WITHOUT_VALUE:
        if test.value is not None:
            raise test.error(f"“{test.op}” takes no value.", "Remove the value.")
    elif test.value is None:
        raise test.error(f"“{test.op}” needs a value.", "Add one.")
    if test.unit is not None and test.op not in RELATIVE:
        raise test.error(f"“{test.op}” takes no unit.", "Remove the unit.", "unit")


# Text, number, boolean, list --------------------------------------------------------------------------------------


def _text_check(test: Test, op: Op, _: Moment) -> p.Predicate:
    if op is Op.IS:
        return p.TextIn((_text(test, test.value),), test.ignore_case)
    if op is Op.IN:
        return p.TextIn(_several(test, _text), test.ignore_case)
    value = _text(test, test.value)
    if not value:
        raise test.error("Every text contains the empty text.", "Type at least one character.")
    how = {Op.CONTAINS: "contains", Op.STARTS_WITH: "starts_with", Op.ENDS_WITH: "ends_with"}[op]
    return p.TextMatches(how, value, test.ignore_case)  # type: ignore[arg-type]  # one of the three by the table above


def _number_check(test: Test, op: Op, _: Moment) -> p.Predicate:
    if op is Op.IN:
        return p.NumberIn(_several(test, _number))
    low, high = _pair(test, _number) if op is Op.BETWEEN else (_number(test, test.value),) * 2
    return _range(op, low, high)


def _boolean_check(test: Test, _op: Op, _: Moment) -> p.Predicate:
    if not isinstance(test.value, bool):
        raise test.error(f"{_shown(test.value)} is neither true nor false.", "Write true or false, without quotes.")
    return p.BooleanIs(test.value)


def _list_check(test: Test, op: Op, _: Moment) -> p.Predicate:
    if op is Op.LENGTH:
        if not isinstance(test.value, Compare):
            raise test.error("The length is compared by an operator of its own.", 'Write {"op": "gte", "value": 2}.')
        return p.ListLength(number_range(test.value, child_path(test.path, "value"), is_count=True).range)
    return p.ListHas("any" if op is Op.HAS_ANY else "all", _several(test, _text), test.ignore_case)


def _range(op: Op, low: float, high: float) -> p.NumberRange:
    match op:
        case Op.LT:
            return p.NumberRange(high=high, high_open=True)
        case Op.LTE:
            return p.NumberRange(high=high)
        case Op.GT:
            return p.NumberRange(low=low, low_open=True)
        case Op.GTE:
            return p.NumberRange(low=low)
        case _:
            return p.NumberRange(low=low, high=high)


# Dates and date-times ---------------------------------------------------------------------------------------------


def _datetime_check(test: Test, op: Op, moment: Moment) -> p.Predicate:
    match op:
        case Op.ON:
            return p.InstantIn(moment.day(_date(test, test.value)))
        case Op.BEFORE:
            return p.InstantIn(Span(end=_span(test, test.value, moment).start))
        case Op.AFTER:
            span = _span(test, test.value, moment)
            return p.InstantIn(
                Span(start=span.end if _is_day(test.value) else (span.start or moment.now) + MILLISECOND)
            )
        case Op.BETWEEN:
            return p.InstantIn(_between(test, moment))
        case Op.IN_LAST:
            return p.InstantIn(Span(moment.shift(-_relative(test), _unit(test)), moment.now + MILLISECOND))
        case Op.MORE_THAN_AGO:
            return p.InstantIn(Span(end=moment.shift(-_relative(test), _unit(test))))
        case Op.IN_NEXT:
            return p.InstantIn(Span(moment.now, moment.shift(_relative(test), _unit(test)) + MILLISECOND))
        case _:
            return _anniversary(test, op, moment)


def _date_check(test: Test, op: Op, moment: Moment) -> p.Predicate:
    today = moment.today
    match op:
        case Op.ON:
            day = _date(test, test.value)
            return p.DateIn(DateSpan(day, day))
        case Op.BEFORE:
            return p.DateIn(DateSpan(last=_date(test, test.value) - timedelta(days=1)))
        case Op.AFTER:
            return p.DateIn(DateSpan(first=next_day(_date(test, test.value))))
        case Op.BETWEEN:
            return p.DateIn(DateSpan(*_pair(test, _date)))
        case Op.IN_LAST:
            return p.DateIn(DateSpan(shift_date(today, -_relative(test), _day_unit(test)), today))
        case Op.MORE_THAN_AGO:
            return p.DateIn(DateSpan(last=shift_date(today, -_relative(test), _day_unit(test)) - timedelta(days=1)))
        case Op.IN_NEXT:
            return p.DateIn(DateSpan(today, shift_date(today, _relative(test), _day_unit(test))))
        case _:
            return _anniversary(test, op, moment)


def _anniversary(test: Test, op: Op, moment: Moment) -> p.Predicate:
    today = moment.today
    days = 0
    if op is Op.ANNIVERSARY_IN_NEXT:
        days = (shift_date(today, _relative(test), _day_unit(test)) - today).days
    return p.AnniversaryIn(anniversary_days(today, days))


def _between(test: Test, moment: Moment) -> Span:
    low, high = _two(test)
    start, end = _span(test, low, moment).start, _span(test, high, moment).end
    if start is None or end is None or start >= end:
        raise test.error("The range ends before it starts.", "Swap the two.")
    return Span(start, end)


def _span(test: Test, value: Any, moment: Moment, *, part: str = "value") -> Span:
    """What a constant stands for: the whole local day of a date; from and until itself of a date-time."""
    if _is_day(value):
        return moment.day(_date(test, value, part=part))
    if not isinstance(value, str) or not _DATETIME.match(value):
        raise _no_date(test, value, part, "2026-05-01 or 2026-05-01T09:30:00+08:00")
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise _no_date(test, value, part, "2026-05-01 or 2026-05-01T09:30:00+08:00") from None
    _check_year(test, read.date(), part)
    instant = moment.instant(read.date(), read) if read.tzinfo is None else read.astimezone(UTC)
    return Span(instant, instant)


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and _DATE.match(value) is not None


def _date(test: Test, value: Any, *, part: str = "value") -> date:
    if not _is_day(value):
        raise _no_date(test, value, part, "2026-05-01")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise _no_date(test, value, part, "2026-05-01") from None
    _check_year(test, day, part)
    return day


def _check_year(test: Test, day: date, part: str) -> None:
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise _at(test, part, f"The year {day.year} cannot be stored.", f"Use {_YEARS[0]} to {_YEARS[1]}.")


def _no_date(test: Test, value: Any, part: str, example: str) -> RuleError:
    return _at(test, part, f"{_shown(value)} is no date.", f"Write {example}.")


def _at(test: Test, part: str, message: str, cure: str) -> RuleError:
    return test.error(message, cure, part) if part else RuleError(message, path=test.path, cure=cure)


def _relative(test: Test) -> int:
    if isinstance(test.value, bool) or not isinstance(test.value, int):
        raise test.error(f"{_shown(test.value)} is no number of {_unit(test)}.", "Write a whole number, such as 30.")
    return _steps(test.path, "value", test.value, _unit(test), least=0 if test.op in FROM_ZERO else 1)


def _unit(test: Test) -> Unit:
    if test.unit is None:
        raise test.error(f"“{test.op}” needs a unit.", f"Use one of: {', '.join(Unit)}.", "unit")
    return test.unit


def _day_unit(test: Test) -> Unit:
    if _unit(test) not in DAY_UNITS:
        raise test.error("A date has no hours.", "Use days, weeks or months.", "unit")
    return _unit(test)


def _steps(path: str, part: str, steps: int, unit: Unit, *, least: int) -> int:
    if not least <= steps <= MAX_STEPS[unit]:
        raise RuleError(
            f"{steps} {unit} is out of range.",
            path=child_path(path, part),
            cure=f"Use {least} to {MAX_STEPS[unit]} {unit}.",
        )
    return steps


# Constants --------------------------------------------------------------------------------------------------------


def _text(test: Test, value: Any) -> str:
    if not isinstance(value, str):
        raise test.error(f"{_shown(value)} is no text.", "Put it in quotes.")
    return value


def _number(test: Test, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise test.error(f"{_shown(value)} is no number.", "Write a number, without quotes.")
    try:
        number = float(value) + 0.0  # -0.0 becomes 0.0
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise test.error("The number is too large.", "Use a number below 1e308.")
    return number


def _several(test: Test, read: Callable[[Test, Any], _T]) -> tuple[_T, ...]:
    if not isinstance(test.value, list | tuple) or not test.value:
        raise test.error(f"“{test.op}” needs a list of at least one value.", "Write for example [1, 2].")
    return tuple(dict.fromkeys(read(test, value) for value in test.value))


def _two(test: Test) -> tuple[Any, Any]:
    if not isinstance(test.value, list | tuple) or len(test.value) != 2:
        raise test.error("“between” needs two values.", "Write [low, high].")
    return test.value[0], test.value[1]


def _pair(test: Test, read: Callable[[Test, Any], Any]) -> tuple[Any, Any]:
    low, high = (read(test, value) for value in _two(test))
    if low > high:
        raise test.error("The low end is above the high end.", "Swap the two.")
    return low, high


def _shown(value: Any) -> str:
    """A constant as the error shows it, cut so that the message stays one line."""
    if isinstance(value, Compare):
        return "A comparison"
    text = "nothing" if value is None else str(value)
    return f"“{text[:40]}{'…' if len(text) > 40 else ''}”"


_BUILDERS: dict[FieldType, Callable[[Test, Op, Moment], p.Predicate]] = {
    FieldType.TEXT: _text_check,
    FieldType.NUMBER: _number_check,
    FieldType.BOOLEAN: _boolean_check,
    FieldType.DATETIME: _datetime_check,
    FieldType.DATE: _date_check,
    FieldType.LIST: _list_check,
}
