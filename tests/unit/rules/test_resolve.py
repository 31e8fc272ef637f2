"""Resolving: what users get wrong is said with its place in the tree and a cure, and nothing is left to the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_oracle.documented import CATALOG, NOW
from tributary.errors import RuleError
from tributary.rules import OPERATORS, Field, FieldType, decode, decode_measure, resolve, resolve_measure
from tributary.rules.operators import COMPLEMENTS
from tributary.rules.resolved import CountCondition, TraitCondition
from tributary.rules.tree import Op

EVENT = {"kind": "event", "event": "Order Completed"}
SUM = {**EVENT, "kind": "event_aggregate", "function": "sum", "property": "total", "compare": {"op": "gt", "value": 1}}


def trait(name, op, value=None, **more):
    return {"kind": "trait", "trait": name, "op": op, **({} if value is None else {"value": value}), **more}


def where(**test):
    return {**EVENT, "where": [{"property": "total", "op": "is_set"}, test]}


def window(**window):
    return {**EVENT, "window": window}


MISTAKES = [
    # names
    (trait("citty", "is_set"), "trait", "“city”"),
    (trait("zzz", "is_set"), "trait", "spelling"),
    ({**EVENT, "event": "Order Complete"}, "event", "“Order Completed”"),
    ({**EVENT, "event": ""}, "event", "spelling"),
    (where(property="totl", op="is_set"), "where[1].property", "“total”"),
    ({**SUM, "property": "totals"}, "property", "“total”"),
    ({"kind": "tag", "tag": "Score", "op": "is_set"}, "tag", "tag_score"),
    ({"kind": "tag", "tag": "tag_scores", "op": "is_set"}, "tag", "“tag_score”"),
    ({"kind": "audience", "audience": "VIP 客户"}, "audience", "aud_vip"),
    ({"kind": "audience", "audience": "x"}, "audience", "existing"),
    # operators
    (trait("age", "contains", "1"), "op", "between"),
    (trait("city", "gt", 1), "op", "starts_with"),
    (trait("is_member", "in", [True]), "op", "is"),
    (trait("city", "is_set", "x"), "value", "Remove"),
    (trait("city", "is"), "value", "Add"),
    (trait("city", "is", "x", unit="days"), "unit", "Remove"),
    (trait("age", "is", 1, ignore_case=True), "ignore_case", "Remove"),
    (trait("city", "is_set", ignore_case=True), "ignore_case", "Remove"),
    # constants
    (trait("city", "is", 1), "value", "quotes"),
    (trait("city", "in", "x"), "value", "[1, 2]"),
    (trait("city", "in", []), "value", "[1, 2]"),
    (trait("city", "in", ["a", 1]), "value", "quotes"),
    (trait("city", "contains", ""), "value", "character"),
    (trait("age", "is", "1"), "value", "without quotes"),
    (trait("age", "is", True), "value", "without quotes"),
    (trait("age", "is", 10**400), "value", "1e308"),
    (trait("age", "between", [1]), "value", "[low, high]"),
    (trait("age", "between", [2, 1]), "value", "Swap"),
    (trait("is_member", "is", 1), "value", "true or false"),
    (trait("interests", "length", 2), "value", "gte"),
    (trait("interests", "length", {"op": "gte", "value": 1.5}), "value.value", "3"),
    (trait("interests", "length", {"op": "between", "value": 1}), "value.value", "[low, high]"),
    # dates
    (trait("birthday", "on", "2026-02-30"), "value", "2026-05-01"),
    (trait("birthday", "on", "1.5.2026"), "value", "2026-05-01"),
    (trait("birthday", "before", "2026-05-01T10:00:00"), "value", "2026-05-01"),
    (trait("createdAt", "before", "20260501"), "value", "+08:00"),
    (trait("createdAt", "before", "2026-05-01T25:00:00"), "value", "+08:00"),
    (trait("createdAt", "after", "2026-05-01T10:00:00.123456"), "value", "+08:00"),
    (trait("createdAt", "on", "1800-01-01"), "value", "1901"),
    (trait("createdAt", "between", ["2026-05-02", "2026-05-01"]), "value", "Swap"),
    (trait("createdAt", "in_last", 7), "unit", "days"),
    (trait("createdAt", "in_last", 0, unit="days"), "value", "1 to"),
    (trait("createdAt", "in_last", 10**9, unit="days"), "value", "1 to"),
    (trait("createdAt", "in_last", 1.5, unit="days"), "value", "whole"),
    (trait("birthday", "in_last", 7, unit="hours"), "unit", "days"),
    (trait("birthday", "anniversary_in_next", 7, unit="hours"), "unit", "days"),
    (trait("birthday", "anniversary_today", 7), "value", "Remove"),
    # events
    ({**EVENT, "op": "did_not", "count": {"op": "gte", "value": 1}}, "count", "did"),
    ({**EVENT, "count": {"op": "gte", "value": -1}}, "count.value", "whole"),
    ({**EVENT, "count": {"op": "gte", "value": 1.5}}, "count.value", "whole"),
    ({**EVENT, "count": {"op": "gte", "value": 10**30}}, "count.value", "whole"),
    ({**EVENT, "count": {"op": "between", "value": [3, 1]}}, "count.value", "Swap"),
    (window(kind="last", value=0, unit="days"), "window.value", "1 to"),
    (window(kind="ago", least=3, most=3, unit="days"), "window.most", "larger"),
    (window(kind="fixed"), "window", "all_time"),
    (window(kind="fixed", start="x"), "window.start", "2026"),
    (window(kind="fixed", start="2026-05-02", end="2026-05-01"), "window.end", "Swap"),
    ({**SUM, "property": "category"}, "property", "distinct"),
    ({**SUM, "compare": {"op": "gt", "value": [1, 2]}}, "compare.value", "number"),
    (where(property="total", op="is", value="x"), "where[1].value", "without quotes"),
    ({"kind": "first_time", "event": "Order Completed", "op": "is", "value": "x"}, "op", "in_last"),
    # random
    ({"kind": "random", "salt": "", "from_percent": 0, "to_percent": 1}, "salt", "Name"),
    ({"kind": "random", "salt": "x", "from_percent": 5, "to_percent": 5}, "to_percent", "100"),
    ({"kind": "random", "salt": "x", "from_percent": -1, "to_percent": 5}, "to_percent", "100"),
    ({"kind": "random", "salt": "x", "from_percent": 0, "to_percent": 10**30}, "to_percent", "100"),
]


class TestMistakes:
    @pytest.mark.parametrize(("rule", "path", "cure"), MISTAKES)
    def test_each_has_its_path_and_a_cure(self, rule, path, cure):
        with pytest.raises(RuleError) as caught:
            resolve(decode(rule), CATALOG, NOW)
        assert caught.value.path == path
        assert cure in str(caught.value.cure)

    @pytest.mark.parametrize(("rule", "path", "cure"), MISTAKES)
    def test_the_path_goes_through_the_groups_above(self, rule, path, cure):
        deep = {"kind": "all", "rules": [{"kind": "any", "rules": []}, {"kind": "not", "rule": rule}]}
        with pytest.raises(RuleError) as caught:
            resolve(decode(deep), CATALOG, NOW)
        assert caught.value.path == f"all[1].not.{path}"

    @pytest.mark.parametrize(
        ("measure", "path"),
        [
            ({"function": "count", "event": "Order Completed", "property": "total"}, "property"),
            ({"function": "sum", "event": "Order Completed"}, "property"),
            ({"function": "sum", "event": "Order Completed", "property": "category"}, "property"),
            ({"function": "first", "event": "Order Completed", "property": "x"}, "property"),
        ],
    )
    def test_measures_have_theirs(self, measure, path):
        with pytest.raises(RuleError) as caught:
            resolve_measure(decode_measure(measure), CATALOG, NOW)
        assert caught.value.path == path

    def test_what_was_never_computed_cannot_be_asked_for(self):
        tags = {id_: replace(tag, run=None) for id_, tag in CATALOG.tags.items()}
        audiences = {id_: replace(audience, run=None) for id_, audience in CATALOG.audiences.items()}
        catalog = replace(CATALOG, tags=tags, audiences=audiences)
        for rule in ({"kind": "tag", "tag": "tag_score", "op": "is_set"}, {"kind": "audience", "audience": "aud_vip"}):
            with pytest.raises(RuleError, match="not been computed"):
                resolve(decode(rule), catalog, NOW)

    def test_an_unknown_time_zone_is_named(self):
        for zone in ("Mars/Olympus", "../etc/passwd", ""):
            with pytest.raises(RuleError, match="time zone"):
                resolve(decode({"kind": "all", "rules": []}), replace(CATALOG, timezone=zone), NOW)


class TestNames:
    def test_protocol_events_are_known_before_the_first_one(self):
        for event in ("$page", "$screen", "$identify", "$group", "$alias"):
            resolve(decode({**EVENT, "event": event}), CATALOG, NOW)

    def test_any_event_is_believed_when_the_catalogue_does_not_list_them(self):
        unknown = decode({**EVENT, "event": "Signed Out"})
        resolve(unknown, replace(CATALOG, events=None), NOW)
        resolve(unknown, replace(CATALOG, events=frozenset({"Signed Out"})), NOW)
        with pytest.raises(RuleError):
            resolve(unknown, CATALOG, NOW)


VALUES = {
    FieldType.TEXT: "x",
    FieldType.NUMBER: 1,
    FieldType.BOOLEAN: True,
    FieldType.DATETIME: "2026-05-01",
    FieldType.DATE: "2026-05-01",
    FieldType.LIST: ["x"],
}


class TestOperators:
    @pytest.mark.parametrize(("type_", "op"), [(type_, op) for type_, ops in OPERATORS.items() for op in ops])
    def test_every_operator_of_every_type_resolves(self, type_, op):
        check = self._check(type_, op)
        assert check.negated == (op in COMPLEMENTS)

    @pytest.mark.parametrize(("negative", "positive"), COMPLEMENTS.items())
    def test_negative_operators_ask_the_same_as_their_opposite(self, negative, positive):
        for type_, ops in OPERATORS.items():
            if negative in ops:
                assert self._check(type_, negative).predicate == self._check(type_, positive).predicate

    def _check(self, type_, op):
        catalog = replace(CATALOG, traits={"x": Field("x", type_)})
        value, more = VALUES[type_], {}
        if op in {Op.IS_SET, Op.IS_NOT_SET, Op.ANNIVERSARY_TODAY}:
            value = None
        elif op in {Op.IN, Op.NOT_IN}:
            value = [value]
        elif op is Op.BETWEEN:
            value = [value, value]
        elif op is Op.LENGTH:
            value = {"op": "gte", "value": 1}
        elif op in {Op.IN_LAST, Op.NOT_IN_LAST, Op.MORE_THAN_AGO, Op.IN_NEXT, Op.ANNIVERSARY_IN_NEXT}:
            value, more = 3, {"unit": "days"}
        root = resolve(decode(trait("x", op.value, value, **more)), catalog, NOW).root
        assert isinstance(root, TraitCondition)
        return root.check


instants = st.floats(datetime(1905, 1, 1, tzinfo=UTC).timestamp(), datetime(2290, 1, 1, tzinfo=UTC).timestamp()).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


class TestNow:
    @given(instants, st.timezones())
    def test_now_is_cut_to_milliseconds_in_utc(self, now, zone):
        now = now.astimezone(zone)
        resolved = resolve(decode({"kind": "all", "rules": []}), CATALOG, now)
        assert resolved.now.tzinfo is UTC
        assert resolved.now.microsecond % 1000 == 0
        assert 0 <= (now - resolved.now).total_seconds() < 0.001

    @given(now=instants, data=st.data())
    def test_every_window_is_within_what_the_warehouse_can_hold(self, now, data):
        unit = data.draw(st.sampled_from(["hours", "days", "weeks", "months"]))
        value = data.draw(st.integers(1, 1_200))
        zone = data.draw(st.timezone_keys())
        rule = decode(window(kind="last", value=value, unit=unit))
        root = resolve(rule, replace(CATALOG, timezone=zone), now).root
        assert isinstance(root, CountCondition)
        span = root.scope.span
        assert span.start is not None
        assert span.end is not None
        assert datetime(1900, 1, 1, tzinfo=UTC) <= span.start < span.end <= datetime(2300, 1, 1, tzinfo=UTC)
        assert span.start.microsecond % 1000 == 0
