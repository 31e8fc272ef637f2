"""Versions of a workspace's identity rules: drafts, the one in force, and what was in force before."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select

from tributary.errors import NotFound
from tributary.identity.rules import RuleSet, check_rules
from tributary.identity.types import IdentifierTypes
from tributary.store import Session
from tributary.store.tables.identity import IdentityRulesRow


class RulesVersion(NamedTuple):
    """One version of the rules. It is in force if it is the newest that has `applied_at`; version 0 is built in."""

    version: int
    rules: RuleSet
    note: str
    created_by: str
    created_at: datetime | None
    applied_at: datetime | None


def load_rules(session: Session, workspace_id: int, version: int | None = None) -> RulesVersion:
    """A version of the rules; the one in force if none is named.

    Raises:
        NotFound: there is no such version.
    """
    query = select(IdentityRulesRow).where(IdentityRulesRow.workspace_id == workspace_id)
    if version is None:
        query = query.where(IdentityRulesRow.applied_at.is_not(None)).order_by(IdentityRulesRow.applied_at.desc())
    else:
        query = query.where(IdentityRulesRow.version == version)
    row = session.scalars(query.limit(1)).first()
    if row is not None:
        return _version(row)
    if version:
        raise NotFound(f"There is no version {version} of the identity rules.", cure="List the versions.")
    return RulesVersion(0, RuleSet(), "", "", None, None)


def rules_versions(session: Session, workspace_id: int) -> list[RulesVersion]:
    """All versions, the newest first."""
    rows = session.scalars(
        select(IdentityRulesRow)
        .where(IdentityRulesRow.workspace_id == workspace_id)
        .order_by(IdentityRulesRow.version.desc())
    )
    return [_version(row) for row in rows]


def draft_rules(
    session: Session, workspace_id: int, rules: RuleSet, *, note: str, by: str, now: datetime
) -> RulesVersion:
    """Keep a new version, which is not in force yet.

    Raises:
        InvalidRequest: a part of the rules is unusable.
    """
    check_rules(rules)
    newest = session.execute(
        select(func.max(IdentityRulesRow.version)).where(IdentityRulesRow.workspace_id == workspace_id)
    ).scalar_one()
    row = IdentityRulesRow(
        workspace_id=workspace_id, version=(newest or 0) + 1, definition=msgspec.to_builtins(rules), note=note,
        created_by=by, created_at=now, applied_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _version(row)


def put_in_force(session: Session, workspace_id: int, version: int, *, now: datetime) -> RulesVersion:
    """From now on this version holds. Links that exist are judged again by whoever calls this.

    Raises:
        NotFound: there is no such version.
    """
    row = session.get(IdentityRulesRow, (workspace_id, version))
    if row is None:
        raise NotFound(f"There is no version {version} of the identity rules.", cure="List the versions.")
    row.applied_at = now
    session.flush()
    return _version(row)


def load_types(session: Session, workspace_id: int, *, region: str = "CN") -> IdentifierTypes:
    """The identifier types of a workspace, by the rules in force."""
    return IdentifierTypes(workspace_id, load_rules(session, workspace_id).rules, region)


def _version(row: IdentityRulesRow) -> RulesVersion:
    rules = msgspec.convert(row.definition, RuleSet)
    return RulesVersion(row.version, rules, row.note, row.created_by, row.created_at, row.applied_at)
