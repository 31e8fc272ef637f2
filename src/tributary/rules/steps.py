"""What each part of a rule contributes: for each condition whom it holds for alone, and who is left after it.

One query answers all of it, with one scan per table and event as for the whole rule: each condition is a bitmap, and
the rest is algebra over them. So the last step of the outermost group is exactly what the rule selects.

A group is a waterfall of its own, over everybody: `after` of its n-th part are the people whom its first n parts, put
together by the group, select. Under `all` they get fewer, under `any` more; under `not`, which has one part, they are
everybody else. Of a part that is a group itself, `alone` is what it selects, the last `after` inside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tributary.core.sql import Sql, bind, join, raw
from tributary.rules import resolved as r
from tributary.rules import tree
from tributary.rules.compile import BitmapCompiler
from tributary.rules.event_sql import Share, generated

MAX_STEPS = 100  # each is two bitmaps held in memory


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the rule: its place, how many groups inside the outermost one it is, and as what it was written."""

    path: str
    depth: int
    rule: tree.Rule


@dataclass(frozen=True, slots=True)
class StepsQuery:
    """`sql` gives one row: everybody, `alone` and `after` of each of `steps` in their order, and ids of a sample.

    Types: UInt64, Array(UInt64), Array(UInt64), Array(UInt64). The sample is spread evenly over the people selected,
    ascending, without repetitions.
    """

    sql: Sql
    steps: tuple[Step, ...]


def compile_steps(rule: tree.Rule, resolved: r.ResolvedRule, *, sample: int, share: int | None = None) -> StepsQuery:
    """The query about each part of `rule`, which `resolved` was made of, in the order of the tree.

    With `share` it is about one in so many people. A rule with more than `MAX_STEPS` parts is told without its deepest
    groups' insides.
    """
    asker = _Asker(resolved, None if share is None else Share(share), _shown_depth(rule))
    everyone = asker.name(asker.compiler.everyone())
    total, found = asker.node(rule, resolved.root, 0, everyone)
    if not found:
        found = [(Step("", 0, rule), total, total)]
    answers = [
        _sizes([alone for _, alone, _ in found]),
        _sizes([after for _, _, after in found]),
        sample_sql(total, sample),
    ]
    sql = raw("WITH ") + join(", ", asker.named) + " SELECT bitmapCardinality(" + everyone + "), "
    sql = sql + join(", ", answers) + " FROM " + asker.compiler.sources()
    return StepsQuery(sql, tuple(step for step, _, _ in found))


def sample_sql(bitmap: Sql, sample: int) -> Sql:
    """Up to `sample` ids of a bitmap, spread evenly over it, ascending: Array(UInt64). `bitmap` is best a name."""
    size = raw("bitmapCardinality(") + bitmap + ")"
    shown = raw("least(") + size + ", " + bind(sample, "UInt64") + ")"
    one = raw("bitmapToArray(subBitmap(") + bitmap + ", toUInt64(intDiv(place * " + size + ", " + shown
    return raw("arraySort(arrayFlatten(arrayMap(place -> ") + one + ")), toUInt64(1))), range(" + shown + "))))"


_Found = tuple[Step, Sql, Sql]  # a step, and the bitmaps of its two numbers


class _Asker:
    def __init__(self, resolved: r.ResolvedRule, share: Share | None, shown_depth: int) -> None:
        self.compiler = BitmapCompiler(resolved, share)
        self.named: list[Sql] = []
        self._shown_depth = shown_depth

    def name(self, expression: Sql) -> Sql:
        """A name for an expression, so that it is written, and computed, once."""
        name = generated(f"b{len(self.named)}")
        self.named.append(expression + " AS " + name)
        return name

    def node(self, rule: tree.Rule, node: r.Node, depth: int, everyone: Sql) -> tuple[Sql, list[_Found]]:
        """The people for whom a part holds, and the steps inside of it."""
        parts = list(_parts(rule))
        if not parts or not isinstance(node, r.Group) or depth > self._shown_depth:
            return self.name(self.compiler.members(node)), []
        found: list[_Found] = []
        total: Sql | None = None
        for part, resolved in zip(parts, node.parts, strict=True):
            alone, inside = self.node(part, resolved, depth + 1, everyone)
            total = self._put_together(node.kind, total, alone, everyone)
            found += [(Step(resolved.path, depth, part), alone, total), *inside]
        return total or everyone, found

    def _put_together(self, kind: str, before: Sql | None, alone: Sql, everyone: Sql) -> Sql:
        if kind == "not":
            return self.name(raw("bitmapAndnot(") + everyone + ", " + alone + ")")
        if before is None:
            return alone
        function = raw("bitmapAnd(") if kind == "all" else raw("bitmapOr(")
        return self.name(function + before + ", " + alone + ")")


def _shown_depth(rule: tree.Rule) -> int:
    """The deepest level whose parts are steps, so that there are not too many; -1 when even the outermost has."""
    level, depth, count = list(_parts(rule)), 0, 0
    while level:
        count += len(level)
        if count > MAX_STEPS:
            return depth - 1
        level = [part for inner in level for part in _parts(inner)]
        depth += 1
    return depth


def _parts(rule: tree.Rule) -> Iterator[tree.Rule]:
    match rule:
        case tree.All(rules=rules) | tree.Any(rules=rules):
            yield from rules
        case tree.Not(rule=inner):
            yield inner
        case _:
            return


def kind_of(rule: tree.Rule) -> str:
    """The wire kind of a condition or group."""
    return str(rule.__struct_config__.tag)


def _sizes(bitmaps: list[Sql]) -> Sql:
    return raw("[") + join(", ", [raw("bitmapCardinality(") + bitmap + ")" for bitmap in bitmaps]) + "]"
