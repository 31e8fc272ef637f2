"""Values brought into one form, with what they were kept beside."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.pipeline.countries import country_code, currency_code
from tributary.pipeline.standardise import Changes, Standardiser, tidy_text
from tributary.rules import Catalog, Field, FieldType

CATALOG = Catalog(
    1,
    traits={name: Field(name, FieldType(name)) for name in ("text", "number", "boolean", "datetime", "date", "list")},
    properties={"Bought": {"total": Field("total", FieldType.NUMBER)}},
)


def traits(values: dict[str, Any], catalog: Catalog = CATALOG) -> tuple[dict[str, Any], Changes]:
    changes: Changes = {}
    Standardiser(catalog, "CN").traits(values, "traits", changes)
    return values, changes


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("text", " Ａ级　客户 ", "A级 客户"),
        ("text", 5, "5"),
        ("text", 5.0, "5"),
        ("text", True, "true"),
        ("number", "12.50", 12.5),
        ("number", " 1e3 ", 1000.0),
        ("number", "１２", 12),
        ("number", True, 1),
        ("boolean", "TRUE", True),
        ("boolean", "是", True),
        ("boolean", 0, False),
        ("datetime", "2026-01-01 08:00:00+08:00", "2026-01-01T00:00:00.000Z"),
        ("datetime", 1767225600, "2026-01-01T00:00:00.000Z"),
        ("date", "2026/01/02", "2026-01-02"),
        ("date", "2026-01-02T10:00:00Z", "2026-01-02"),
        ("list", "a", ["a"]),
        ("list", ["a", 1], ["a", "1"]),
        ("email", " Jane@Shop.Example", "jane@shop.example"),
        ("phone", "138 1234 5678", "+8613812345678"),
        ("country", "中国", "CN"),
        ("currency", "rmb", "CNY"),
    ],
)
def test_values_are_converted_and_the_original_is_kept(name: str, before: Any, after: Any) -> None:
    values, changes = traits({name: before})
    assert values == {name: after}
    assert type(values[name]) is type(after)
    assert changes[f"traits.{name}"]["was"] == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "plain"),
        ("text", {"a": 1}),
        ("number", 12.5),
        ("number", "about 12"),
        ("number", [1]),
        ("boolean", "perhaps"),
        ("boolean", 2),
        ("datetime", "2026-01-01T00:00:00.000Z"),
        ("datetime", "soon"),
        ("date", "2026-02-30"),
        ("list", ["a", "b"]),
        ("list", [{"a": 1}]),
        ("email", "not an address"),
        ("phone", "12"),
        ("country", "Atlantis"),
        ("currency", "bananas"),
        ("anything", None),
    ],
)
def test_what_is_right_or_cannot_be_converted_stays(name: str, value: Any) -> None:
    assert traits({name: value}) == ({name: value}, {})


def test_the_country_inside_an_address_is_standardised() -> None:
    values, changes = traits({"address": {"city": "London", "country": "United Kingdom"}})
    assert values == {"address": {"city": "London", "country": "GB"}}
    assert changes["traits.address"]["was"]["country"] == "United Kingdom"


def test_the_first_type_of_a_field_holds_before_the_catalogue_knows_it() -> None:
    standardiser = Standardiser(Catalog(1), "CN")
    changes: Changes = {}
    first, second, third = {"score": 5}, {"score": "6"}, {"score": "high"}
    for values in (first, second, third):
        standardiser.properties("Rated", values, changes)
    assert (first, second, third) == ({"score": 5}, {"score": 6}, {"score": "high"})
    assert standardiser.observed == {("property", "Rated", "score", "number")}


def test_what_cannot_be_converted_is_reported_as_another_type() -> None:
    standardiser = Standardiser(CATALOG, "CN")
    standardiser.properties("Bought", {"total": ["a"]}, {})
    standardiser.properties("Bought", {"total": 5}, {})
    assert standardiser.observed == {("property", "Bought", "total", "list"), ("property", "Bought", "total", "number")}


def test_types_are_learnt_from_what_values_look_like() -> None:
    standardiser = Standardiser(Catalog(1), "CN")
    values = {
        "a": "x", "b": 1, "c": True, "d": "2026-01-01", "e": "2026-01-01T00:00:00Z", "f": ["x"], "g": None, "h": {},
        "i": [1],
    }  # fmt: skip
    standardiser.traits(values, "traits", {})
    assert {(name, type_) for _, _, name, type_ in standardiser.observed} == {
        ("a", "text"), ("b", "number"), ("c", "boolean"), ("d", "date"), ("e", "datetime"), ("f", "list"),
    }  # fmt: skip


@given(st.text())
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once = tidy_text(text)
    assert tidy_text(once) == once
    if len(text) < 257:
        assert once == once.strip()
        assert (
            unicodedata.is_normalized("NFKC", once)
            or "\u200b" in text
            or any(unicodedata.category(character) == "Cf" for character in text)
        )


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=6,
)
_names = st.sampled_from(["text", "number", "boolean", "datetime", "date", "list", "email", "phone", "address", "new"])


@given(st.lists(st.dictionaries(_names, _json), max_size=5))
def test_any_json_is_taken_and_what_it_was_can_be_told(objects: list[dict[str, Any]]) -> None:
    standardiser = Standardiser(CATALOG, "CN")
    for values in objects:
        before, changes = dict(values), Changes()
        standardiser.traits(values, "traits", changes)
        restored = {name: changes.get(f"traits.{name}", {"was": value})["was"] for name, value in values.items()}
        assert restored == before


@pytest.mark.parametrize(
    ("written", "expected"),
    [("CN", "CN"), ("chn", "CN"), (" China ", "CN"), ("中国", "CN"), ("UK", "GB"), ("EIRE", "IE"), ("USA", "US"),
     ("Côte d'Ivoire", "CI"), ("香港", "HK"), ("Channel Islands", "GG"), ("Atlantis", None), ("", None)],
)  # fmt: skip
def test_countries(written: str, expected: str | None) -> None:
    assert country_code(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("cny", "CNY"),
        ("RMB", "CNY"),
        ("￥", "CNY"),
        ("¥", "CNY"),
        ("人民币", "CNY"),
        ("€", "EUR"),
        ("usd", "USD"),
        ("$", None),
    ],
)
def test_currencies(written: str, expected: str | None) -> None:
    assert currency_code(written) == expected
