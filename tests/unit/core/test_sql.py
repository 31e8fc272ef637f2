"""Values never enter the text of a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.core.sql import bind, identifier, join, raw


@given(st.text(min_size=3))
def test_a_bound_text_is_only_in_the_parameters(value):
    text, params = (raw("SELECT ") + bind(value, "String")).render()
    assert text == "SELECT {p0:String}"
    assert params == {"p0": (value, "String")}


def test_equal_values_of_one_type_share_a_placeholder_and_others_do_not():
    query = join(", ", [bind(1, "UInt8"), bind(1, "UInt8"), bind(1, "UInt16"), bind(True, "UInt8"), bind("1", "UInt8")])
    text, params = query.render()
    assert text == "{p0:UInt8}, {p0:UInt8}, {p1:UInt16}, {p2:UInt8}, {p3:UInt8}"
    assert [value for value, _ in params.values()] == [1, 1, True, "1"]


@pytest.mark.parametrize("name", ["", "a b", "a;b", "1a", "a-b", "a`", "名", "a" * 129])
def test_only_plain_names_are_identifiers(name):
    with pytest.raises(ValueError, match="plain identifier"):
        identifier(name)


def test_the_anonymised_text_shows_types_instead_of_values():
    assert (raw("WHERE email = ") + bind("li.na@example.com", "String")).anonymised == "WHERE email = {p0:String}"
