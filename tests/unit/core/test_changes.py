"""Differences between two JSON values."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tributary.core.changes import Change, changes

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b", ""])
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["x", "y", "z"]), inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_equal_values_have_no_changes(value: Any):
    assert changes(value, copy.deepcopy(value)) == []


@given(json_values, json_values)
def test_different_values_have_a_change_and_the_way_back_has_as_many(before: Any, after: Any):
    forth, back = changes(before, after), changes(after, before)

    assert len(forth) == len(back)
    assert {(change.kind, change.path) for change in forth if change.kind == "changed"} == {
        (change.kind, change.path) for change in back if change.kind == "changed"
    }
    assert sum(change.kind == "added" for change in forth) == sum(change.kind == "removed" for change in back)


@given(json_values, json_values)
def test_no_changes_means_equal_as_json(before: Any, after: Any):
    if not changes(before, after):
        assert repr(before) == repr(after) or before == after


def test_a_condition_put_in_the_middle_is_one_addition():
    before = {"all": [{"a": 1}, {"b": 2}, {"c": 3}]}
    after = {"all": [{"a": 1}, {"new": 0}, {"b": 2}, {"c": 3}]}

    assert changes(before, after) == [Change("all[1]", "added", None, {"new": 0})]


def test_a_changed_constant_is_shown_at_its_path():
    assert changes({"all": [{"value": 5}]}, {"all": [{"value": 6}]}) == [Change("all[0].value", "changed", 5, 6)]


def test_true_is_not_one():
    assert changes([True], [1]) == [Change("[0]", "changed", True, 1)]
