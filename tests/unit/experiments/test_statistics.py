"""Estimators: golden numbers, agreement with scipy, and the coverage that an interval promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tributary.experiments import (
    Moments,
    compare_means,
    compare_proportions,
    incremental,
    relative_lift,
    sample_ratio,
)


def counted(n, successes):
    return Moments(n, successes, successes)


def test_incremental_conversions_match_the_golden_numbers():
    treatment, control = counted(95_000, 9_500), counted(5_000, 430)
    added = incremental(compare_proportions(treatment, control), treatment.n)
    lift = relative_lift(treatment, control)
    assert round(added.value) == 1330
    assert [round(added.low, -1), round(added.high, -1)] == [570, 2090]
    assert round(lift.value, 3) == 0.163
    assert lift.method == "delta"


def test_zero_weight_arms_do_not_count_as_degrees_of_freedom():
    check = sample_ratio({"a": 500_922, "b": 499_078, "c": 0}, {"a": 1, "b": 1, "c": 0})
    assert check.dof == 1
    assert round(check.p_value, 3) == 0.065
    assert round(float(stats.chi2.sf(check.statistic, 2)), 3) == 0.183  # what a count of all arms would say


def test_people_in_an_arm_without_weight_are_a_mismatch():
    assert sample_ratio({"a": 10, "b": 1}, {"a": 1, "b": 0}).is_mismatch


def test_sample_ratio_agrees_with_scipy():
    counts, weights = {"holdout": 120, "a": 430, "b": 450}, {"holdout": 10, "a": 45, "b": 45}
    check = sample_ratio(counts, weights)
    expected = stats.chisquare([120, 430, 450], [100, 450, 450])
    assert (check.statistic, check.p_value) == pytest.approx((expected.statistic, expected.pvalue))


def test_newcombe_matches_the_published_example():
    # Newcombe (1998), table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339.
    both = compare_proportions(counted(70, 56), counted(80, 48))
    assert both.method == "newcombe"
    assert (round(both.low, 4), round(both.high, 4)) == (0.0524, 0.3339)
    # and 9/10 against 3/10: 0.1705 to 0.8090.
    few = compare_proportions(counted(10, 9), counted(10, 3))
    assert (round(few.low, 4), round(few.high, 4)) == (0.1705, 0.8090)


def agree(estimate):
    """The interval and the p value tell the same, unless one sits on the edge within rounding."""
    if estimate.low is None or estimate.high is None or estimate.p_value is None:
        assert (estimate.low, estimate.high, estimate.p_value) == (None, None, None)
        assert not estimate.is_significant
        return
    assert 0 <= estimate.p_value <= 1
    assert estimate.low <= estimate.value + 1e-12
    assert estimate.value <= estimate.high + 1e-12
    if abs(estimate.p_value - (1 - estimate.level)) > 1e-7:
        excludes_zero = estimate.low > 0 or estimate.high < 0
        assert estimate.is_significant == excludes_zero == (estimate.p_value < 1 - estimate.level), estimate


@given(
    n_t=st.integers(1, 5000), n_c=st.integers(1, 5000), share_t=st.floats(0, 1), share_c=st.floats(0, 1),
    level=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)  # fmt: skip
def test_interval_p_value_and_significance_of_shares_agree(n_t, n_c, share_t, share_c, level):
    treatment, control = counted(n_t, round(n_t * share_t)), counted(n_c, round(n_c * share_c))
    difference = compare_proportions(treatment, control, level=level)
    agree(difference)
    agree(incremental(difference, n_t))
    if (lift := relative_lift(treatment, control, level=level)) is not None:
        agree(lift)


@given(n_c=st.integers(5, 60), successes_c=st.integers(1, 5), n_t=st.integers(20, 400), successes_t=st.integers(0, 60))
def test_they_agree_where_counts_are_small_and_the_base_is_noisy(n_c, successes_c, n_t, successes_t):
    treatment, control = counted(n_t, min(successes_t, n_t)), counted(n_c, successes_c)
    agree(compare_proportions(treatment, control))
    lift = relative_lift(treatment, control)
    if lift is not None:
        agree(lift)


@given(
    treatment=st.lists(st.integers(-1000, 10_000), min_size=2, max_size=60),
    control=st.lists(st.integers(-1000, 10_000), min_size=2, max_size=60),
    level=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)
def test_interval_p_value_and_significance_of_money_agree(treatment, control, level):
    both = Moments.of(len(treatment), treatment), Moments.of(len(control), control)
    difference = compare_means(*both, level=level)
    agree(difference)
    agree(incremental(difference, len(treatment)))
    if (lift := relative_lift(*both, level=level)) is not None:
        agree(lift)


def test_the_p_value_of_newcombe_is_the_level_that_just_reaches_zero():
    few = compare_proportions(counted(10, 9), counted(10, 3))
    assert few.p_value < 0.05 < few.low
    edge = compare_proportions(counted(10, 9), counted(10, 3), level=1 - few.p_value)
    assert edge.low == pytest.approx(0, abs=1e-9)
    assert compare_proportions(counted(10, 5), counted(20, 10)).p_value == 1
    assert compare_proportions(counted(10**6, 10**6), counted(10**6, 0)).p_value == 0
    # In the range where both can be used it is near Fisher's exact test, which never claims more.
    exact = stats.fisher_exact([[30, 170], [15, 185]]).pvalue
    assert compare_proportions(counted(200, 30), counted(200, 15)).p_value == pytest.approx(exact, abs=0.015)


def test_newcombe_cries_wolf_no_more_often_than_it_says():
    rng = np.random.default_rng(3)
    rounds = 1_000
    pairs = zip(rng.binomial(300, 0.03, rounds), rng.binomial(100, 0.03, rounds), strict=True)
    found = [compare_proportions(counted(300, int(t)), counted(100, int(c))) for t, c in pairs]
    assert {each.method for each in found} == {"newcombe"}
    assert sum(each.p_value < 0.05 for each in found) / rounds <= 0.06


@given(
    treatment=st.lists(st.floats(0, 1e4), min_size=2, max_size=50),
    control=st.lists(st.floats(0, 1e4), min_size=2, max_size=50),
)
def test_welch_agrees_with_scipy(treatment, control):
    ours = compare_means(Moments.of(len(treatment), treatment), Moments.of(len(control), control))
    if min(np.ptp(treatment), np.ptp(control)) < 1:  # (nearly) constant arms lose their variance to rounding
        return
    theirs = stats.ttest_ind(treatment, control, equal_var=False)
    interval = theirs.confidence_interval()
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-4, abs=1e-9)
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), rel=1e-4, abs=1e-4)


@given(
    n_t=st.integers(2, 5000), n_c=st.integers(2, 5000), share_t=st.floats(0, 1), share_c=st.floats(0, 1),
    days=st.integers(1, 5),
)  # fmt: skip
def test_swapping_the_arms_flips_the_sign_and_days_add_up(n_t, n_c, share_t, share_c, days):
    treatment, control = counted(n_t, round(n_t * share_t)), counted(n_c, round(n_c * share_c))
    forth, back = compare_proportions(treatment, control), compare_proportions(control, treatment)
    assert forth.value == pytest.approx(-back.value)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    assert forth.p_value == pytest.approx(back.p_value)
    total = Moments(0)
    for _ in range(days):
        total += treatment
    assert total == Moments(n_t * days, treatment.total * days, treatment.squares * days)


@given(scale=st.floats(0.01, 1000), seed=st.integers(0, 1000))
def test_the_relative_lift_does_not_depend_on_the_currency(scale, seed):
    rng = np.random.default_rng(seed)
    treatment, control = rng.exponential(12, 400), rng.exponential(10, 400)
    one = relative_lift(Moments.of(400, treatment), Moments.of(400, control))
    other = relative_lift(Moments.of(400, treatment * scale), Moments.of(400, control * scale))
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), rel=1e-6)


def test_absolute_and_relative_p_values_differ_and_are_both_labelled():
    treatment, control = counted(2_000, 260), counted(2_000, 212)
    absolute, relative = compare_proportions(treatment, control), relative_lift(treatment, control)
    assert absolute.p_value < 0.05
    assert absolute.p_value != pytest.approx(relative.p_value, rel=0.05)
    assert (absolute.method, relative.method) == ("wald", "delta")


def test_fieller_agrees_with_the_roots_of_its_quadratic():
    treatment, control = Moments.of(60, np.linspace(1, 40, 60)), Moments.of(40, np.linspace(-10, 30, 40))
    lift = relative_lift(treatment, control)
    assert lift.method == "fieller"
    z = stats.norm.ppf(0.975)
    part_t, part_c = treatment.variance / 60, control.variance / 40
    # The bounds are the ratios ρ at which (μT − ρ μC)² = z² (VT + ρ² VC).
    roots = np.roots([
        control.mean**2 - z * z * part_c, -2 * treatment.mean * control.mean, treatment.mean**2 - z * z * part_t,
    ])  # fmt: skip
    assert [lift.low, lift.high] == pytest.approx(sorted(roots - 1))


def test_a_base_that_could_be_zero_has_no_interval():
    lift = relative_lift(counted(1_000, 5), counted(50, 1))
    assert (lift.low, lift.high, lift.p_value) == (None, None, None)
    assert not lift.is_significant
    assert relative_lift(counted(10, 1), counted(10, 0)) is None


def test_amounts_too_small_to_square_break_nothing():
    tiny = Moments(2, 8e-115, 6.4e-229)
    assert compare_means(tiny, Moments(2)).p_value == pytest.approx(0.5)
    assert relative_lift(tiny, tiny).value == 0
    assert relative_lift(Moments(2, 1e-170), Moments(2, 1e-170, 1e-300)).p_value is None


def test_empty_arms_say_so_instead_of_guessing():
    assert compare_proportions(counted(0, 0), counted(10, 1)).p_value is None
    assert compare_means(Moments(1, 5, 25), Moments(10)).low is None
    assert compare_means(Moments(10), Moments(10)).p_value is None


@pytest.mark.parametrize(("p_t", "p_c", "n_t", "n_c"), [(0.12, 0.10, 4_500, 500), (0.03, 0.02, 900, 100)])
def test_95_percent_intervals_of_proportions_cover_95_percent(p_t, p_c, n_t, n_c):
    rng = np.random.default_rng(7)
    rounds, hits = 2_000, 0
    for successes_t, successes_c in zip(rng.binomial(n_t, p_t, rounds), rng.binomial(n_c, p_c, rounds), strict=True):
        found = compare_proportions(counted(n_t, int(successes_t)), counted(n_c, int(successes_c)))
        hits += found.low <= p_t - p_c <= found.high
    assert 0.935 <= hits / rounds <= 0.985


def test_95_percent_intervals_of_revenue_and_lift_cover_95_percent():
    rng = np.random.default_rng(11)
    rounds, hits, lift_hits, false_alarms = 1_000, 0, 0, 0
    for _ in range(rounds):
        treatment = rng.lognormal(4, 0.6, 2_000) * (rng.random(2_000) < 0.12)
        control = rng.lognormal(4, 0.6, 800) * (rng.random(800) < 0.10)
        same = rng.lognormal(4, 0.6, 2_000) * (rng.random(2_000) < 0.10)
        mean = math.exp(4 + 0.6**2 / 2)
        arms = Moments.of(2_000, treatment), Moments.of(800, control)
        found, lift = compare_means(*arms), relative_lift(*arms)
        hits += found.low <= 0.02 * mean <= found.high
        lift_hits += lift.low <= 0.2 <= lift.high
        false_alarms += compare_means(Moments.of(2_000, same), arms[1]).p_value < 0.05
    assert 0.93 <= hits / rounds <= 0.97
    assert 0.93 <= lift_hits / rounds <= 0.975
    assert 0.03 <= false_alarms / rounds <= 0.07
