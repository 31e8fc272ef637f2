"""What a rule would select, before it is saved: how many, who for example, and what each condition contributes.

One question answers all of it (`tributary.rules.compile_steps`), by the same compiler that computes saved audiences, so
the count is exactly the size that a refresh would find. Where that takes longer than somebody waits, one in sixteen
people is asked about instead, and the numbers are given with the margin that comes of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tributary import rules
from tributary.errors import BudgetExceeded
from tributary.governance.samples import count_people
from tributary.rules import Catalog, Locale
from tributary.warehouse import Budget, Stop, Warehouse

SAMPLE = 20  # people shown as examples
SHARE = 16  # one in so many people stands for all of them
ASK_ALL = 16_000  # people; of fewer a sample tells little, and all of them are asked in no time

# Somebody waits for it. Whoever does not want to any more stops it, so it may take longer than people like to.
ESTIMATE = Budget("estimate", seconds=15, memory_bytes=2 * 1024**3, rows=1_000)

_Z = 1.959964  # standard deviations on either side that hold 95 %


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the rule: its `path` as in errors, its wire kind, how deep it is, and its words.

    `alone` is how many people it holds for, `after` how many are left under `all`, gathered under `any`, or everybody
    else under `not`, after it and those before it in its group.
    """

    path: str
    kind: str
    depth: int
    sentence: str
    alone: int
    after: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """`size` of `people` (everybody in the workspace) as of `now`; `sample` holds ids spread evenly over the result.

    `margin` is None for an exact count. Else the numbers were scaled from a share of the people, and the true size is
    within `margin` of `size` in 19 of 20 rules.
    """

    size: int
    people: int
    margin: int | None
    steps: list[Step]
    sample: list[int]
    now: datetime


def estimate_rule(
    warehouse: Warehouse,
    catalog: Catalog,
    source: Mapping[str, Any],
    now: datetime,
    *,
    locale: Locale = "en",
    on_sample: bool = False,
    budget: Budget = ESTIMATE,
    stop: Stop | None = None,
) -> Estimate:
    """Count an unsaved rule: exactly, or with `on_sample` on a share of the people, unless there are few.

    Raises:
        RuleError: the rule is wrong; `path` says where. BudgetExceeded: it takes too long to count while one waits.
        TooManyRequests: too many others are being counted now. Cancelled: it was stopped.
    """
    wire = rules.decode(source)
    resolved = rules.resolve(wire, catalog, now)
    everybody = count_people(warehouse, catalog.workspace_id, budget=budget, stop=stop) if on_sample else 0
    share = SHARE if everybody > ASK_ALL else None
    question = rules.compile_steps(wire, resolved, sample=SAMPLE, share=share)
    try:
        ((asked, alone, after, sample),) = warehouse.query(
            question.sql, workspace_id=catalog.workspace_id, budget=budget, stop=stop
        )
    except BudgetExceeded as error:
        raise _too_long(error, on_sample=share is not None) from None
    scaling = _Scaling(int(asked), everybody if share is not None else int(asked))
    size = _selected(question, after)
    return Estimate(
        size=scaling.up(size),
        people=scaling.people,
        margin=None if share is None else scaling.margin(size),
        steps=[
            Step(
                path=step.path,
                kind=rules.kind_of(step.rule),
                depth=step.depth,
                sentence=rules.explain(step.rule, catalog, locale),
                alone=scaling.up(int(one)),
                after=scaling.up(int(left)),
            )
            for step, one, left in zip(question.steps, alone, after, strict=True)
        ],
        sample=[int(profile_id) for profile_id in sample],
        now=resolved.now,
    )


def _selected(question: rules.StepsQuery, after: list[Any]) -> int:
    """What the whole rule selects: the last step of the outermost group."""
    outermost = [int(left) for step, left in zip(question.steps, after, strict=True) if step.depth == 0]
    return outermost[-1]


def _too_long(error: BudgetExceeded, *, on_sample: bool) -> BudgetExceeded:
    if on_sample:
        cure = "Narrow it: a shorter period, fewer conditions. Saved, it is computed in the background."
        return BudgetExceeded("Even on a sample of people this takes too long to count.", cure=cure, **error.attrs)
    cure = "Estimate on a sample of people (`sample`). Saved, it is computed exactly, in the background."
    return BudgetExceeded("This takes too long to count exactly.", cure=cure, **error.attrs)


@dataclass(frozen=True, slots=True)
class _Scaling:
    """From `asked` people to all `people`."""

    asked: int
    people: int

    def up(self, found: int) -> int:
        """How many of all people there are, if `found` of those asked are."""
        return found if self.asked in {0, self.people} else round(found * self.people / self.asked)

    def margin(self, found: int) -> int:
        """Half of the width of the 95 % interval by Wilson's score, with the correction for a part of a finite whole.

        It is right for few people as well: nobody in the sample does not mean nobody.
        """
        n, everybody = self.asked, self.people
        if n == 0:
            return everybody
        share, z2 = found / n, _Z * _Z
        rest = (everybody - n) / max(everybody - 1, 1)  # of the variance, because those asked are known
        middle = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n * rest + z2 / (4 * n * n) * rest)
        return math.ceil(everybody * max(middle + half - share, share - middle + half))
