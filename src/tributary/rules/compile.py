"""Resolved rules as queries whose result is a bitmap of people.

Conditions are answered by as few scans as their tables allow, and each scan yields one row of bitmaps:

* everything that can be read off a profile, whole subtrees of it, becomes boolean expressions of one scan of profiles;
* all conditions on one event's name share one scan of that name's rows;
* each tag and each audience asked for is one scan.

The rows are joined side by side and the tree becomes bitmap algebra over them. `not` is kept as a mark as long as
possible, so that the set of all people is only built when the answer really is "everybody but"; a result is always cut
to living profiles, by way of the trait conditions in it or of that set. No query relies on where a row is stored: on a
cluster each scan aggregates on its shards first and the rest happens on rows that have arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from tributary.core.fields import field_expression
from tributary.core.scan import AUDIENCE_MEMBERS, CANONICAL_ID, PROFILES, TAG_VALUES, scan
from tributary.core.sql import Sql, bind, identifier, join, raw
from tributary.errors import BugError
from tributary.rules import resolved as r
from tributary.rules.buckets import bucket_sql
from tributary.rules.catalog import FieldType
from tributary.rules.event_sql import People, Share, ask, bitmaps_sql, generated, question
from tributary.rules.predicate_sql import check_sql, conjunction, disjunction, negation, predicate_sql

_ALL_MEMBERS = 2**63


def compile_bitmap(
    rule: r.ResolvedRule, *, only: Sequence[int] | None = None, merged: Sequence[int] | None = None
) -> Sql:
    """One row, column `members` of AggregateFunction(groupBitmap, UInt64): the living profiles that the rule holds for.

    Args:
        rule: what `resolve` returned.
        only: cut the answer to these profiles, which makes the query cheap.
        merged: with `only`: every id that was ever merged into one of them. Leave out when not known; the answer is the
            same, found less quickly. Never give an incomplete list: events under the missing ids would not count.
    """
    people = None if only is None else People(tuple(only), None if merged is None else tuple(merged))
    return BitmapCompiler(rule, people).query()


def compile_count(
    rule: r.ResolvedRule, *, only: Sequence[int] | None = None, merged: Sequence[int] | None = None
) -> Sql:
    """One row with the number of people, UInt64. `only` and `merged` as in `compile_bitmap`."""
    members = compile_bitmap(rule, only=only, merged=merged)
    return raw("SELECT bitmapCardinality(members) AS people FROM (") + members + ") AS result"  # noqa: S608 (values are bound)


def compile_members(
    rule: r.ResolvedRule,
    *,
    after: int = 0,
    limit: int | None = None,
    only: Sequence[int] | None = None,
    merged: Sequence[int] | None = None,
) -> Sql:
    """Rows of one column, `profile_id`, ascending: the first `limit` people whose id is larger than `after`."""
    members = compile_bitmap(rule, only=only, merged=merged)
    page = raw("members")
    if after or limit is not None:
        bounds = bind(after + 1, "UInt64") + ", " + bind(_ALL_MEMBERS if limit is None else limit, "UInt64")
        page = raw("bitmapSubsetLimit(members, ") + bounds + ")"
    # Small bitmaps give their entries in no order.
    ids = raw("SELECT arrayJoin(bitmapToArray(") + page + ")) AS profile_id FROM (" + members + ") AS result"  # noqa: S608 (values are bound)
    return ids + " ORDER BY profile_id"


def profile_condition(condition: r.TraitCondition | r.RandomCondition, timezone: str) -> Sql:
    """A condition that is read off one row of `profiles`: 0 or 1."""
    if isinstance(condition, r.TraitCondition):
        return check_sql(condition.check, trait_expression(condition), condition.field.type, timezone)
    value = bucket_sql(condition.salt, raw("profile_id"))
    low, high = bind(condition.low, "Float64"), bind(condition.high, "Float64")
    return raw("(") + value + " >= " + low + " AND " + value + " < " + high + ")"


def trait_expression(condition: r.TraitCondition) -> Sql:
    """The value of the condition's trait in a scan of profiles."""
    field = condition.field
    return field_expression("trait", field.name, field.type, field.column)


def audience_ids(condition: r.AudienceCondition, workspace_id: int) -> Sql:
    """`(SELECT … AS profile_id …)`: a row per member, by the id that the member had when the audience was computed."""
    run = raw("audience_id = ") + bind(condition.audience.id, "String") + " AND run = " + bind(condition.run, "UInt64")
    array = raw("bitmapToArray(groupBitmapMergeState(members))")
    return raw("(SELECT arrayJoin(") + array + ") AS profile_id" + scan(AUDIENCE_MEMBERS, workspace_id, run) + ")"


def tag_rows(condition: r.TagCondition) -> Sql:
    """Which rows of tag_values are those of the condition's tag and run."""
    return raw("tag_id = ") + bind(condition.tag.id, "String") + " AND run = " + bind(condition.run, "UInt64")


def tag_predicate(condition: r.TagCondition, timezone: str) -> Sql:
    """Whether a row of tag_values has a value that passes, before negation."""
    type_ = FieldType(condition.tag.type)
    return predicate_sql(condition.check.predicate, identifier(condition.tag.type), type_, timezone)


@dataclass(frozen=True, slots=True)
class _People:
    """A set of people: `bitmap`, or with `is_complement` everybody else.

    `is_alive` when the bitmap is known to hold living profiles only.
    """

    bitmap: Sql
    is_alive: bool = False
    is_complement: bool = False

    def opposite(self) -> _People:
        return _People(self.bitmap, self.is_alive, not self.is_complement)


_PROFILES = "profiles"
_EVERYONE = raw("true")


class _Scans:
    """The one-row subqueries of a query, each with what is asked of it. To ask the same twice gives the same column."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, str], list[Any]] = {}

    def column(self, table: str, name: str, item: Any) -> Sql:
        """The bitmap that answers `item`, as a column of the joined rows."""
        items = self.asked.setdefault((table, name), [])
        if item not in items:
            items.append(item)
        return generated(f"s{list(self.asked).index((table, name))}.m{items.index(item)}")


class BitmapCompiler:
    """One query about a rule: expressions of bitmaps, and the scans that they stand on.

    First the expressions are asked for, then `sources` gives the scans of all of them.
    """

    def __init__(self, rule: r.ResolvedRule, people: People | Share | None = None) -> None:
        self._rule = rule
        self._people = people
        self._scans = _Scans()

    def query(self) -> Sql:
        """One row, `members`: the people for whom the rule holds."""
        members = self.members(self._rule.root)
        return raw("SELECT ") + members + " AS members FROM " + self.sources()  # noqa: S608 (values are bound)

    def members(self, node: r.Node) -> Sql:
        """The living profiles for whom a part of the rule holds, as an expression over `sources`."""
        found = self._node(node)
        if found.is_complement:
            return _call("bitmapAndnot", self.everyone(), found.bitmap)
        return found.bitmap if found.is_alive else _call("bitmapAnd", self.everyone(), found.bitmap)

    def everyone(self) -> Sql:
        """All living profiles, as an expression over `sources`."""
        return self._scans.column(_PROFILES, "", _EVERYONE)

    def sources(self) -> Sql:
        """What follows FROM, for all that was asked for before."""
        scans = [
            self._source(table, items) + generated(f" AS s{index}")
            for index, ((table, _), items) in enumerate(self._scans.asked.items())
        ]
        return join(" CROSS JOIN ", scans)

    def _node(self, node: r.Node) -> _People:
        if _is_of_profiles(node):
            return _People(self._scans.column(_PROFILES, "", self._expression(node)), is_alive=True)
        match node:
            case r.Group(kind="not", parts=parts):
                return self._node(parts[0]).opposite()
            case r.Group(kind=kind, parts=parts):
                return _combine(kind, [self._node(part) for part in _gathered(node, parts)])
            case r.TagCondition():
                bitmap = self._scans.column("tag_values", f"{node.tag.id} {node.run}", _Positive(node))
                return _People(bitmap, is_complement=node.check.negated)
            case r.AudienceCondition():
                bitmap = self._scans.column("audience_members", f"{node.audience.id} {node.run}", _Positive(node))
                return _People(bitmap, is_complement=node.negated)
            case r.CountCondition() | r.AggregateCondition() | r.RegularCondition() | r.TimeCondition():
                asked = question(node, self._rule.timezone)
                bitmap = self._scans.column("events", node.scope.event, asked)
                return _People(bitmap, is_complement=asked.is_opposite)
            case _:
                raise BugError(f"A {type(node).__name__} cannot be compiled.")

    def _expression(self, node: r.Node) -> Sql:
        """A subtree of conditions on the profile alone as one boolean expression."""
        if isinstance(node, r.Group):
            parts = [self._expression(part) for part in node.parts]
            if node.kind == "not":
                return negation(parts[0])
            return conjunction(parts) if node.kind == "all" else disjunction(parts)
        if isinstance(node, r.TraitCondition | r.RandomCondition):
            return profile_condition(node, self._rule.timezone)
        raise BugError(f"A {type(node).__name__} is not read off a profile.")

    def _source(self, table: str, items: list[Any]) -> Sql:
        workspace_id, timezone = self._rule.workspace_id, self._rule.timezone
        if table == "events":
            return ask(items, workspace_id, items[0].condition.scope.event, timezone, self._people)
        if table == "tag_values":
            tag: r.TagCondition = items[0].condition
            tests = [tag_predicate(item.condition, timezone) for item in items]
            rows = scan(TAG_VALUES, workspace_id, self._cut(tag_rows(tag)))
            return raw("(SELECT ") + bitmaps_sql(CANONICAL_ID, tests) + rows + ")"
        if table == "audience_members":
            ids = audience_ids(items[0].condition, workspace_id)
            return raw("(SELECT ") + bitmaps_sql(CANONICAL_ID, [_EVERYONE]) + " FROM " + ids + " AS ids)"  # noqa: S608 (values are bound)
        where = None if self._people is None else self._people.profiles()
        return raw("(SELECT ") + bitmaps_sql(raw("profile_id"), items) + scan(PROFILES, workspace_id, where) + ")"

    def _cut(self, condition: Sql) -> Sql:
        return condition if self._people is None else condition + " AND " + self._people.rows()


class _Positive:
    """A tag's or audience's condition regardless of its negation, so that a rule and its opposite share a bitmap."""

    def __init__(self, condition: r.TagCondition | r.AudienceCondition) -> None:
        self.condition = condition
        self._asked = condition.check.predicate if isinstance(condition, r.TagCondition) else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Positive) and self._asked == other._asked

    def __hash__(self) -> int:
        return hash(self._asked)


def _is_of_profiles(node: r.Node) -> bool:
    return all(isinstance(leaf, r.TraitCondition | r.RandomCondition) for leaf in r.conditions(node))


def _gathered(group: r.Group, parts: Iterable[r.Node]) -> list[r.Node]:
    """The parts, with those on the profile alone brought together: one expression makes one bitmap."""
    own = [part for part in parts if _is_of_profiles(part)]
    others = [part for part in parts if not _is_of_profiles(part)]
    return [r.Group(group.kind, group.path, tuple(own)), *others] if own else others


def _combine(kind: str, sets: list[_People]) -> _People:
    """The intersection or union of sets, some of them complements, without building a complement.

    A ∧ B ∧ ¬C ∧ ¬D = (A ∧ B) \\ (C ∨ D);  with complements only, ¬(C ∨ D). A union is the opposite of the
    intersection of the opposites.
    """
    if kind == "any":
        return _union(sets)
    plain = [item for item in sets if not item.is_complement]
    complements = [item.bitmap for item in sets if item.is_complement]
    if not plain:
        return _People(_fold("bitmapOr", complements), is_complement=True)
    bitmap = _fold("bitmapAnd", [item.bitmap for item in plain])
    if complements:
        bitmap = _call("bitmapAndnot", bitmap, _fold("bitmapOr", complements))
    return _People(bitmap, is_alive=any(item.is_alive for item in plain))


def _union(sets: list[_People]) -> _People:
    if any(item.is_complement for item in sets):
        return _combine("all", [item.opposite() for item in sets]).opposite()
    return _People(_fold("bitmapOr", [item.bitmap for item in sets]), is_alive=all(item.is_alive for item in sets))


def _fold(function: LiteralString, bitmaps: list[Sql]) -> Sql:
    folded = bitmaps[0]
    for bitmap in bitmaps[1:]:
        folded = _call(function, folded, bitmap)
    return folded


def _call(function: LiteralString, left: Sql, right: Sql) -> Sql:
    return raw(function) + "(" + left + ", " + right + ")"
