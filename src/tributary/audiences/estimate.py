"""What a rule would select, before it is saved: how many, who for example, and what each condition costs.

One question answers all of it. Each top-level condition becomes a bitmap, by the same compiler that computes saved
audiences; the waterfall is bitmap algebra over them, so its last step is exactly the size that a refresh would find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tributary import rules
from tributary.core.sql import Sql, bind, join, raw
from tributary.rules import Catalog, Locale, ResolvedRule, Rule, tree
from tributary.rules.resolved import Group
from tributary.warehouse import Budget, Warehouse

SAMPLE = 20  # people shown as examples
MAX_STEPS = 30  # top-level conditions shown one by one; each is a bitmap held in memory

# Somebody waits for it, and a superseded request cannot be called back: short rather than complete.
ESTIMATE = Budget("estimate", seconds=15, memory_bytes=2 * 1024**3, rows=1_000)


@dataclass(frozen=True, slots=True)
class Step:
    """One condition of the waterfall: its `path` in the tree and its words, how many people it holds for alone, and
    how many are left (under `all`) or gathered (under `any`) after it and those before.
    """

    path: str
    sentence: str
    alone: int
    after: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """`size` of `people` (everybody in the workspace) as of `now`; `sample` holds ids spread evenly over the result."""

    size: int
    people: int
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
    budget: Budget = ESTIMATE,
) -> Estimate:
    """Count an unsaved rule. The count is exact.

    Raises:
        RuleError: the rule is wrong; `path` says where. BudgetExceeded: it takes too long to count while one waits.
        TooManyRequests: too many others are being counted now.
    """
    wire = rules.decode(source)
    rule = rules.resolve(wire, catalog, now)
    parts, function = _parts(rule)
    everybody = rules.resolve(tree.All(rules=()), catalog, now)
    question = _question(parts, function, everybody)
    ((people, alone, after, sample),) = warehouse.query(question, workspace_id=catalog.workspace_id, budget=budget)
    sentences = [rules.explain(part, catalog, locale) for part in _wire_parts(wire, len(parts))]
    return Estimate(
        size=int(after[-1]),
        people=int(people),
        steps=[
            Step(part.root.path, sentence, int(one), int(left))
            for part, sentence, one, left in zip(parts, sentences, alone, after, strict=True)
        ],
        sample=sorted({int(profile_id) for profile_id in sample}),
        now=rule.now,
    )


def _parts(rule: ResolvedRule) -> tuple[list[ResolvedRule], Sql]:
    """The conditions of the waterfall, and the operation that puts them together."""
    root = rule.root
    if isinstance(root, Group) and root.kind in {"all", "any"} and 1 <= len(root.parts) <= MAX_STEPS:
        function = raw("bitmapAnd") if root.kind == "all" else raw("bitmapOr")
        return [replace(rule, root=part) for part in root.parts], function
    return [rule], raw("bitmapAnd")


def _wire_parts(rule: Rule, count: int) -> Sequence[Rule]:
    """The same conditions as they were written, for their words."""
    if isinstance(rule, tree.All | tree.Any) and count == len(rule.rules):
        return rule.rules
    return [rule]


def _question(parts: list[ResolvedRule], function: Sql, everybody: ResolvedRule) -> Sql:
    """One row: people, people per condition, people after each condition, sample."""
    names = [Sql((f"c{index}",)) for index in range(len(parts))]
    totals = [Sql((f"t{index}",)) for index in range(len(parts))]
    withs = [raw("(") + rules.compile_bitmap(everybody) + ") AS everybody"]
    for index, part in enumerate(parts):
        withs.append(raw("(") + rules.compile_bitmap(part) + ") AS " + names[index])
        total = names[index] if index == 0 else function + "(" + totals[index - 1] + ", " + names[index] + ")"
        withs.append(total + " AS " + totals[index])
    withs.append(raw("bitmapCardinality(") + totals[-1] + ") AS size")
    withs.append(raw("least(size, ") + bind(SAMPLE, "UInt64") + ") AS shown")
    at = raw("toUInt64(intDiv(place * size, shown))")
    one = raw("bitmapToArray(subBitmap(") + totals[-1] + ", " + at + ", toUInt64(1)))"
    return (
        raw("WITH ")
        + join(", ", withs)
        + " SELECT bitmapCardinality(everybody), "
        + _sizes(names)
        + ", "
        + _sizes(totals)
        + ", arrayFlatten(arrayMap(place -> "
        + one
        + ", range(shown)))"
    )


def _sizes(bitmaps: list[Sql]) -> Sql:
    return raw("[") + join(", ", [raw("bitmapCardinality(") + bitmap + ")" for bitmap in bitmaps]) + "]"
