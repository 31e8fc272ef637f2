"""The wire form of tags."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.errors import RuleError
from tributary.tags.definition import (
    MAX_LEVELS,
    ValueType,
    decode_definition,
    encode_definition,
    fields_of,
)

CITY = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}
BOUGHT = {"kind": "event", "event": "Order Completed", "where": [{"property": "brand", "op": "is", "value": "A"}]}
words = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)


@st.composite
def rule_definitions(draw: st.DrawFn) -> tuple[ValueType, dict[str, Any]]:
    value_type: ValueType = draw(st.sampled_from(["text", "number"]))
    values = words if value_type == "text" else numbers
    level = st.fixed_dictionaries({"value": values, "rule": st.sampled_from([CITY, BOUGHT])})
    source: dict[str, Any] = {"levels": draw(st.lists(level, min_size=1, max_size=MAX_LEVELS))}
    if draw(st.booleans()):
        source["otherwise"] = draw(values)
    return value_type, source


@given(rule_definitions())
def test_what_is_decoded_encodes_to_the_same_json(case: tuple[ValueType, dict[str, Any]]):
    value_type, source = case

    assert encode_definition(decode_definition("rule", value_type, source)) == source


def test_a_measure_encodes_to_the_same_json():
    source = {"measure": {"function": "sum", "event": "Order Completed", "property": "total"}}

    assert encode_definition(decode_definition("statistic", "number", source)) == source


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ({}, ""),
        ({"levels": []}, "levels"),
        ({"levels": [{"value": "a", "rule": CITY}] * (MAX_LEVELS + 1)}, "levels"),
        ({"levels": [{"value": "a"}]}, "levels[0]"),
        ({"levels": [{"value": 1, "rule": CITY}]}, "levels[0].value"),
        ({"levels": [{"value": "  ", "rule": CITY}]}, "levels[0].value"),
        ({"levels": [{"value": "a", "rule": CITY}], "otherwise": 5}, "otherwise"),
        ({"levels": [{"value": "a", "rule": CITY}], "else": "b"}, ""),
        (
            {"levels": [{"value": "a", "rule": {"kind": "all", "rules": [CITY, {"kind": "trai"}]}}]},
            "levels[0].rule.all[1]",
        ),
    ],
)
def test_a_wrong_definition_is_refused_with_its_path(source: dict[str, Any], path: str):
    with pytest.raises(RuleError) as caught:
        decode_definition("rule", "text", source)

    assert caught.value.path.startswith(path)
    assert caught.value.cure


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", True])
def test_values_of_a_number_tag_are_finite_numbers(value: Any):
    with pytest.raises(RuleError):
        decode_definition("rule", "number", {"levels": [{"value": value, "rule": CITY}]})


def test_the_fields_of_all_levels_are_known():
    source = {"levels": [{"value": "a", "rule": CITY}, {"value": "b", "rule": BOUGHT}]}

    assert fields_of(decode_definition("rule", "text", source)) == [
        ("property", "Order Completed", "brand"),
        ("trait", "", "city"),
    ]
