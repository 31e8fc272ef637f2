"""Groups depend on the set of pairs alone, respect who must stay apart, and do not chain."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.identity.matching import cluster

PEOPLE = 9
PAIRS = st.dictionaries(
    st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(-30, 30, allow_nan=False).map(lambda weight: round(weight, 1)),
    max_size=30,
)


def groups(pairs, *, threshold=0.0, penalty=-1.0, apart=(), strong=()):
    a = np.array([pair[0] for pair in pairs], np.int64)
    b = np.array([pair[1] for pair in pairs], np.int64)
    weight = np.array([pairs[pair] for pair in pairs], np.float64)
    labels = cluster(PEOPLE, a, b, weight, threshold=threshold, penalty=penalty, apart=apart, strong=strong)
    return labels.tolist()


@given(PAIRS, st.randoms(use_true_random=False), st.sampled_from([0.0, -1.0, -4.0]))
def test_the_order_of_pairs_and_of_their_ends_does_not_matter(pairs, random, penalty):
    shuffled = list(pairs.items())
    random.shuffle(shuffled)
    turned = {(pair[::-1] if random.random() < 0.5 else pair): weight for pair, weight in shuffled}
    assert groups(turned, penalty=penalty) == groups(pairs, penalty=penalty)


@given(PAIRS, st.sets(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)).filter(lambda p: p[0] != p[1])))
def test_nobody_is_put_together_who_must_stay_apart(pairs, apart):
    labels = groups(pairs, apart=apart)
    assert all(labels[left] != labels[right] for left, right in apart)


@given(PAIRS, st.lists(st.integers(-1, 2), min_size=PEOPLE, max_size=PEOPLE))
def test_a_group_never_holds_two_values_of_a_strong_identifier(pairs, codes):
    labels = groups(pairs, strong=[np.array(codes, np.int32)])
    for left, right in itertools.combinations(range(PEOPLE), 2):
        if labels[left] == labels[right] and codes[left] >= 0 and codes[right] >= 0:
            assert codes[left] == codes[right]


@given(PAIRS)
def test_labels_are_the_smallest_members_and_groups_are_connected(pairs):
    labels = groups(pairs)
    for record, label in enumerate(labels):
        assert label <= record
        assert labels[label] == label
    for label in set(labels):
        members = {record for record in range(PEOPLE) if labels[record] == label}
        reached, waiting = {label}, [label]
        while waiting:
            one = waiting.pop()
            near = {
                right if left == one else left
                for (left, right), weight in pairs.items()
                if weight >= 0 and one in (left, right)
            }
            waiting += near & members - reached
            reached |= near & members
        assert reached == members


@given(PAIRS)
def test_a_group_as_a_whole_is_worth_it(pairs):
    labels = groups(pairs, penalty=-1.0)
    for label in set(labels):
        members = [record for record in range(PEOPLE) if labels[record] == label]
        total = sum(max(min(pairs.get(pair, -1.0), 12.0), -12.0) for pair in itertools.combinations(members, 2))
        assert total >= -1e-9


def test_one_wrong_pair_does_not_join_two_people():
    pairs = {(0, 1): 20.0, (0, 2): 20.0, (1, 2): 20.0, (3, 4): 20.0, (3, 5): 20.0, (4, 5): 20.0, (2, 3): 5.0}
    assert groups(pairs) == [0, 0, 0, 3, 3, 3, 6, 7, 8]
    assert groups(pairs, penalty=0.0)[:6] == [0] * 6  # as connected components would


def test_one_vote_does_not_outvote_two():
    three = {(0, 1): 40.0, (1, 2): 40.0, (0, 2): 40.0}
    assert groups({**three, (0, 3): 39.0, (1, 3): -13.0, (2, 3): -13.0})[:4] == [0, 0, 0, 3]


def test_a_pair_in_doubt_says_nothing():
    pairs = {(0, 1): 9.0, (1, 2): 8.0, (0, 2): 5.0}
    assert groups(pairs, threshold=6.63, penalty=-8.0)[:3] == [0, 0, 0]
    del pairs[0, 2]
    assert groups(pairs, threshold=6.63, penalty=-8.0)[:3] == [0, 0, 2]


def test_doubt_alone_joins_nobody():
    codes = np.array([0, -1, 1, -1, -1, -1, -1, -1, -1], np.int32)
    pairs = {(0, 2): 20.0, (0, 1): 3.0, (1, 2): 7.0}
    assert groups(pairs, threshold=6.63, strong=[codes])[:3] == [0, 1, 1]
    assert groups({**pairs, (1, 2): 4.0}, threshold=6.63, strong=[codes])[:3] == [0, 1, 2]
    assert groups({(0, 1): 3.0, (1, 3): 20.0, (0, 3): 2.0}, threshold=6.63)[:4] == [0, 1, 2, 1]


def test_the_threshold_moves_what_counts_as_support():
    assert groups({(0, 1): 6.0}, threshold=6.63)[:2] == [0, 1]
    assert groups({(0, 1): 7.0}, threshold=6.63)[:2] == [0, 0]


def test_ties_go_to_the_smaller_ids():
    assert groups({(0, 1): 9.0, (1, 2): 9.0, (0, 2): -10.0})[:3] == [0, 0, 2]


def test_nothing_makes_no_groups():
    assert groups({}) == list(range(PEOPLE))


def test_a_long_chain_needs_no_recursion():
    count = 5_000
    a, b = np.arange(count - 1), np.arange(1, count)
    labels = cluster(count, a, b, np.full(count - 1, 10.0), threshold=0.0, penalty=0.0)
    assert set(labels.tolist()) == {0}


@pytest.mark.parametrize("penalty", [-0.5, -2.0, -8.0])
def test_a_stronger_penalty_never_makes_the_largest_group_larger(penalty):
    rng = np.random.default_rng(5)
    a = rng.integers(0, 200, 600)
    b = (a + rng.integers(1, 4, 600)) % 200
    weight = rng.normal(3, 6, 600)

    def largest(penalty):
        labels = cluster(200, a, b, weight, threshold=0.0, penalty=penalty)
        return np.bincount(labels).max()

    assert largest(penalty) <= largest(0.0)
