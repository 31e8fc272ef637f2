"""Arms by salted hash."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.errors import InvalidRequest
from tributary.experiments import Arm, choose_arm, sample_ratio

weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=6).filter(lambda values: sum(values) > 0)


@given(salt=st.text(max_size=20), profile_id=st.integers(1, 2**63), values=weights)
def test_a_person_stays_in_an_arm_that_has_a_weight(salt, profile_id, values):
    arms = [Arm(f"a{index}", value) for index, value in enumerate(values)]
    chosen = choose_arm(salt, profile_id, arms)
    assert chosen == choose_arm(salt, profile_id, arms)
    assert next(arm for arm in arms if arm.name == chosen).weight > 0


def test_the_split_matches_the_weights_and_salts_are_independent():
    arms = [Arm("holdout", 10), Arm("a", 45), Arm("b", 45)]
    first = {person: choose_arm("s1", person, arms) for person in range(1, 40_001)}
    second = {person: choose_arm("s2", person, arms) for person in first}
    assert not sample_ratio(Counter(first.values()), {arm.name: arm.weight for arm in arms}).is_mismatch
    within = Counter(second[person] for person, arm in first.items() if arm == "holdout")
    assert not sample_ratio(within, {arm.name: arm.weight for arm in arms}).is_mismatch


def test_the_hash_is_fixed_for_ever():
    arms = [Arm("holdout", 10), Arm("a", 45), Arm("b", 45)]
    assert [choose_arm("cmp_1", person, arms) for person in (1, 2, 3)] == ["b", "b", "holdout"]


@pytest.mark.parametrize("values", [[0, 0], [5, -1]])
def test_impossible_weights_are_refused(values):
    with pytest.raises(InvalidRequest):
        choose_arm("s", 1, [Arm(f"a{index}", value) for index, value in enumerate(values)])
