"""What a rule or a measure depends on: read off its tree, without a catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tributary.core.fields import FieldKind
from tributary.rules import tree
from tributary.rules.measure import Measure
from tributary.rules.operators import MOVING


@dataclass(frozen=True, slots=True)
class FieldsUsed:
    """What must be recomputed, promoted or watched for a rule.

    `properties` is keyed by event. `is_moving` says that time alone can change the answer. Iterating gives the
    fields as `(kind, event, name)`, with '' as the event of a trait, in a fixed order.
    """

    traits: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    properties: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    tags: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    is_moving: bool = False

    def __iter__(self) -> Iterator[tuple[FieldKind, str, str]]:
        for name in sorted(self.traits):
            yield "trait", "", name
        for event in sorted(self.properties):
            for name in sorted(self.properties[event]):
                yield "property", event, name


def fields_used(rule: tree.Rule | Measure) -> FieldsUsed:
    """Everything that the rule or measure names."""
    leaves = [rule] if isinstance(rule, Measure) else list(leaves_of(rule))
    properties: dict[str, set[str]] = {}
    for leaf in leaves:
        if isinstance(leaf, tree.EventLeaf | Measure):
            names = properties.setdefault(leaf.event, set())
            names.update(item.property for item in leaf.where)
            if isinstance(leaf, tree.EventAggregate | Measure) and leaf.property:
                names.add(leaf.property)
    return FieldsUsed(
        traits=frozenset(leaf.trait for leaf in leaves if isinstance(leaf, tree.Trait)),
        events=frozenset(properties),
        properties=MappingProxyType({event: frozenset(names) for event, names in properties.items() if names}),
        tags=frozenset(leaf.tag for leaf in leaves if isinstance(leaf, tree.Tag)),
        audiences=frozenset(leaf.audience for leaf in leaves if isinstance(leaf, tree.Audience)),
        is_moving=any(_is_moving(leaf) for leaf in leaves),
    )


def leaves_of(rule: tree.Rule) -> Iterator[tree.Leaf]:
    """The conditions of a rule, in the order of the tree."""
    match rule:
        case tree.All(rules=rules) | tree.Any(rules=rules):
            for part in rules:
                yield from leaves_of(part)
        case tree.Not(rule=part):
            yield from leaves_of(part)
        case _:
            yield rule


def _is_moving(leaf: tree.Leaf | Measure) -> bool:
    if isinstance(leaf, tree.Regular) or isinstance(getattr(leaf, "window", None), tree.Last | tree.Ago):
        return True
    return any(getattr(item, "op", None) in MOVING for item in (leaf, *getattr(leaf, "where", ())))
