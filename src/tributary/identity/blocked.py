"""Values that were taken for somebody's before the rules said that such values name nobody.

New events never get this far with them: `IdentifierTypes.claim` refuses. What is here finds the ones from before, by
reading again the values of those types about which the workspace itself says something.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import ColumnElement, and_, select, true

from tributary.identity.partition import BLOCKED
from tributary.identity.rules import RuleSet
from tributary.identity.types import IdentifierTypes
from tributary.store import Session
from tributary.store.tables.identity import Identifier

if TYPE_CHECKING:
    from tributary.identity.rebuild import Nodes

_CHUNK = 20_000


def blocked_otherwise(session: Session, workspace_id: int, rules: RuleSet) -> dict[int, bool]:
    """The identifiers that `rules` block and the store does not, or the other way round: id → are to be blocked."""
    return {id_: found for id_, was, found in _read(session, workspace_id, rules) if was != found}


def mark_blocked(session: Session, workspace_id: int, rules: RuleSet, nodes: Nodes) -> None:
    """Give the `nodes` that `rules` block the type for that."""
    blocked = [id_ for id_, _, found in _read(session, workspace_id, rules) if found]
    if blocked:
        wanted = np.isin(nodes.id, np.array(blocked, np.int64)) & (nodes.type >= 0)
        nodes.type[wanted] = len(nodes.types)
        nodes.types.append(BLOCKED)


def _read(session: Session, workspace_id: int, rules: RuleSet) -> Iterator[tuple[int, bool, bool]]:
    """Identifiers that are blocked or may have to be: id, whether they are, and whether `rules` block them."""
    types = IdentifierTypes(workspace_id, rules)
    names = {each.name for each in types.checks_values()}
    # One question each, because together they would go by the index of none.
    conditions: list[ColumnElement[bool]] = [Identifier.is_blocked == true()]
    for name in names:
        of_sources = and_(Identifier.type > f"{name}:", Identifier.type < f"{name};")  # `name:source`
        conditions += [and_(each, Identifier.is_blocked.is_(False)) for each in (Identifier.type == name, of_sources)]
    query = select(Identifier.id, Identifier.type, Identifier.value, Identifier.is_blocked).where(
        Identifier.workspace_id == workspace_id, Identifier.is_removed.is_(False)
    )
    for condition in conditions:
        for id_, type_, value, was in session.execute(query.where(condition).execution_options(yield_per=_CHUNK)):
            yield id_, bool(was), type_.partition(":")[0] in names and types.is_blocked(type_, value)
