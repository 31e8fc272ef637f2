"""What was planted is found: m, u and how many pairs are one person; and levels and weights behave."""

from __future__ import annotations

import itertools
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tributary.errors import BudgetExceeded
from tributary.identity.matching import (
    CHINESE_CUSTOMERS,
    Block,
    Comparison,
    Damerau,
    Field,
    Key,
    MatchSettings,
    Same,
    probability,
    score_pair,
    stage,
    standardise,
    standardise_table,
    weight_of,
)
from tributary.identity.matching.compare import edit_distance, jaro_winkler, level_names, level_of, typing_errors
from tributary.identity.matching.learn import Patterns, expectation_maximisation, learn
from tributary.identity.matching.model import Model, build_comparisons
from tributary.identity.matching.stage import all_keys, frequencies

NAMES = ("a", "b", "c", "d")
SETTINGS = MatchSettings(
    fields=[Field(name=name, kind="text") for name in (*NAMES, "e")],
    comparisons=[
        Comparison(name=name, columns=[name], levels=[Same(column=name), Damerau(column=name, at_most=1)])
        for name in NAMES
    ],
    blocks=[Block(keys=[Key(column="a")]), Block(keys=[Key(column="b")]), Block(keys=[Key(column="e")])],
)
# By comparison: different, near, same.
M = np.array([[0.1, 0.2, 0.7], [0.05, 0.05, 0.9], [0.2, 0.1, 0.7], [0.3, 0.1, 0.6]])
U = np.array([[0.97, 0.02, 0.01], [0.9, 0.08, 0.02], [0.79, 0.2, 0.01], [0.5, 0.4, 0.1]])
MISSING = 0.2


def expected_patterns(matches, strangers, *, agree=(), blocks=0):
    """The counts that m and u promise, exactly: no randomness. `agree` are the comparisons that a block chose by."""
    levels, counts = [], []
    for pattern in itertools.product(range(4), repeat=len(M)):
        if any(pattern[index] != 3 for index in agree):
            continue
        of_match = of_stranger = 1.0
        for index, level in enumerate(pattern):
            if index in agree:
                continue
            of_match *= MISSING if level == 0 else (1 - MISSING) * M[index][level - 1]
            of_stranger *= MISSING if level == 0 else (1 - MISSING) * U[index][level - 1]
        levels.append(pattern)
        counts.append(matches * of_match + strangers * of_stranger)
    return Patterns(np.array(levels), np.array(counts), np.full(len(levels), blocks))


def test_expectation_maximisation_finds_what_was_planted():
    patterns = expected_patterns(30_000, 70_000)
    m, matches = expectation_maximisation(patterns, list(U))
    assert np.allclose(m, M, atol=0.005)
    assert matches == pytest.approx(30_000, rel=0.01)


def test_a_run_learns_m_of_every_comparison_from_the_blocks_that_do_not_choose_by_it():
    every = [
        expected_patterns(20_000, 5_000, agree=(0,), blocks=1),
        expected_patterns(20_000, 9_000, agree=(1,), blocks=2),
        expected_patterns(10_000, 50_000, blocks=4),
    ]
    candidates = Patterns(
        *(np.concatenate(parts) for parts in zip(*((p.levels, p.counts, p.blocks) for p in every), strict=True))
    )
    strangers = expected_patterns(0, 1e7)
    learnt = learn(SETTINGS, candidates, strangers, {}, pairs=1e10)
    assert np.allclose(learnt.u, U, atol=1e-4)
    assert np.allclose(learnt.m, M, atol=0.01)


def test_the_prior_is_the_share_of_pairs_that_are_one_person():
    rare = U * [1.0, 0.01, 0.001]
    rare[:, 0] = 1 - rare[:, 1:].sum(axis=1)
    levels = np.array(list(itertools.product(range(1, 4), repeat=4)))
    chance = [
        np.prod([table[c][level - 1] for c, level in enumerate(pattern)]) for table in (M, rare) for pattern in levels
    ]
    of_match, of_stranger = np.array(chance[: len(levels)]), np.array(chance[len(levels) :])
    candidates = Patterns(levels, 5_000 * of_match + 20_000 * of_stranger, np.full(len(levels), 4))
    strangers = Patterns(levels, 1e8 * of_stranger, np.zeros(len(levels), np.int64))
    learnt = learn(SETTINGS, candidates, strangers, {}, pairs=1e7)
    assert learnt.expected == pytest.approx(5_000, rel=0.05)
    assert learnt.prior == pytest.approx(math.log2(5_000 / 1e7), abs=0.1)


def test_strangers_of_a_small_sample_who_are_no_strangers_are_taken_out():
    candidates = expected_patterns(5_000, 1_000, blocks=4)
    polluted = expected_patterns(500, 100_000)
    learnt = learn(SETTINGS, candidates, polluted, {}, pairs=1e6)
    assert learnt.u[0][2] == pytest.approx(U[0][2], rel=0.05)  # 0.0133 as drawn


def test_levels_that_were_never_seen_are_rare_and_not_impossible():
    patterns = Patterns(np.array([[3, 3, 3, 3], [1, 1, 1, 1]]), np.array([500.0, 500.0]), np.array([4, 4]))
    learnt = learn(SETTINGS, patterns, Patterns(patterns.levels[1:], np.array([1e6]), np.array([0])), {}, pairs=1e9)
    assert all(0 < value < 1 for values in (*learnt.m, *learnt.u) for value in values)


def test_patterns_of_some_comparisons_keep_their_pairs():
    patterns = expected_patterns(100, 300)
    part = patterns.collapsed([2, 0])
    assert part.levels.shape == (16, 2)
    assert part.counts.sum() == pytest.approx(patterns.counts.sum())
    chosen = (patterns.levels[:, 2] == 3) & (patterns.levels[:, 0] == 1)
    (place,) = np.flatnonzero((part.levels == [3, 1]).all(axis=1))
    assert part.counts[place] == pytest.approx(patterns.counts[chosen].sum())


def test_nothing_at_all_still_makes_a_model():
    nothing = Patterns.of([], [], [], 4)
    learnt = learn(SETTINGS, nothing, nothing, {}, pairs=1.0)
    assert all(math.isfinite(value) and value > 0 for values in (*learnt.m, *learnt.u) for value in values)


def test_agreement_of_values_replaces_what_a_sample_saw():
    learnt = learn(SETTINGS, expected_patterns(100, 100, blocks=4), expected_patterns(0, 1e6), {0: 1e-5}, pairs=1e6)
    assert learnt.u[0][2] == pytest.approx(1e-5)
    assert sum(learnt.u[0]) == pytest.approx(1.0)


# --- levels


TEXT = st.text("ab张王", max_size=7)


@given(TEXT, TEXT, TEXT)
def test_edits_are_a_distance(a, b, c):
    assert edit_distance(a, b) == edit_distance(b, a)
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_typing_errors_are_at_most_edits(a, b):
    plain = edit_distance(a.decode("latin1"), b.decode("latin1"))
    assert typing_errors(a, b) == typing_errors(b, a) <= plain <= 2 * typing_errors(a, b)


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_similarity_lies_between_nothing_and_the_same(a, b):
    assert 0.0 <= jaro_winkler(a, b) <= 1.0 + 1e-12
    assert jaro_winkler(a, a) == pytest.approx(1.0 if a else 0.0)


def test_known_distances():
    assert edit_distance("张伟", "张卫") == 1
    assert typing_errors(b"13912345678", b"13912354678") == 1
    assert jaro_winkler(b"martha", b"marhta") == pytest.approx(0.9611, abs=1e-4)
    assert jaro_winkler(b"dwayne", b"duane") == pytest.approx(0.84, abs=1e-4)


LEVELS = [
    ({"name": "张伟"}, {"name": "張偉"}, "name", "same name"),
    ({"name": "张伟"}, {"name": "张卫"}, "name", "same name.pinyin"),
    ({"name": "张伟"}, {"name": "zhang wei"}, "name", "same name.pinyin"),
    ({"name": "张伟"}, {"name": "张娜"}, "name", "name within 1 edits"),
    ({"name": "张伟"}, {"name": "王芳"}, "name", "different"),
    ({"name": "张伟"}, {"name": None}, "name", "missing"),
    ({"phone": "13912345678"}, {"phone": "+86 139 1234 5679"}, "phone", "phone within 1 typing errors"),
    (
        {"birthday": "1990-02-03"}, {"birthday": "1990-03-02"}, "birthday",
        "birthday.month_day and birthday.day_month exchanged",
    ),
    ({"birthday": "1990-02-28"}, {"birthday": "1990-03-12"}, "birthday", "birthday.days within 31"),
    ({"email": "a@x.cn"}, {"email": "a@y.cn"}, "email", "same email.local"),
    (
        {"address": "上海市徐汇区天山路12号3栋4室"}, {"address": "上海市徐汇区天目路12号3-4"}, "address",
        "address.rest within 25% edits",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "name", "label"), LEVELS)
def test_levels_of_customers(left, right, name, label):
    comparison = next(each for each in CHINESE_CUSTOMERS.comparisons if each.name == name)
    a, b = standardise(left, CHINESE_CUSTOMERS), standardise(right, CHINESE_CUSTOMERS)
    assert level_names(comparison)[level_of(comparison, a, b)] == label
    assert level_of(comparison, b, a) == level_of(comparison, a, b)


# --- frequencies and weights


def table_of(values):
    import pyarrow as pa

    return pa.table({"id": list(range(len(values))), "a": values})


def by_frequency():
    comparison = Comparison(name="a", columns=["a"], levels=[Same(column="a", by_frequency=True)])
    return msgspec.structs.replace(SETTINGS, comparisons=[comparison])


@settings(deadline=None)  # the first example waits for Arrow to be imported
@given(st.lists(st.integers(1, 12), min_size=1, max_size=12))
def test_the_more_have_a_value_the_less_it_says(sizes):
    wanted = by_frequency()
    values = [f"v{n}" for n, size in enumerate(sizes) for _ in range(size)]
    records = standardise_table(table_of(values), wanted)
    (found,) = frequencies(wanted, records)
    told = [found.model.correction(f"v{n}") for n in range(len(sizes))]
    for one, two in itertools.combinations(range(len(sizes)), 2):
        if sizes[one] < sizes[two] and sizes[two] >= 3:
            assert told[one] >= told[two]
    assert found.by_value[records.texts["a"].codes].tolist() == [told[int(value[1:])] for value in values]


def test_common_values_are_kept_by_hash_and_rare_ones_are_not_kept():
    wanted = by_frequency()
    values = ["common"] * 5 + ["rare", "seldom", "seldom", None, "未知"]
    (found,) = frequencies(wanted, standardise_table(table_of(values), wanted))
    assert len(found.model.common) == 1
    assert "common" not in str(found.model.common)
    assert found.agreement == pytest.approx((5 * 4 + 2 * 1) / (8 * 7))
    assert found.model.correction("common") < found.model.rest == found.model.correction("never seen")


def test_a_pair_is_the_sum_of_its_parts():
    model = Model(
        settings=SETTINGS,
        records=10,
        prior=-10.0,
        comparisons=build_comparisons(SETTINGS, M.tolist(), U.tolist()),
        frequencies=[],
    )
    a = standardise({"a": "x1", "b": "yyy", "c": "z"}, SETTINGS)
    b = standardise({"a": "x1", "b": "yyz", "c": "q", "d": "w"}, SETTINGS)
    explained = score_pair(a, b, model)
    assert [(part.comparison, part.label) for part in explained.parts] == [
        ("a", "same a"), ("b", "b within 1 typing errors"), ("c", "c within 1 typing errors"), ("d", "missing"),
    ]  # fmt: skip
    assert explained.weight == pytest.approx(
        -10 + math.log2(0.7 / 0.01) + math.log2(0.05 / 0.08) + math.log2(0.1 / 0.2)
    )
    assert explained.probability == pytest.approx(probability(explained.weight))
    assert msgspec.json.decode(msgspec.json.encode(model), type=Model) == model


@given(st.floats(0.01, 0.999))
def test_weights_and_probabilities_are_two_ways_to_say_it(chance):
    assert probability(weight_of(chance)) == pytest.approx(chance)


def test_extreme_weights_are_certain():
    assert (probability(-1e9), probability(1e9)) == (0.0, 1.0)


def test_only_so_many_values_are_common_and_ties_go_together(monkeypatch):
    monkeypatch.setattr(stage, "MOST_COMMON", 2)
    wanted = by_frequency()
    values = [value for value, size in (("a", 6), ("b", 5), ("c", 4), ("d", 4), ("e", 2)) for _ in range(size)]
    (found,) = frequencies(wanted, standardise_table(table_of(values), wanted))
    assert len(found.model.common) == 2
    values += ["b", "c", "d"]  # now b has 6, and c and d have 5: of three that tie for two places only a and b are left
    (found,) = frequencies(wanted, standardise_table(table_of(values), wanted))
    assert len(found.model.common) == 2
    values += ["c"]  # a, b and c have 6
    (found,) = frequencies(wanted, standardise_table(table_of(values), wanted))
    assert found.model.common == {}


# --- blocks


def test_blocks_leave_out_what_is_missing_alone_or_too_common():
    settings = msgspec.structs.replace(SETTINGS, blocks=[Block(keys=[Key(column="a")], at_most=3)])
    records = standardise_table(table_of(["x", "x", "y", None, "z", "z", "z", "z"]), settings)
    ((key,), (count,)) = all_keys(settings, records)
    assert (key != 0).tolist() == [True, True, False, False, False, False, False, False]
    assert (count.keys, count.records, count.pairs, count.largest) == (1, 2, 1, 4)
    assert (count.left_out_keys, count.left_out_records) == (1, 4)


def test_keys_are_cut_and_joined():
    import pyarrow as pa

    settings = msgspec.structs.replace(
        SETTINGS, blocks=[Block(keys=[Key(column="a", first=2), Key(column="b", last=1)])]
    )
    table = pa.table({"id": [0, 1, 2, 3], "a": ["abc", "abd", "abc", "b"], "b": ["1x", "2x", "1y", "abx"]})
    ((key,), _) = all_keys(settings, standardise_table(table, settings))
    assert key[0] == key[1] != 0
    assert key[2] == key[3] == 0


def test_too_many_pairs_are_refused_with_the_block_that_makes_them():
    settings = msgspec.structs.replace(SETTINGS, blocks=[Block(keys=[Key(column="a")])], max_pairs=2)
    records = standardise_table(table_of(["x"] * 3), settings)
    with pytest.raises(BudgetExceeded, match="'a'"):
        all_keys(settings, records)
