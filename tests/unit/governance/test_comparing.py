"""Differences between definitions: at the places that errors name, with the sentences of what lies around."""

from __future__ import annotations

import copy

from hypothesis import given

from rules_oracle.documented import CATALOG
from rules_oracle.strategies import rules
from tributary.governance.comparing import describe_changes
from tributary.rules import decode, encode

CITY = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}
ADULT = {"kind": "trait", "trait": "age", "op": "gte", "value": 18}
BOUGHT = {
    "kind": "event",
    "event": "Order Completed",
    "window": {"kind": "last", "value": 7, "unit": "days"},
    "where": [{"property": "total", "op": "gt", "value": 5}],
}


def compared(before, after):
    return [
        (change.path, change.kind, change.sentence_before, change.sentence_after)
        for change in describe_changes(before, after, CATALOG, "en")
    ]


def both(*parts):
    return {"kind": "all", "rules": list(parts)}


def changed(rule, *path, to):
    rule = copy.deepcopy(rule)
    place = rule
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return rule


class TestRules:
    def test_a_changed_value_shows_its_condition_before_and_after(self):
        before = both(ADULT, {"kind": "not", "rule": CITY})
        after = changed(before, "rules", 1, "rule", "value", to="Paris")
        assert compared(before, after) == [("all[1].not.value", "changed", "city is “上海”", "city is “Paris”")]

    def test_conditions_that_came_and_went_show_themselves(self):
        assert compared(both(CITY), both(CITY, ADULT)) == [("all[1]", "added", None, "age is at least 18")]
        assert compared(both(CITY, ADULT), both(ADULT)) == [("all[0]", "removed", "city is “上海”", None)]

    def test_parts_of_a_condition_show_the_whole_condition(self):
        for path, to, place in (
            (("window", "value"), 30, "window.value"),
            (("where", 0, "value"), 9, "where[0].value"),
        ):
            ((found, kind, before, after),) = compared(BOUGHT, changed(BOUGHT, *path, to=to))
            assert (found, kind) == (place, "changed")
            assert before.startswith("did Order Completed in the last 7 days")
            assert after.startswith("did Order Completed in the last")
            assert before != after

    def test_another_group_shows_all_of_it(self):
        before, after = both(CITY, ADULT), {"kind": "any", "rules": [CITY, ADULT]}
        assert compared(before, after) == [
            ("kind", "changed", "city is “上海” and age is at least 18", "city is “上海” or age is at least 18")
        ]

    @given(rules(), rules())
    def test_any_two_can_be_compared(self, one, other):
        before, after = encode(decode(one)), encode(decode(other))
        assert bool(compared(before, after)) == (before != after)
        for path, kind, sentence_before, sentence_after in compared(before, after):
            assert "rules[" not in path
            assert (sentence_before is None) == (kind == "added")
            assert (sentence_after is None) == (kind == "removed")


class TestTags:
    def test_levels_are_at_their_place(self):
        before = {"levels": [{"value": "a", "rule": both(CITY)}], "otherwise": "c"}
        after = {"levels": [{"value": "b", "rule": both(CITY, ADULT)}]}
        assert compared(before, after) == [
            ("levels[0].value", "changed", None, None),
            ("levels[0].rule.all[1]", "added", None, "age is at least 18"),
            ("otherwise", "removed", None, None),
        ]

    def test_measures_are_said(self):
        before = {"measure": {"function": "sum", "event": "Order Completed", "property": "total"}}
        ((path, _, said_before, said_after),) = compared(before, changed(before, "measure", "function", to="max"))
        assert path == "measure.function"
        assert said_before == "the sum of total over Order Completed"
        assert said_after == "the largest total over Order Completed"
