"""Why somebody is, or is not, in an audience: each condition with the value that decides it, asked now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tributary import rules
from tributary.audiences.definitions import get_version
from tributary.audiences.membership import is_member
from tributary.governance import load_catalog
from tributary.identity import absorbed_by, canonical_profile_id
from tributary.rules import Catalog, Locale, Why
from tributary.store import Session
from tributary.store.tables.audiences import Audience
from tributary.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class MembershipWhy:
    """`is_selected`: the current rule holds for the person as of `now`. `is_member`: the newest run, `run`, holds them.

    The two differ when something happened since that run, or when the rule was changed and not computed yet.
    `profile_id` is the id of today of the person asked about.
    """

    profile_id: int
    is_selected: bool
    is_member: bool
    run: int | None
    now: datetime
    why: Why


def why_rule(
    session: Session,
    warehouse: Warehouse,
    catalog: Catalog,
    source: Mapping[str, Any],
    profile_id: int,
    now: datetime,
    *,
    locale: Locale,
) -> Why:
    """Whether an unsaved rule holds for one person, condition by condition.

    Raises:
        RuleError: the rule is wrong; `path` says where.
    """
    canonical = canonical_profile_id(session, profile_id)
    merged = absorbed_by(session, canonical)
    rule = rules.resolve(rules.decode(source), catalog, now)
    rows = {
        asked.path: warehouse.query(asked.sql, workspace_id=catalog.workspace_id)
        for asked in rules.compile_why(rule, canonical, merged=merged)
    }
    return rules.read_why(rule, rows, catalog, locale)


def why_member(
    session: Session, warehouse: Warehouse, audience: Audience, profile_id: int, now: datetime, *, locale: Locale
) -> MembershipWhy:
    """Whether a person belongs to an audience by its current rule, condition by condition, and by its newest run.

    Raises:
        RuleError: the rule no longer fits the catalogue.
    """
    catalog = load_catalog(session, audience.workspace_id)
    version = get_version(session, audience.workspace_id, audience.id, audience.current_version)
    why = why_rule(session, warehouse, catalog, version.rule, profile_id, now, locale=locale)
    return MembershipWhy(
        profile_id=canonical_profile_id(session, profile_id),
        is_selected=why.holds,
        is_member=is_member(session, warehouse, audience, profile_id),
        run=audience.current_run,
        now=now,
        why=why,
    )
