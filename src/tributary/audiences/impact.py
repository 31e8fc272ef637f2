"""What a change of a rule does to an audience: who would come, and who would go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tributary import rules
from tributary.audiences.estimate import ESTIMATE, SAMPLE
from tributary.audiences.membership import members_of_run
from tributary.core.sql import Sql, raw
from tributary.rules import Catalog
from tributary.store.tables.audiences import Audience
from tributary.warehouse import Budget, Stop, Warehouse

Against = Literal["rule", "members"]


@dataclass(frozen=True, slots=True)
class Impact:
    """`before` people become `after`: `gained` come, `lost` go. The samples hold ids spread evenly over these."""

    before: int
    after: int
    gained: int
    lost: int
    sample_gained: list[int]
    sample_lost: list[int]
    now: datetime


def impact_of(
    warehouse: Warehouse,
    catalog: Catalog,
    audience: Audience,
    saved: Mapping[str, Any],
    changed: Mapping[str, Any],
    now: datetime,
    *,
    against: Against = "rule",
    budget: Budget = ESTIMATE,
    stop: Stop | None = None,
) -> Impact:
    """What becomes of an audience when its rule is `changed`.

    Against the `saved` rule both are asked now, so that only the change itself shows. Against the members it is what
    the next computation would do, with all that happened since the last one.

    Raises:
        RuleError: a rule is wrong. BudgetExceeded, TooManyRequests, Cancelled: as `estimate_rule`.
    """
    resolved = rules.resolve(rules.decode(changed), catalog, now)
    if against == "members":
        # Run 0 is never given out: before the first computation nobody is in.
        earlier = members_of_run(audience.workspace_id, audience.id, audience.current_run or 0)
    else:
        earlier = rules.compile_bitmap(rules.resolve(rules.decode(saved), catalog, now))
    gained, lost = _without("later", "earlier"), _without("earlier", "later")
    question = raw("WITH (") + earlier + ") AS earlier, (" + rules.compile_bitmap(resolved) + ") AS later, "
    question = question + gained + " AS gained, " + lost + " AS lost SELECT "
    question = question + "bitmapCardinality(earlier), bitmapCardinality(later), bitmapCardinality(gained), "
    question = question + "bitmapCardinality(lost), " + rules.sample_sql(raw("gained"), SAMPLE) + ", "
    question = question + rules.sample_sql(raw("lost"), SAMPLE)
    ((before, after, came, went, comers, goers),) = warehouse.query(
        question, workspace_id=catalog.workspace_id, budget=budget, stop=stop
    )
    return Impact(
        before=int(before),
        after=int(after),
        gained=int(came),
        lost=int(went),
        sample_gained=[int(profile_id) for profile_id in comers],
        sample_lost=[int(profile_id) for profile_id in goers],
        now=resolved.now,
    )


def _without(these: Literal["earlier", "later"], those: Literal["earlier", "later"]) -> Sql:
    return raw("bitmapAndnot(") + these + ", " + those + ")"
