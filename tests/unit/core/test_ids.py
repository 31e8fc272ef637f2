"""Outside ids say what they are, sort by time and refuse strangers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.core.ids import decode_profile_id, decode_workspace_id, encode_profile_id, new_id
from tributary.errors import NotFound


@given(st.integers(0, 2**63 - 1))
def test_a_profile_id_survives_the_way_out_and_back(number):
    assert decode_profile_id(encode_profile_id(number)) == number


@given(st.lists(st.integers(0, 2**39), min_size=2, max_size=2))
def test_outside_profile_ids_sort_like_the_numbers(numbers):
    low, high = sorted(numbers)
    assert encode_profile_id(low) <= encode_profile_id(high)


@pytest.mark.parametrize(
    "text",
    ["", "prf", "prf_", "prf_1", "prf_0000000!", "wsp_00000001", "prf_" + "z" * 13, "prf_" + "z" * 14, "prf_０0000001"],
)
def test_what_is_no_profile_id_is_not_found(text):
    with pytest.raises(NotFound, match="There is no person with this id"):
        decode_profile_id(text)


def test_a_profile_id_is_no_workspace_id():
    with pytest.raises(NotFound):
        decode_workspace_id(encode_profile_id(1))


def test_new_ids_are_unique_and_name_their_kind():
    made = {new_id("aud") for _ in range(1000)}
    assert len(made) == 1000
    assert all(text.startswith("aud_") and len(text) == 30 for text in made)


def test_ids_of_one_process_sort_in_the_order_they_were_made():
    made = [new_id("job") for _ in range(5000)]
    assert made == sorted(made)
