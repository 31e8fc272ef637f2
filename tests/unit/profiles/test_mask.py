"""What a person without the right to see personal data gets to see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.profiles import mask_identifier, mask_object, mask_trait


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("phone", "+8613812341234", "138****1234"),
        ("phone", "+14155552671", "+14****2671"),
        ("email", "anna@shop.example", "a***@shop.example"),
        ("user_id", "customer-17", "c****7"),
        ("user_id", "7", "*"),
        ("anonymous_id", "3f6c", "3f6c"),
    ],
)
def test_identifiers_are_hidden_by_type(type_: str, value: str, expected: str) -> None:
    assert mask_identifier(type_, value) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("name", "张三", "张*"),
        ("name", "Anna Smith", "A****h"),
        ("phone", "13812341234", "138****1234"),
        ("email", "anna@shop.example", "a***@shop.example"),
        ("birthday", "1990-01-02", "1****2"),
        ("address", {"city": "上海", "street": "x"}, "****"),
        ("city", "上海", "上海"),
        ("age", 30, 30),
        ("hobby", "chess", "chess"),
    ],
)
def test_traits_are_hidden_when_they_are_personal(name: str, value: object, expected: object) -> None:
    assert mask_trait(name, value) == expected


def test_what_the_catalogue_calls_personal_is_hidden_too() -> None:
    assert mask_trait("hobby", "chess", {"hobby"}) == "c****s"


def test_nested_values_are_hidden() -> None:
    values = {"order": 1, "receiver": {"name": "张三", "items": [{"phone": "13812341234", "sku": "s1"}]}}
    assert mask_object(values) == {
        "order": 1,
        "receiver": {"name": "张*", "items": [{"phone": "138****1234", "sku": "s1"}]},
    }


@given(st.emails(), st.text(min_size=4))
def test_a_hidden_value_does_not_contain_the_value(email: str, text: str) -> None:
    local = email.rpartition("@")[0]
    if len(local) > 1:
        assert local not in mask_identifier("email", email).rpartition("@")[0]
    assert mask_identifier("user_id", text) != text or set(text[1:-1]) == {"*"}
