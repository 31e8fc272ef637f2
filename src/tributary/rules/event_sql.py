"""Conditions on events as SQL: which rows count, what is computed per person, and which answers pass.

A person without a single row in a scan gets no group there. So what is asked of a scan is always a question whose
answer for "nothing" is no; where the condition itself admits nothing ("at most twice", "never"), the opposite is asked
and the answer is turned round (`Question.is_opposite`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import LiteralString, assert_never

from tributary.core.fields import field_expression
from tributary.core.scan import CANONICAL_ID, EVENTS, scan
from tributary.core.sql import Sql, bind, join, raw
from tributary.rules import resolved as r
from tributary.rules.catalog import Field, FieldType
from tributary.rules.predicate_sql import (
    check_sql,
    conjunction,
    disjunction,
    negation,
    one_zero,
    predicate_sql,
    range_sql,
    span_sql,
)
from tributary.rules.predicates import NumberRange
from tributary.rules.times import Span
from tributary.rules.tree import Function

PERSON_ID_TYPE: LiteralString = "Array(UInt64)"
_Measured = r.CountCondition | r.AggregateCondition | r.RegularCondition


@dataclass(frozen=True, slots=True)
class People:
    """The only people that a query is about: `ids`, and when known all ids that were merged into them.

    With `merged_ids` the events are found by their primary key. Without, each event's id is looked up, which is as
    right but reads all events of the names asked for.
    """

    ids: tuple[int, ...]
    merged_ids: tuple[int, ...] | None = None

    def profiles(self) -> Sql:
        """The condition on `profiles`."""
        return raw("profile_id IN ") + bind(self.ids, PERSON_ID_TYPE)

    def rows(self) -> Sql:
        """The condition on rows that carry the id a person had when they were written."""
        if self.merged_ids is None:
            return CANONICAL_ID + " IN " + bind(self.ids, PERSON_ID_TYPE)
        return raw("profile_id IN ") + bind((*self.ids, *self.merged_ids), PERSON_ID_TYPE)


@dataclass(frozen=True, slots=True)
class Share:
    """One in `parts` people, chosen by a hash of the id: always the same ones, and as good as chosen by lot.

    Not the hash that shards are chosen by, or all of them would be on one shard.
    """

    parts: int

    def profiles(self) -> Sql:
        """The condition on `profiles`."""
        return self._is_chosen(raw("profile_id"))

    def rows(self) -> Sql:
        """The condition on rows that carry the id a person had when they were written."""
        return self._is_chosen(CANONICAL_ID)

    def _is_chosen(self, person: Sql) -> Sql:
        return raw("xxHash64(") + person + ") % " + bind(self.parts, "UInt32") + " = 0"


def distinct_expression(field: Field) -> Sql:
    """The value of an event property as a distinct count compares it."""
    value = property_expression(field)
    return one_zero(value) if field.type is FieldType.NUMBER else value


def property_expression(field: Field) -> Sql:
    """The value of an event property in a scan of events."""
    return field_expression("property", field.name, field.type, field.column)


def rows_sql(scope: r.EventScope, timezone: str) -> Sql | None:
    """Which rows of the event's scan are in scope; None when all are. The event's name is not part of it."""
    conditions = []
    if scope.span != Span():
        conditions.append(span_sql(scope.span, raw("timestamp")))
    checks = [
        check_sql(item.check, property_expression(item.field), item.field.type, timezone) for item in scope.filters
    ]
    if checks:
        conditions.append(conjunction(checks) if scope.match == "all" else disjunction(checks))
    return conjunction(conditions) if conditions else None


def value_sql(condition: r.EventCondition, rows: Sql | None) -> Sql:
    """The aggregate that the condition looks at, over the rows given (all of the scan when None)."""
    match condition:
        case r.CountCondition():
            return raw("count()") if rows is None else raw("countIf(") + rows + ")"
        case r.RegularCondition(starts=starts):
            # Of the periods, which are told apart by how many of them begin later than the event.
            milliseconds = [round(start.timestamp() * 1000) for start in starts]
            place = raw("arrayCount(start -> start > toUnixTimestamp64Milli(timestamp), ")
            place = place + bind(milliseconds, "Array(Int64)") + ")"
            return aggregate_sql("uniqExact", place, rows)
        case r.TimeCondition(which=which):
            return aggregate_sql("minOrNull" if which == "first" else "maxOrNull", raw("timestamp"), rows)
        case r.AggregateCondition(function=function, field=field):
            if function is Function.DISTINCT:
                return aggregate_sql("uniqExact", distinct_expression(field), rows)
            value = property_expression(field)
            if function is Function.SUM:
                return raw("ifNull(") + aggregate_sql("sum", value, rows) + ", 0)"
            return aggregate_sql(_FUNCTIONS[function], value, rows)
        case _:
            assert_never(condition)


def aggregate_sql(function: LiteralString, value: Sql, rows: Sql | None) -> Sql:
    """`function(value)`, or `functionIf(value, rows)`."""
    if rows is None:
        return raw(function) + "(" + value + ")"
    return raw(function) + "If(" + value + ", " + rows + ")"


def holds_sql(condition: r.EventCondition, value: Sql, timezone: str) -> Sql:
    """Whether the condition holds for a person whose aggregate is `value`, also when that is 0 or missing."""
    if isinstance(condition, r.TimeCondition):
        return check_sql(condition.check, value, FieldType.DATETIME, timezone)
    positive = raw("ifNull(") + _range(condition, condition.range, value) + ", false)"
    return negation(positive) if condition.negated else positive


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the scan of one event's rows; the answer for a person without rows is no.

    `rows` is which rows count (None: all). With `is_any` one such row is a yes; else `value` is computed per person
    and compared by `condition` and `ranges`.
    """

    condition: r.EventCondition
    rows: Sql | None
    span: Span
    is_opposite: bool
    ranges: tuple[NumberRange, ...] = ()
    is_any: bool = False

    def value(self, rows: Sql | None) -> Sql:
        """The aggregate, over `rows`."""
        return value_sql(self.condition, rows)

    def holds(self, value: Sql, timezone: str) -> Sql:
        """Whether `value` is a yes."""
        if isinstance(self.condition, r.TimeCondition):
            return predicate_sql(self.condition.check.predicate, value, FieldType.DATETIME, timezone)
        ranges = [_range(self.condition, range_, value) for range_ in self.ranges]
        return raw("ifNull(") + disjunction(ranges) + ", false)"


def question(condition: r.EventCondition, timezone: str) -> Question:
    """The question to ask for a condition."""
    rows, span = rows_sql(condition.scope, timezone), condition.scope.span
    if isinstance(condition, r.TimeCondition):
        return Question(condition, rows, span, condition.check.negated)
    admits_nothing = _has_zero(condition) and condition.range.admits(0)
    ranges = condition.range.complement if admits_nothing else (condition.range,)
    is_any = isinstance(condition, r.CountCondition) and _means_any(ranges)
    return Question(condition, rows, span, condition.negated != admits_nothing, ranges, is_any)


def ask(questions: list[Question], workspace_id: int, event: str, timezone: str, people: People | Share | None) -> Sql:
    """`(SELECT … AS m0, … AS m1 …)`: one scan of an event's rows, one row, a bitmap of people per question."""
    rows = None if any(item.rows is None for item in questions) else [item.rows for item in questions if item.rows]
    is_single = len(questions) == 1
    conditions = [raw("event = ") + bind(event, "String")]
    hull = Span() if is_single else _hull([item.span for item in questions])
    if hull != Span():  # stated once, outside of the OR, so that whole months are skipped
        conditions.append(span_sql(hull, raw("timestamp")))
    if rows:
        conditions.append(disjunction(rows))
    if people is not None:
        conditions.append(people.rows())
    source = scan(EVENTS, workspace_id, join(" AND ", conditions))
    # With one question the scan holds exactly its rows, so the aggregates need no condition of their own.
    counted = [None if is_single else item.rows for item in questions]
    if all(item.is_any for item in questions):
        return raw("(SELECT ") + bitmaps_sql(CANONICAL_ID, [row or raw("true") for row in counted]) + source + ")"
    values = [item.value(row) for item, row in zip(questions, counted, strict=True)]
    tests = [item.holds(generated(f"v{index}"), timezone) for index, item in enumerate(questions)]
    named = join(", ", [value + generated(f" AS v{index}") for index, value in enumerate(values)])
    groups = raw("(SELECT ") + CANONICAL_ID + " AS person, " + named + source + " GROUP BY person)"
    return raw("(SELECT ") + bitmaps_sql(raw("person"), tests) + " FROM " + groups + " AS people)"  # noqa: S608 (values are bound)


def bitmaps_sql(person: Sql, tests: Iterable[Sql]) -> Sql:
    """`… AS m0, … AS m1`: a bitmap per test of the people for whom a row passes."""
    bitmaps = [raw("groupBitmapStateIf(") + person + ", " + test + ")" for test in tests]
    return join(", ", [bitmap + generated(f" AS m{index}") for index, bitmap in enumerate(bitmaps)])


def generated(name: str) -> Sql:
    """An alias that the compiler numbers. Never for anything that comes from a rule."""
    return Sql((name,))


def _range(condition: _Measured, range_: NumberRange, value: Sql) -> Sql:
    is_whole = not isinstance(condition, r.AggregateCondition) or condition.function is Function.DISTINCT
    return range_sql(range_, value, "UInt64" if is_whole else "Float64")


def _has_zero(condition: _Measured) -> bool:
    """Whether nothing counts as 0 (and is not missing)."""
    return not isinstance(condition, r.AggregateCondition) or condition.function in {Function.SUM, Function.DISTINCT}


def _means_any(ranges: tuple[NumberRange, ...]) -> bool:
    """Whether a count in `ranges` says no more than that it is not 0."""
    return all(not range_.admits(0) for range_ in ranges) and any(
        range_.high is None and range_.admits(1) for range_ in ranges
    )


def _hull(spans: list[Span]) -> Span:
    starts = [span.start for span in spans if span.start is not None]
    ends = [span.end for span in spans if span.end is not None]
    return Span(
        min(starts) if len(starts) == len(spans) else None,
        max(ends) if len(ends) == len(spans) else None,
    )


_FUNCTIONS: dict[Function, LiteralString] = {
    Function.AVG: "avg",
    Function.MIN: "min",
    Function.MAX: "max",
}
