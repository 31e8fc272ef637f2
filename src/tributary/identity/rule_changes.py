"""What is different between two sets of identity rules, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tributary.identity.rules import DEFAULT_TYPES, Composite, IdentifierType, LinkRule, RuleSet

# What people call the parts.
PART_TITLES: Mapping[str, str] = {
    "normaliser": "the way of writing",
    "pattern": "the pattern of valid values",
    "blocked": "the blocked values",
    "blocked_patterns": "the blocked patterns",
    "scope": "the scope",
    "limit": "the most values of one person",
    "window": "the time that the limit is for",
    "priority": "the priority",
    "degree_cap": "the most that may claim a value",
    "is_unique": "unique to one person",
    "is_shared": "shared by several people",
    "sensitivity": "the sensitivity",
    "is_enabled": "in use",
    "traits": "the traits",
    "kinds": "the kinds of evidence",
    "pairs": "the pairs of types",
    "sources": "the sources",
    "identifiers": "the most identifiers of one person",
    "merges": "the most profiles that become one person",
    "large": "the size from which two profiles are not joined by rules",
    "policy": "the policy",
    "events": "the events",
}


def rule_changes(before: RuleSet, after: RuleSet) -> list[str]:
    """What `after` says otherwise than `before`; nothing if they mean the same."""
    return list(_changes(before, after))


def _changes(before: RuleSet, after: RuleSet) -> Iterator[str]:
    built_in = {each.name: each for each in DEFAULT_TYPES}
    yield from _compared(
        "identifier type",
        built_in | {each.name: each for each in before.types},
        built_in | {each.name: each for each in after.types},
    )
    yield from _compared(
        "composite key", {each.name: each for each in before.composites}, {each.name: each for each in after.composites}
    )
    yield from _compared("rule", {each.id: each for each in before.rules}, {each.id: each for each in after.rules})
    kept = [each.id for each in before.rules if each.id in {other.id for other in after.rules}]
    order = [each.id for each in after.rules if each.id in set(kept)]
    if kept != order:
        yield f"The rules apply in another order: {' → '.join(order)}."
    yield from _parts("one person", before.caps, after.caps)
    yield from _parts("logging out", before.logout, after.logout)
    if before.unsigned != after.unsigned:
        yield f"What comes unsigned from people's own devices: {after.unsigned} instead of {before.unsigned}."


def _compared(
    kind: str,
    before: Mapping[str, IdentifierType] | Mapping[str, Composite] | Mapping[str, LinkRule],
    after: Mapping[str, IdentifierType] | Mapping[str, Composite] | Mapping[str, LinkRule],
) -> Iterator[str]:
    for name in after:
        if name not in before:
            yield f"New {kind}: {name}."
        else:
            yield from _parts(name, before[name], after[name])
    for name in before:
        if name not in after:
            yield f"No longer there, {kind}: {name}."


def _parts(name: str, before: msgspec.Struct, after: msgspec.Struct) -> Iterator[str]:
    for field in before.__struct_fields__:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield f"{name}, {PART_TITLES.get(field, field)}: {_shown(new)} instead of {_shown(old)}."


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, list):
        return ", ".join(" + ".join(each) if isinstance(each, list) else str(each) for each in value)
    return str(value)
