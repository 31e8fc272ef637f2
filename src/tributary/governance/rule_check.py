"""Checking a rule before it is saved: it can be read, it fits the catalogue, and it does not build on itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tributary import rules
from tributary.errors import RuleError, Unavailable
from tributary.governance.catalog import load_catalog
from tributary.governance.lineage import Item, find_cycle, names_of
from tributary.rules import Catalog, Rule, tree
from tributary.rules.codec import child_path


@dataclass(frozen=True, slots=True)
class Checked:
    """A definition that may be saved. `encoded` is its canonical JSON; `uses` is what it builds on."""

    encoded: dict[str, Any]
    uses: frozenset[Item]


def check_rule(
    session: Session,
    workspace_id: int,
    source: Mapping[str, Any] | Rule,
    now: datetime,
    *,
    user: Item,
    catalog: Catalog | None = None,
) -> Checked:
    """Check the rule of `user`, an audience or tag that may not exist yet.

    `catalog` spares reading it again when several rules are checked in one transaction.

    Raises:
        RuleError: with the path in the tree. Things of another workspace are reported as not existing.
    """
    rule = rules.decode(source) if isinstance(source, Mapping) else source
    catalog = catalog or load_catalog(session, workspace_id)
    rules.resolve(rule, _as_if_computed(catalog), now)
    found = list(references(rule))
    for item, path in found:
        way = find_cycle(session, workspace_id, user, [item])
        if way:
            raise _circle(session, workspace_id, way, path)
    return Checked(rules.encode(rule), frozenset(item for item, _ in found))


@dataclass(frozen=True, slots=True)
class FoundProblem:
    """A mistake in a rule. When it is not `is_blocking`, the rule can be saved, but not computed yet."""

    path: str
    message: str
    cure: str | None
    is_blocking: bool


def find_all_problems(
    source: Mapping[str, Any], catalog: Catalog, now: datetime
) -> tuple[Rule | None, list[FoundProblem]]:
    """The rule, None when it cannot be read, and everything that is wrong with it, what keeps it from being saved
    first.
    """
    strict = rules.find_problems(source, _as_if_computed(catalog), now)
    blocking = strict.problems
    waiting = [problem for problem in rules.find_problems(source, catalog, now).problems if problem not in blocking]
    found = [(problem, True) for problem in blocking] + [(problem, False) for problem in waiting]
    return strict.rule, [
        FoundProblem(problem.path, problem.message, problem.cure, is_blocking) for problem, is_blocking in found
    ]


def _as_if_computed(catalog: Catalog) -> Catalog:
    """A definition may be saved before what it builds on has been computed; only computing it has to wait."""
    return replace(
        catalog,
        tags={id_: tag if tag.run is not None else replace(tag, run=0) for id_, tag in catalog.tags.items()},
        audiences={
            id_: audience if audience.run is not None else replace(audience, run=0)
            for id_, audience in catalog.audiences.items()
        },
    )


def require_computed(name: str, asked: Iterable[Rule], catalog: Catalog) -> None:
    """Check that the definition called `name`, which consists of the rules `asked`, can be computed now.

    Raises:
        Unavailable: an audience or tag that it builds on has never been computed.
    """
    for rule in asked:
        for item, _ in references(rule):
            known = catalog.audiences.get(item.id) or catalog.tags.get(item.id)
            if known is not None and known.run is None:
                raise Unavailable(
                    f"The {item.kind} “{known.name}”, which “{name}” builds on, is not computed yet.",
                    cure="It is tried again on its own; compute that one first.",
                )


def references(rule: Rule) -> Iterator[tuple[Item, str]]:
    """Each audience and tag that the rule asks for, with the path of the condition."""
    for leaf, path in conditions_of(rule):
        if isinstance(leaf, tree.Audience):
            yield Item("audience", leaf.audience), path
        elif isinstance(leaf, tree.Tag):
            yield Item("tag", leaf.tag), path


def conditions_of(rule: Rule, path: str = "") -> Iterator[tuple[tree.Leaf, str]]:
    """The conditions of a rule with their paths, in the order of the tree."""
    match rule:
        case tree.All(rules=children):
            for index, child in enumerate(children):
                yield from conditions_of(child, child_path(path, "all", index))
        case tree.Any(rules=children):
            for index, child in enumerate(children):
                yield from conditions_of(child, child_path(path, "any", index))
        case tree.Not(rule=child):
            yield from conditions_of(child, child_path(path, "not"))
        case _:
            yield rule, path


def _circle(session: Session, workspace_id: int, way: list[Item], path: str) -> RuleError:
    names = names_of(session, workspace_id, way)
    names[way[0]] = names[way[0]] if names[way[0]] != way[0].id else "this definition"
    return RuleError(
        "The definition would build on itself: " + " → ".join(names[item] for item in way) + ".",
        path=path,
        cure="Take one of them out of the circle, or copy its conditions here.",
        cycle=[{"kind": item.kind, "id": item.id} for item in way],
    )
