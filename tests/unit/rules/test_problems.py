"""Finding all mistakes of a rule at once: none is missed, none is made up, and each says where it is."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules_oracle.documented import CATALOG, NOW, examples
from tributary.errors import RuleError
from tributary.rules import decode, find_problems, resolve

CITY = {"kind": "trait", "trait": "city", "op": "is", "value": "x"}
EVENT = {"kind": "event", "event": "Order Completed"}


def paths(source: Any, catalog: Any = CATALOG) -> list[str]:
    return [problem.path for problem in find_problems(source, catalog, NOW).problems]


def is_accepted(source: Any) -> bool:
    try:
        resolve(decode(source), CATALOG, NOW)
    except RuleError:
        return False
    return True


def test_the_documented_rules_have_none():
    for example in examples():
        found = find_problems(example, CATALOG, NOW)
        assert (found.problems, found.rule) == ((), decode(example))


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A documented rule with one to three places changed."""
    source: Any = copy.deepcopy(draw(st.sampled_from(examples())))
    for _ in range(draw(st.integers(1, 3))):
        holder = source
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(holder[key], dict | list) and draw(st.booleans()):
                holder = holder[key]
                continue
            change = draw(st.sampled_from(["drop", "junk", "rename"]))
            if change == "drop":
                del holder[key]
            elif change == "rename" and isinstance(holder, dict):
                holder["other"] = holder.pop(key)
            else:
                holder[key] = draw(
                    st.sampled_from([None, 7, -1, "x", "", True, [], {}, [1], ["a", 1], {"kind": "all", "rules": []}])
                )
            break
    return source


@given(damaged())
@settings(max_examples=300)
def test_there_is_a_problem_exactly_when_the_rule_is_refused(source):
    assert (paths(source) == []) == is_accepted(source)


@given(damaged(), damaged())
@settings(max_examples=100)
def test_problems_of_parts_are_those_of_the_group(one, other):
    together = paths({"kind": "any", "rules": [one, {"kind": "not", "rule": other}]})
    apart = [(f"any[0].{path}" if path else "any[0]") for path in paths(one)]
    apart += [(f"any[1].not.{path}" if path else "any[1].not") for path in paths(other)]
    assert sorted(together) == sorted(apart)


def test_every_mistake_of_a_tree_is_found_in_its_order():
    rule = {
        "kind": "all",
        "rules": [
            {**CITY, "trait": "citty"},
            CITY,
            {"kind": "any", "rules": [{**CITY, "op": "gt"}, {"kind": "not", "rule": {**CITY, "value": 7}}]},
            {
                **EVENT,
                "count": {"op": "gte", "value": -1},
                "window": {"kind": "last", "value": 0, "unit": "days"},
                "where": [
                    {"property": "total", "op": "gt", "value": 1},
                    {"property": "totl", "op": "is_set"},
                    {"property": "total", "op": "gt", "value": "1"},
                ],
            },
            {"kind": "trat"},
        ],
    }
    assert paths(rule) == [
        "all[0].trait",
        "all[2].any[0].op",
        "all[2].any[1].not.value",
        "all[3].where[1].property",
        "all[3].where[2].value",
        "all[3].window.value",
        "all[3].count.value",
        "all[4].kind",
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ({"kind": "trait"}, ["trait", "op"]),
        ({"kind": "trait", "trait": 7, "op": "iss", "unit": "day"}, ["trait", "op", "unit"]),
        ({"kind": "all"}, ["all"]),
        ({"kind": "all", "rules": {}}, ["all"]),
        ({"kind": "not"}, ["not"]),
        ({"kind": "not", "rule": 7}, ["not"]),
        ({**CITY, "ops": 1, "ignore_cas": True}, ["", ""]),
        ({**EVENT, "where": [7, {"property": "total"}]}, ["where[0]", "where[1].op"]),
        ({**EVENT, "window": {"kind": "last", "unit": "days"}}, ["window"]),
        ({**EVENT, "event": "Ordr", "where": [{"property": "total", "op": "is_set"}]}, ["event"]),
        ([], [""]),
        ("{", [""]),
    ],
)  # fmt: skip
def test_wrong_shapes_name_each_key(source, found):
    assert paths(source) == found


def test_limits_of_the_whole_tree_are_told():
    deep: Any = CITY
    for _ in range(9):
        deep = {"kind": "not", "rule": deep}
    assert len(paths(deep)) == 1


def test_each_says_what_to_do():
    (problem,) = find_problems({**CITY, "trait": "citty"}, CATALOG, NOW).problems
    assert "citty" in problem.message
    assert "“city”" in str(problem.cure)


def test_a_rule_that_can_be_read_is_given_with_its_problems():
    found = find_problems({**CITY, "trait": "citty"}, CATALOG, NOW)
    assert found.rule == decode({**CITY, "trait": "citty"})
    assert find_problems({**CITY, "op": 7}, CATALOG, NOW).rule is None


def test_a_broken_time_zone_is_a_problem_and_not_a_crash():
    assert paths(CITY, replace(CATALOG, timezone="Mars/Olympus")) == [""]
