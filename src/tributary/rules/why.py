"""Why is this person (not) selected: each condition with its actual value, decided by the same SQL as the selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from tributary.core.scan import CANONICAL_ID, EVENTS, PROFILES, TAG_VALUES, scan
from tributary.core.sql import Sql, bind, identifier, raw
from tributary.rules import resolved as r
from tributary.rules.buckets import bucket_sql
from tributary.rules.catalog import Catalog
from tributary.rules.compile import audience_ids, profile_condition, tag_predicate, tag_rows, trait_expression
from tributary.rules.event_sql import People, holds_sql, rows_sql, value_sql
from tributary.rules.explain import Speaker
from tributary.rules.predicate_sql import negation
from tributary.rules.wording import Locale

PROFILE = "profile"  # the path of the query that asks whether the profile lives; no condition has it


@dataclass(frozen=True, slots=True)
class WhyQuery:
    """One question about one person. Its answer is at most one row: `holds`, `actual`."""

    path: str
    sql: Sql


@dataclass(frozen=True, slots=True)
class Why:
    """One node of the answer.

    `kind` is the wire kind of the condition or group. `actual` is what the person has: the trait's or tag's value,
    the number of events, the aggregate, the first or last time (aware, UTC), whether they are a member, or their random
    percent; None when missing, and for groups. `parts` are the members of a group.
    """

    path: str
    kind: str
    sentence: str
    holds: bool
    actual: Any = None
    parts: tuple[Why, ...] = ()


def compile_why(rule: r.ResolvedRule, profile_id: int, *, merged: Sequence[int] | None = None) -> list[WhyQuery]:
    """One query per condition, and one whether the profile lives. `merged` as in `compile_bitmap`."""
    asked = _Asked(rule, profile_id, None if merged is None else tuple(merged))
    lives = raw("SELECT true AS holds, profile_id AS actual") + asked.profile()
    return [WhyQuery(PROFILE, lives), *(WhyQuery(leaf.path, asked.about(leaf)) for leaf in r.conditions(rule.root))]


def read_why(
    rule: r.ResolvedRule, rows: Mapping[str, Sequence[Sequence[Any]]], catalog: Catalog, locale: Locale
) -> Why:
    """The answers, `{WhyQuery.path: rows}`, put together along the tree.

    Of a profile that is deleted or merged away nothing holds.
    """
    reader = _Reader(rows, Speaker(catalog, locale))
    return reader.node(rule.root)


class _Asked:
    def __init__(self, rule: r.ResolvedRule, profile_id: int, merged_ids: tuple[int, ...] | None) -> None:
        self._rule = rule
        self._profile_id = profile_id
        self._people = People((profile_id,), merged_ids)

    def profile(self) -> Sql:
        return scan(PROFILES, self._rule.workspace_id, self._people.profiles())

    def about(self, leaf: r.AnyCondition) -> Sql:
        workspace_id, timezone = self._rule.workspace_id, self._rule.timezone
        match leaf:
            case r.TraitCondition():
                return _answer(profile_condition(leaf, timezone), trait_expression(leaf)) + self.profile()
            case r.RandomCondition():
                percent = bucket_sql(leaf.salt, raw("profile_id")) + " * 100"
                return _answer(profile_condition(leaf, timezone), percent) + self.profile()
            case r.CountCondition() | r.AggregateCondition() | r.RegularCondition() | r.TimeCondition():
                rows = raw("event = ") + bind(leaf.scope.event, "String") + " AND " + self._people.rows()
                scope = rows_sql(leaf.scope, timezone)
                where = rows if scope is None else rows + " AND " + scope
                value = raw("(SELECT ") + value_sql(leaf, None) + " AS value" + scan(EVENTS, workspace_id, where) + ")"
                return _answer(holds_sql(leaf, raw("value"), timezone), raw("value")) + " FROM " + value + " AS found"
            case r.TagCondition():
                own = raw("profile_id != ") + bind(self._profile_id, "UInt64")
                passes = raw("max(") + tag_predicate(leaf, timezone) + ") = 1"
                value = raw("argMin(") + identifier(leaf.tag.type) + ", " + own + ")"
                holds = negation(passes) if leaf.check.negated else passes
                where = tag_rows(leaf) + " AND " + self._people.rows()
                return _answer(holds, value) + scan(TAG_VALUES, workspace_id, where)
            case r.AudienceCondition():
                found = raw("count() > 0")
                member = CANONICAL_ID + " = " + bind(self._profile_id, "UInt64")
                ids = audience_ids(leaf, workspace_id)
                holds = negation(found) if leaf.negated else found
                return _answer(holds, found) + " FROM " + ids + " AS ids WHERE " + member
            case _:
                assert_never(leaf)


def _answer(holds: Sql, actual: Sql) -> Sql:
    return raw("SELECT ") + holds + " AS holds, " + actual + " AS actual"


class _Reader:
    def __init__(self, rows: Mapping[str, Sequence[Sequence[Any]]], speaker: Speaker) -> None:
        self._rows = rows
        self._speaker = speaker
        self._lives = bool(rows[PROFILE])

    def node(self, node: r.Node) -> Why:
        if not isinstance(node, r.Group):
            return self._leaf(node)
        parts = tuple(self.node(part) for part in node.parts)
        held = [part.holds for part in parts]
        holds = {"all": all(held), "any": any(held), "not": not any(held)}[node.kind]
        return Why(node.path, node.kind, "", holds and self._lives, parts=parts)

    def _leaf(self, leaf: r.AnyCondition) -> Why:
        found = self._rows[leaf.path]
        holds, actual = found[0] if found and self._lives else (False, None)
        kind = str(leaf.leaf.__struct_config__.tag)
        if isinstance(leaf, r.AudienceCondition) and actual is not None:
            actual = bool(actual)
        return Why(leaf.path, kind, self._speaker.node(leaf.leaf), bool(holds), actual)
