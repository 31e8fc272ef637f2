"""Predicates as SQL over an expression of a value: always 0 or 1, never NULL, whatever the value is.

Text is compared in lower case by the engine on both sides (`lowerUTF8`), so that Python's and the engine's ideas of
letter case cannot differ.
"""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString, assert_never

from tributary.core.sql import Sql, bind, join, raw
from tributary.rules import predicates as p
from tributary.rules.catalog import FieldType
from tributary.rules.times import Span

INSTANT_TYPE = "DateTime64(3, 'UTC')"


def check_sql(check: p.Check, value: Sql, type_: FieldType, timezone: str) -> Sql:
    """Whether `value`, of type `fields.COLUMN_TYPES[type_]`, passes. `timezone` decides about anniversaries."""
    positive = predicate_sql(check.predicate, value, type_, timezone)
    return negation(positive) if check.negated else positive


def predicate_sql(predicate: p.Predicate, value: Sql, type_: FieldType, timezone: str) -> Sql:
    """Whether the predicate holds for `value`; false where it is missing."""
    match predicate:
        case p.Present():
            return raw("notEmpty(") + value + ")" if type_ is FieldType.LIST else raw("isNotNull(") + value + ")"
        case p.TextIn() | p.TextMatches():
            return _known(_text(predicate, value))
        case p.NumberIn(values=values):
            return _known(one_zero(value) + " IN " + bind(values, "Array(Float64)"))
        case p.NumberRange():
            return _known(range_sql(predicate, value))
        case p.BooleanIs(value=wanted):
            return _known(value + " = " + bind(wanted, "Bool"))
        case p.InstantIn(span=span):
            return _known(span_sql(span, value))
        case p.DateIn(span=dates):
            bounds = [(" >= ", dates.first), (" <= ", dates.last)]
            return _known(_bounds(value, [(op, bind(day, "Date32")) for op, day in bounds if day is not None]))
        case p.AnniversaryIn(days=days):
            local = (
                value if type_ is FieldType.DATE else raw("toTimeZone(") + value + ", " + bind(timezone, "String") + ")"
            )
            month_day = raw("toMonth(") + local + ") * 100 + toDayOfMonth(" + local + ")"
            return _known(month_day + " IN " + bind(days, "Array(UInt16)"))
        case p.ListHas():
            return _list_has(predicate, value)
        case p.ListLength(range=length):
            return range_sql(length, raw("length(") + value + ")", "UInt64")
        case _:
            assert_never(predicate)


def range_sql(range_: p.NumberRange, value: Sql, type_: LiteralString = "Float64") -> Sql:
    """`value` between the bounds. Integers are bound as integers, so that counts are compared exactly."""
    bounds: list[tuple[LiteralString, Sql]] = []
    if range_.low is not None and range_.low == range_.high:
        return raw("(") + value + " = " + _number(range_.low, type_) + ")"
    if range_.low is not None:
        bounds.append((" > " if range_.low_open else " >= ", _number(range_.low, type_)))
    if range_.high is not None:
        bounds.append((" < " if range_.high_open else " <= ", _number(range_.high, type_)))
    return _bounds(value, bounds)


def span_sql(span: Span, value: Sql) -> Sql:
    """`value`, an instant, inside the span."""
    bounds: list[tuple[LiteralString, datetime | None]] = [(" >= ", span.start), (" < ", span.end)]
    return _bounds(value, [(op, bind(bound, INSTANT_TYPE)) for op, bound in bounds if bound is not None])


def negation(condition: Sql) -> Sql:
    """The opposite of a condition that is never NULL."""
    return raw("NOT (") + condition + ")"


def conjunction(conditions: list[Sql]) -> Sql:
    """All of the conditions; true when there are none."""
    return raw("(") + join(" AND ", conditions) + ")" if conditions else raw("true")


def disjunction(conditions: list[Sql]) -> Sql:
    """Any of the conditions; false when there are none."""
    return raw("(") + join(" OR ", conditions) + ")" if conditions else raw("false")


def one_zero(number: Sql) -> Sql:
    """The number with -0 turned into 0: sets and distinct counts compare bits, in which the two differ."""
    return raw("(") + number + " + 0)"


def _known(condition: Sql) -> Sql:
    return raw("ifNull(") + condition + ", false)"


def _bounds(value: Sql, bounds: list[tuple[LiteralString, Sql]]) -> Sql:
    return conjunction([value + op + bound for op, bound in bounds])


def _number(number: float, type_: LiteralString) -> Sql:
    return bind(number if type_ == "Float64" else int(number), type_)


def _text(predicate: p.TextIn | p.TextMatches, value: Sql) -> Sql:
    if predicate.ignore_case:
        value = raw("lowerUTF8(") + value + ")"
    if isinstance(predicate, p.TextMatches):
        wanted = bind(predicate.value, "String")
        if predicate.ignore_case:
            wanted = raw("lowerUTF8(") + wanted + ")"
        if predicate.how == "contains":
            return raw("position(") + value + ", " + wanted + ") > 0"
        function = raw("startsWith(") if predicate.how == "starts_with" else raw("endsWith(")
        return function + value + ", " + wanted + ")"
    if len(predicate.values) == 1:
        wanted = bind(predicate.values[0], "String")
        return value + " = " + (raw("lowerUTF8(") + wanted + ")" if predicate.ignore_case else wanted)
    return value + " IN " + _texts(predicate.values, ignore_case=predicate.ignore_case)


def _texts(values: tuple[str, ...], *, ignore_case: bool) -> Sql:
    bound = bind(values, "Array(String)")
    # In parentheses, because the tenant guard lets no bare word follow IN.
    return raw("(arrayMap(text -> lowerUTF8(text), ") + bound + "))" if ignore_case else bound


def _list_has(predicate: p.ListHas, value: Sql) -> Sql:
    function = raw("hasAny(") if predicate.how == "any" else raw("hasAll(")
    if predicate.ignore_case:
        value = raw("arrayMap(text -> lowerUTF8(text), ") + value + ")"
    return function + value + ", " + _texts(predicate.values, ignore_case=predicate.ignore_case) + ")"
