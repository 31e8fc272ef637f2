"""Experiments: who belongs to which arm, and what a difference between arms is worth saying. Pure functions.

    arm = choose_arm(salt, profile_id, arms)                 # deterministic: retries, replays and simulations agree
    srm = sample_ratio(counts, weights)                      # is the split what was configured?
    compare_proportions(treatment, control)                  # difference, interval, p value
    compare_means(treatment, control)                        # the same for money per person
    relative_lift(treatment, control); incremental(difference, people)

Every estimate is intention-to-treat: all people that were assigned count, reached or not.
"""

from tributary.experiments.assignment import ARM_NAME, Arm, choose_arm
from tributary.experiments.statistics import (
    Estimate,
    Moments,
    SampleRatio,
    compare_means,
    compare_proportions,
    incremental,
    relative_lift,
    sample_ratio,
)

__all__ = [
    "ARM_NAME",
    "Arm",
    "Estimate",
    "Moments",
    "SampleRatio",
    "choose_arm",
    "compare_means",
    "compare_proportions",
    "incremental",
    "relative_lift",
    "sample_ratio",
]
