"""Estimators over sufficient statistics (n, Σy, Σy²) of two independent arms.

Sources of the formulas:
  Welch, B. L. (1947), Biometrika 34, 28-35: the t test with unequal variances and its degrees of freedom.
  Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890: method 10, the hybrid score interval, built from
    Wilson, E. B. (1927), JASA 22, 209-212.
  Neyman, J. (1937), Phil. Trans. R. Soc. A 236, 333-380: interval and test are two readings of one procedure. So each p
    value here is the level at which the interval beside it would just touch "no difference", and they cannot disagree.
  Fieller, E. C. (1954), JRSS B 16, 175-185: the interval of a ratio of two means.
  Pearson, K. (1900), Philosophical Magazine 50, 157-175: chi-square goodness of fit, here against the planned split;
    Fabijan et al. (2019), KDD, "Diagnosing sample ratio mismatch": why and at which level to look.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SMALL_COUNT = 20  # below this many successes or failures in an arm the normal interval of a proportion undercovers
NOISY_BASE = 0.1  # above this coefficient of variation of the base the delta method of a ratio undercovers
_FARTHEST = 38.0  # standard deviations; farther out a p value is zero in floating point
SRM_LEVEL = 0.001  # Fabijan et al.: strict, because the check runs on every look at every campaign


@dataclass(frozen=True, slots=True)
class Moments:
    """What is kept of an arm: `n` people (those without a value included), the sum and the sum of squares of y."""

    n: int
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @classmethod
    def of(cls, n: int, values: Iterable[float]) -> Moments:
        """Moments of `n` people of whom those not in `values` have 0."""
        kept = list(values)
        return cls(n, math.fsum(kept), math.fsum(value * value for value in kept))

    @property
    def mean(self) -> float:
        """Σy / n; 0 for an empty arm."""
        return self.total / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """(Σy² − (Σy)²/n) / (n − 1); 0 for fewer than two people."""
        if self.n < 2:
            return 0.0
        return max(0.0, (self.squares - self.total * self.total / self.n) / (self.n - 1))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A point estimate, its two-sided interval at `level`, the p value of "no difference", and the method's name.

    Both belong to the same test: the interval leaves "no difference" out exactly when the p value is below 1 − level.
    A bound or the p value is None when the data cannot give one (an empty arm, a base that could be zero).
    """

    value: float
    low: float | None
    high: float | None
    p_value: float | None
    method: str
    level: float = 0.95

    @property
    def is_significant(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """The sample-ratio check. `expected` is how many people each arm with a weight should have."""

    statistic: float
    dof: int
    p_value: float
    expected: dict[str, float]
    is_mismatch: bool


def compare_proportions(treatment: Moments, control: Moments, *, level: float = 0.95) -> Estimate:
    """pT − pC, where y is 0 or 1 (so Σy counts successes).

    Normal interval and z test with SE² = pT(1−pT)/nT + pC(1−pC)/nC; with fewer than `SMALL_COUNT` successes or
    failures in an arm, Newcombe's interval, and the p value at which it would just reach zero.
    """
    from scipy import stats  # noqa: PLC0415 (half a second to import, and only reports need it)

    if not treatment.n or not control.n:
        return Estimate(treatment.mean - control.mean, None, None, None, "none", level)
    p_t, p_c = treatment.mean, control.mean
    difference = p_t - p_c
    z = float(stats.norm.ppf(0.5 + level / 2))
    counts = [round(count) for arm in (treatment, control) for count in (arm.total, arm.n - arm.total)]
    if min(counts) >= SMALL_COUNT:
        error = math.sqrt(p_t * (1 - p_t) / treatment.n + p_c * (1 - p_c) / control.n)
        p_value = 2 * float(stats.norm.sf(abs(difference) / error))
        return Estimate(difference, difference - z * error, difference + z * error, p_value, "wald", level)
    low, high = _newcombe(treatment, control, z)
    return Estimate(difference, low, high, _newcombe_p(treatment, control), "newcombe", level)


def _newcombe(treatment: Moments, control: Moments, z: float) -> tuple[float, float]:
    """Newcombe's hybrid score interval (method 10) of pT − pC."""
    p_t, p_c = treatment.mean, control.mean
    low_t, high_t = _wilson(treatment, z)
    low_c, high_c = _wilson(control, z)
    return (
        p_t - p_c - math.hypot(p_t - low_t, high_c - p_c),
        p_t - p_c + math.hypot(high_t - p_t, p_c - low_c),
    )


def _newcombe_p(treatment: Moments, control: Moments) -> float:
    """2(1 − Φ(z₀)), where z₀ is the quantile at which Newcombe's interval just reaches zero: the interval, inverted."""
    from scipy import optimize, stats  # noqa: PLC0415 (see compare_proportions)

    difference = treatment.mean - control.mean
    if difference == 0.0:
        return 1.0

    def nearest_bound(z: float) -> float:
        """The bound nearest to zero, with the difference's own sign while zero is left out; falls with z."""
        low, high = _newcombe(treatment, control, z)
        return low if difference > 0 else -high

    if nearest_bound(_FARTHEST) > 0:
        return 0.0
    return 2 * float(stats.norm.sf(optimize.brentq(nearest_bound, 0.0, _FARTHEST, xtol=1e-13)))


def _wilson(arm: Moments, z: float) -> tuple[float, float]:
    """Wilson's score interval of one proportion."""
    share = arm.mean
    scale = 1 + z * z / arm.n
    centre = (share + z * z / (2 * arm.n)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / arm.n + z * z / (4 * arm.n * arm.n))
    return max(0.0, centre - half), min(1.0, centre + half)


def compare_means(treatment: Moments, control: Moments, *, level: float = 0.95) -> Estimate:
    """μT − μC of a number per person, zeros included: Welch's interval and test.

    SE² = s²T/nT + s²C/nC; degrees of freedom by Welch–Satterthwaite; p = 2(1 − F_t(|Δ/SE|)).
    """
    from scipy import stats  # noqa: PLC0415 (see compare_proportions)

    difference = treatment.mean - control.mean
    if treatment.n < 2 or control.n < 2:
        return Estimate(difference, None, None, None, "none", level)
    part_t, part_c = treatment.variance / treatment.n, control.variance / control.n
    error = math.sqrt(part_t + part_c)
    if error == 0.0:  # nobody spent anything, or everybody the same
        return Estimate(difference, None, None, None, "none", level)
    share_t = part_t / (part_t + part_c)  # of the variance: its square, unlike that of a tiny variance, is never lost
    dof = 1 / (share_t**2 / (treatment.n - 1) + (1 - share_t) ** 2 / (control.n - 1))
    margin = float(stats.t.ppf(0.5 + level / 2, dof)) * error
    p_value = 2 * float(stats.t.sf(abs(difference) / error, dof))
    return Estimate(difference, difference - margin, difference + margin, p_value, "welch", level)


def relative_lift(treatment: Moments, control: Moments, *, level: float = 0.95) -> Estimate | None:
    """r = (μT − μC)/|μC|; None when the control's mean is zero.

    Delta method: SE² = s²T/(nT μC²) + s²C μT²/(nC μC⁴), p = 2(1 − Φ(|r/SE|)): the test on the relative scale,
    whose p value differs from the absolute one. When the control's mean is known to worse than `NOISY_BASE` of itself,
    Fieller's interval of μT/μC instead: the ratios ρ with (μT − ρμC)² ≤ z²(VT + ρ²VC), V = s²/n. No lift is ρ = 1, so
    its test is z = |μT − μC|/√(VT + VC). If the control's mean could be zero (z²VC ≥ μC²) these ratios form no
    interval, and neither bounds nor a p value are given.
    """
    from scipy import stats  # noqa: PLC0415 (see compare_proportions)

    base = control.mean
    if treatment.n < 2 or control.n < 2 or base == 0.0:
        return None
    z = float(stats.norm.ppf(0.5 + level / 2))
    part_t, part_c = treatment.variance / treatment.n, control.variance / control.n
    lift = (treatment.mean - base) / abs(base)
    ratio = treatment.mean / base
    error = math.hypot(math.sqrt(part_t), ratio * math.sqrt(part_c)) / abs(base)
    if error == 0.0:
        return Estimate(lift, None, None, None, "none", level)
    if math.sqrt(part_c) / abs(base) <= NOISY_BASE:
        p_value = 2 * float(stats.norm.sf(abs(lift) / error))
        return Estimate(lift, lift - z * error, lift + z * error, p_value, "delta", level)
    noise = z * math.sqrt(part_c) / base
    g = noise * noise
    if g >= 1:
        return Estimate(lift, None, None, None, "fieller", level)
    p_value = 2 * float(stats.norm.sf(abs(treatment.mean - base) / math.sqrt(part_t + part_c)))
    half = z / abs(base) * math.sqrt(part_t * (1 - g) + ratio * ratio * part_c)
    low, high = (ratio - half) / (1 - g), (ratio + half) / (1 - g)
    # (μT − μC)/|μC| is ratio − 1 for a positive base and 1 − ratio for a negative one.
    bounds = (low - 1, high - 1) if base > 0 else (1 - high, 1 - low)
    return Estimate(lift, bounds[0], bounds[1], p_value, "fieller", level)


def incremental(difference: Estimate, people: int) -> Estimate:
    """What the treatment added over all `people` assigned to it: nT · Δ, with the interval scaled alike.

    For conversions this is C_T − nT·C_C/nC; for money, nT·(rT − rC).
    """
    low = None if difference.low is None else people * difference.low
    high = None if difference.high is None else people * difference.high
    return Estimate(people * difference.value, low, high, difference.p_value, difference.method, difference.level)


def sample_ratio(counts: Mapping[str, int], weights: Mapping[str, float]) -> SampleRatio:
    """Chi-square of the counts of assigned people against the configured weights.

    Degrees of freedom: arms with a weight above 0, less one. People in an arm without a weight are a mismatch as such.
    """
    from scipy import stats  # noqa: PLC0415 (see compare_proportions)

    live = {name: weight for name, weight in weights.items() if weight > 0}
    people = sum(counts.get(name, 0) for name in live)
    total = sum(live.values())
    expected = {name: people * weight / total for name, weight in live.items()}
    dof = len(live) - 1
    if any(count for name, count in counts.items() if name not in live):
        return SampleRatio(math.inf, dof, 0.0, expected, is_mismatch=True)
    if dof < 1 or not people:
        return SampleRatio(0.0, max(dof, 0), 1.0, expected, is_mismatch=False)
    statistic = sum((counts.get(name, 0) - want) ** 2 / want for name, want in expected.items())
    p_value = float(stats.chi2.sf(statistic, dof))
    return SampleRatio(statistic, dof, p_value, expected, is_mismatch=p_value < SRM_LEVEL)
