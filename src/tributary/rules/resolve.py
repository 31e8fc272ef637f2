"""Bind a rule to a catalogue at an instant. Every error that a user can cause is raised here, with path and cure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from tributary.errors import RuleError
from tributary.rules import resolved as r
from tributary.rules import tree
from tributary.rules.catalog import Catalog, Field, FieldType
from tributary.rules.codec import child_path, did_you_mean
from tributary.rules.coerce import Bounds, Test, check, number_range, period_starts, window_span
from tributary.rules.predicates import NumberRange
from tributary.rules.times import MILLISECOND, Moment, Span, moment

# Events of the protocol itself: they are known before the first one arrives.
PROTOCOL_EVENTS = frozenset({"$page", "$screen", "$identify", "$group", "$alias"})

PERCENT = (0, 100)  # what a random share lies in


def resolve(rule: tree.Rule, catalog: Catalog, now: datetime) -> r.ResolvedRule:
    """`rule` with its fields bound, its constants typed and its times absolute.

    Args:
        rule: what `decode` returned.
        catalog: the workspace's fields, tags and audiences.
        now: aware; relative times are counted from it, cut to milliseconds.

    Raises:
        RuleError: something is named that does not exist, or a constant does not fit. `path` is where.
    """
    resolver = Resolver(catalog, now)
    return r.ResolvedRule(catalog.workspace_id, catalog.timezone, resolver.moment.now, resolver.node(rule, ""))


class Resolver:
    """Resolves the parts of rules and measures against one catalogue at one instant."""

    def __init__(self, catalog: Catalog, now: datetime) -> None:
        self._catalog = catalog
        self.moment: Moment = moment(now, _zone(catalog.timezone))

    def node(self, rule: tree.Rule, path: str) -> r.Node:
        """Any rule, at its place in the tree."""
        match rule:
            case tree.All(rules=rules) | tree.Any(rules=rules):
                kind = "all" if isinstance(rule, tree.All) else "any"
                parts = (self.node(part, child_path(path, kind, index)) for index, part in enumerate(rules))
                return r.Group("all" if kind == "all" else "any", path, tuple(parts))
            case tree.Not(rule=part):
                return r.Group("not", path, (self.node(part, child_path(path, "not")),))
            case tree.Trait():
                return self._trait(rule, path)
            case tree.Event():
                return self._count(rule, path)
            case tree.EventAggregate():
                return self._aggregate(rule, path)
            case tree.Regular():
                return self._regular(rule, path)
            case tree.FirstTime() | tree.LastTime():
                return self._time(rule, path)
            case tree.Tag():
                return self._tag(rule, path)
            case tree.Audience():
                return self._audience(rule, path)
            case tree.Random():
                return _random(rule, path)

    def scope(
        self, event: str, window: tree.Window, where: tuple[tree.Filter, ...], match: tree.Match, path: str
    ) -> r.EventScope:
        """Which events count. Raises RuleError as `resolve` does."""
        properties = self._properties(event, path)
        filters = tuple(
            self._filter(item, event, properties, child_path(path, "where", index)) for index, item in enumerate(where)
        )
        return r.EventScope(event, window_span(window, path, self.moment), filters, match)

    def property(self, event: str, name: str, path: str) -> Field:
        """A property of an event. Raises RuleError with `path` when there is none of this name."""
        properties = self._properties(event, path)
        if name in properties:
            return properties[name]
        raise RuleError(
            f"The event “{event}” has no property “{name}”.",
            path=child_path(path, "property"),
            cure=_cure(name, properties, "Check the spelling, or send an event that has it first."),
        )

    def _trait(self, rule: tree.Trait, path: str) -> r.TraitCondition:
        field = self._catalog.traits.get(rule.trait)
        if field is None:
            raise RuleError(
                f"There is no trait “{rule.trait}”.",
                path=child_path(path, "trait"),
                cure=_cure(rule.trait, self._catalog.traits, "Check the spelling, or send the trait first."),
            )
        test = Test(path, rule.op, rule.value, rule.unit, rule.ignore_case)
        found = check(test, field.type, f"The trait “{field.name}”", self.moment)
        return r.TraitCondition(path=path, leaf=rule, field=field, check=found)

    def _count(self, rule: tree.Event, path: str) -> r.CountCondition:
        scope = self.scope(rule.event, rule.window, rule.where, rule.match, path)
        if rule.op == "did_not" and rule.count is not None:
            raise RuleError(
                "“did_not” takes no count.",
                path=child_path(path, "count"),
                cure="Use “did” with a count, or remove it.",
            )
        bounds = Bounds(NumberRange(low=1), rule.op == "did_not")
        if rule.count is not None:
            bounds = number_range(rule.count, child_path(path, "count"), is_count=True)
        return r.CountCondition(path=path, leaf=rule, scope=scope, range=bounds.range, negated=bounds.negated)

    def _aggregate(self, rule: tree.EventAggregate, path: str) -> r.AggregateCondition:
        scope = self.scope(rule.event, rule.window, rule.where, rule.match, path)
        field = self.property(rule.event, rule.property, path)
        check_aggregable(rule.function, field, path)
        is_count = rule.function is tree.Function.DISTINCT
        bounds = number_range(rule.compare, child_path(path, "compare"), is_count=is_count)
        return r.AggregateCondition(
            path=path,
            leaf=rule,
            scope=scope,
            function=rule.function,
            field=field,
            range=bounds.range,
            negated=bounds.negated,
        )

    def _regular(self, rule: tree.Regular, path: str) -> r.RegularCondition:
        scope = self.scope(rule.event, tree.AllTime(), rule.where, rule.match, path)
        starts = period_starts(rule.periods, rule.unit, path, self.moment)
        if not 1 <= rule.at_least <= rule.periods:
            raise RuleError(
                f"{rule.at_least} of {rule.periods} periods cannot be.",
                path=child_path(path, "at_least"),
                cure=f"Use 1 to {rule.periods}.",
            )
        span = Span(starts[-1], self.moment.now + MILLISECOND)
        return r.RegularCondition(
            path=path, leaf=rule, scope=replace(scope, span=span), starts=starts, range=NumberRange(low=rule.at_least)
        )

    def _time(self, rule: tree.FirstTime | tree.LastTime, path: str) -> r.TimeCondition:
        which: Literal["first", "last"] = "first" if isinstance(rule, tree.FirstTime) else "last"
        test = Test(path, rule.op, rule.value, rule.unit)
        return r.TimeCondition(
            path=path,
            leaf=rule,
            scope=self.scope(rule.event, tree.AllTime(), rule.where, rule.match, path),
            which=which,
            check=check(test, FieldType.DATETIME, f"The {which} time of “{rule.event}”", self.moment),
        )

    def _tag(self, rule: tree.Tag, path: str) -> r.TagCondition:
        tag = self._catalog.tags.get(rule.tag)
        if tag is None:
            names = {known.name: known.id for known in self._catalog.tags.values()}
            raise RuleError(
                f"There is no tag with the id “{rule.tag}”.",
                path=child_path(path, "tag"),
                cure=_by_name(rule.tag, names, "tag") or _cure(rule.tag, self._catalog.tags, "Choose an existing tag."),
            )
        test = Test(path, rule.op, rule.value, None, rule.ignore_case)
        found = check(test, FieldType(tag.type), f"The tag “{tag.name}”", self.moment)
        if tag.run is None:
            raise RuleError(
                f"The tag “{tag.name}” has not been computed yet.",
                path=child_path(path, "tag"),
                cure="Compute it first.",
            )
        return r.TagCondition(path=path, leaf=rule, tag=tag, run=tag.run, check=found)

    def _audience(self, rule: tree.Audience, path: str) -> r.AudienceCondition:
        audience = self._catalog.audiences.get(rule.audience)
        if audience is None:
            names = {known.name: known.id for known in self._catalog.audiences.values()}
            raise RuleError(
                f"There is no audience with the id “{rule.audience}”.",
                path=child_path(path, "audience"),
                cure=_by_name(rule.audience, names, "audience")
                or _cure(rule.audience, self._catalog.audiences, "Choose an existing audience."),
            )
        if audience.run is None:
            raise RuleError(
                f"The audience “{audience.name}” has not been computed yet.",
                path=child_path(path, "audience"),
                cure="Refresh it first.",
            )
        return r.AudienceCondition(
            path=path, leaf=rule, audience=audience, run=audience.run, negated=rule.op == "not_in"
        )

    def _properties(self, event: str, path: str) -> Mapping[str, Field]:
        known, others = self._catalog.properties, self._catalog.events
        if others is not None and event not in known and event not in others and event not in PROTOCOL_EVENTS:
            raise RuleError(
                f"No event “{event}” has arrived yet.",
                path=child_path(path, "event"),
                cure=_cure(event, {*known, *others}, "Check the spelling, or send one first."),
            )
        if not event:
            raise RuleError("The event has no name.", path=child_path(path, "event"), cure="Choose an event.")
        return known.get(event, {})

    def _filter(self, item: tree.Filter, event: str, properties: Mapping[str, Field], path: str) -> r.PropertyCheck:
        field = properties.get(item.property) or self.property(event, item.property, path)
        test = Test(path, item.op, item.value, item.unit, item.ignore_case)
        return r.PropertyCheck(field, check(test, field.type, f"The property “{field.name}”", self.moment))


def check_aggregable(function: str, field: Field, path: str) -> None:
    """Refuse what has no sum, average, minimum or maximum, and lists.

    Raises:
        RuleError: the property's type does not fit the function.
    """
    if field.type is FieldType.LIST:
        raise RuleError(
            f"The property “{field.name}” is a list, which cannot be aggregated.",
            path=child_path(path, "property"),
            cure="Choose a property with a single value.",
        )
    if function in {"sum", "avg", "min", "max"} and field.type is not FieldType.NUMBER:
        raise RuleError(
            f"The property “{field.name}” is of type {field.type}; {function} needs a number.",
            path=child_path(path, "property"),
            cure="Choose a number, or use “distinct”.",
        )


def _random(rule: tree.Random, path: str) -> r.RandomCondition:
    low, high = (float(min(max(bound, -1), 101)) for bound in (rule.from_percent, rule.to_percent))
    if not PERCENT[0] <= low < high <= PERCENT[1]:
        raise RuleError(
            f"From {rule.from_percent} to {rule.to_percent} percent is no share.",
            path=child_path(path, "to_percent"),
            cure="Use 0 ≤ from_percent < to_percent ≤ 100.",
        )
    if not rule.salt:
        raise RuleError("The salt is empty.", path=child_path(path, "salt"), cure="Name the split, such as “spring”.")
    return r.RandomCondition(path=path, leaf=rule, salt=rule.salt, low=low / 100, high=high / 100)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise RuleError(
            f"The workspace's time zone “{name}” is not known.", cure="Set an IANA name such as Asia/Shanghai."
        ) from None


def _cure(wrong: str, known: Iterable[str], otherwise: str) -> str:
    return did_you_mean(wrong, known) or otherwise


def _by_name(wrong: str, ids: dict[str, str], noun: str) -> str:
    """Who wrote a name where an id belongs is told the id."""
    return f"Use the id of the {noun} “{wrong}”: {ids[wrong]}." if wrong in ids else ""
