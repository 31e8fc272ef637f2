"""Assignment of people to arms by a salted hash: no state, no order, the same answer for ever."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tributary.errors import InvalidRequest
from tributary.rules.buckets import bucket

ARM_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm and its share: `weight` out of the sum of all weights. A weight of 0 gets nobody."""

    name: str
    weight: int


def choose_arm(salt: str, profile_id: int, arms: Sequence[Arm]) -> str:
    """The name of the arm that `profile_id` belongs to, by the same bucket that rules use.

    `arms` must be given in the same order each time.

    Raises:
        InvalidRequest: no arm has a weight, or a weight is negative.
    """
    total = sum(arm.weight for arm in arms)
    if total <= 0 or any(arm.weight < 0 for arm in arms):
        raise InvalidRequest("No arm has a share of the people.", cure="Give at least one arm a weight above 0.")
    point = int(bucket(salt, profile_id) * total)
    for arm in arms:
        if point < arm.weight:
            return arm.name
        point -= arm.weight
    raise AssertionError("a bucket lies below the sum of the weights")
