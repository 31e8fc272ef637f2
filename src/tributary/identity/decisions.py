"""What people decide about identifiers, whatever the evidence says: one person, two persons, or nobody's at all.

A decision is written down, holds for all that comes later, and can be revoked. Each function here only changes what
links identifiers; the caller's `Resolver` then settles who belongs together, so that a preview is the same work in a
transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_, select

from tributary.core.ids import new_id
from tributary.errors import Conflict, InvalidRequest, NotFound
from tributary.identity.graph import APART, REMOVED, TOGETHER, UNBOUND
from tributary.identity.resolve import Resolver
from tributary.store import Session
from tributary.store.tables.identity import Identifier, IdentityDecision, Merge


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `identifiers` are one or two ids; `kind` is together, apart, unbound or removed."""

    id: str
    kind: str
    identifiers: tuple[int, ...]
    reason: str
    decided_by: str
    at: datetime
    revoked_by: str
    revoked_at: datetime | None


def keep_together(
    session: Session,
    resolver: Resolver,
    workspace_id: int,
    pair: tuple[int, int],
    *,
    by: str,
    reason: str,
    now: datetime,
) -> Decision:
    """From now on the two identifiers are one person's, limits or not. An earlier word to the contrary is revoked.

    Raises:
        NotFound: the workspace has no such identifier.
        InvalidRequest: both are the same one.
    """
    row = _decide(session, workspace_id, TOGETHER, pair, by=by, reason=reason, now=now)
    resolver.link(workspace_id, pair, row.id, int(now.timestamp() * 1000))
    return _decision(row)


def keep_apart(
    session: Session,
    resolver: Resolver,
    workspace_id: int,
    pair: tuple[int, int],
    *,
    by: str,
    reason: str,
    now: datetime,
) -> Decision:
    """From now on the two identifiers are two persons', whatever evidence comes. The link that is trusted least on the
    way from one to the other gives. An earlier word to the contrary is revoked.

    Raises:
        NotFound: the workspace has no such identifier.
        InvalidRequest: both are the same one.
    """
    row = _decide(session, workspace_id, APART, pair, by=by, reason=reason, now=now)
    for contrary in _revoke_others(session, row):
        resolver.unlink(pair, contrary)
    resolver.touch(workspace_id, pair)
    return _decision(row)


def unbind(
    session: Session,
    resolver: Resolver,
    workspace_id: int,
    pair: tuple[int, int],
    *,
    by: str,
    reason: str,
    at: datetime,
) -> Decision:
    """What was said up to `at` about the two belonging together counts no more; what is said later does.

    Raises:
        NotFound: the workspace has no such identifier.
        InvalidRequest: both are the same one.
    """
    row = _decide(session, workspace_id, UNBOUND, pair, by=by, reason=reason, now=at)
    resolver.forget(pair, row.at_ms)
    resolver.touch(workspace_id, pair)
    return _decision(row)


def write_unbinding(session: Session, workspace_id: int, pair: tuple[int, int], *, by: str, at_ms: int) -> None:
    """Only write down that the two were unbound; for whoever resolves events in the same transaction."""
    _write(session, workspace_id, UNBOUND, pair, by=by, reason="", now=datetime.fromtimestamp(at_ms / 1000, UTC))


def remove_identifier(
    session: Session, resolver: Resolver, workspace_id: int, identifier: int, *, by: str, reason: str, now: datetime
) -> Decision:
    """The value is deleted and names nobody any more, also when it comes again. Events stay where they are.

    This cannot be revoked: the value is gone.

    Raises:
        NotFound: the workspace has no such identifier.
    """
    (found,) = _own(session, workspace_id, [identifier])
    row = _write(session, workspace_id, REMOVED, (identifier, 0), by=by, reason=reason, now=now)
    found.is_removed, found.value = True, ""
    session.flush()
    resolver.touch(workspace_id, [identifier])
    return _decision(row)


def revoke(
    session: Session, resolver: Resolver, workspace_id: int, decision_id: str, *, by: str, now: datetime
) -> Decision:
    """Take a decision back: the evidence decides again.

    Raises:
        NotFound: there is no such decision in the workspace.
        Conflict: it was revoked before, or what it did cannot be undone.
    """
    row = session.get(IdentityDecision, decision_id)
    if row is None or row.workspace_id != workspace_id:
        raise NotFound("There is no such decision.", cure="List the decisions about the person.")
    if row.revoked_by:
        raise Conflict("The decision was revoked before.", cure="Nothing is left to do.")
    if row.kind == REMOVED:
        raise Conflict(
            "A removed identifier cannot come back: its value was deleted.",
            cure="Link what it was linked to by hand, if it belongs together.",
        )
    row.revoked_by, row.revoked_at = by, now
    session.flush()
    pair = (row.identifier_a, row.identifier_b)
    if row.kind == TOGETHER:
        resolver.unlink(pair, row.id)
    elif row.kind == UNBOUND:
        resolver.remember(pair, row.at_ms)
    resolver.touch(workspace_id, pair)
    return _decision(row)


def pair_of_merge(session: Session, workspace_id: int, merge_id: int) -> tuple[int, int]:
    """The two identifiers whose link made a merge: what has to be kept apart to undo it.

    Raises:
        NotFound: there is no such merge in the workspace.
    """
    row = session.get(Merge, merge_id)
    if row is None or row.workspace_id != workspace_id or row.kind != "merge" or not row.identifier_b:
        raise NotFound("There is no such merge.", cure="List the merges of the person.")
    return row.identifier_a, row.identifier_b


def decisions_about(session: Session, workspace_id: int, identifiers: Iterable[int]) -> list[Decision]:
    """The decisions about identifiers, the newest first, revoked ones included."""
    wanted = sorted(set(identifiers))
    rows = session.scalars(
        select(IdentityDecision)
        .where(
            IdentityDecision.workspace_id == workspace_id,
            or_(IdentityDecision.identifier_a.in_(wanted), IdentityDecision.identifier_b.in_(wanted)),
        )
        .order_by(IdentityDecision.at_ms.desc(), IdentityDecision.id)
    )
    return [_decision(row) for row in rows]


def _decide(
    session: Session, workspace_id: int, kind: str, pair: tuple[int, int], *, by: str, reason: str, now: datetime
) -> IdentityDecision:
    if pair[0] == pair[1]:
        raise InvalidRequest("A decision is about two identifiers.", cure="Choose another one for one of them.")
    _own(session, workspace_id, pair)
    row = _write(session, workspace_id, kind, pair, by=by, reason=reason, now=now)
    if kind == TOGETHER:
        _revoke_others(session, row)
    return row


def _own(session: Session, workspace_id: int, identifiers: Iterable[int]) -> list[Identifier]:
    found = [session.get(Identifier, each, populate_existing=True) for each in identifiers]
    own = [each for each in found if each is not None and each.workspace_id == workspace_id and not each.is_removed]
    if len(own) < len(found):
        raise NotFound("There is no such identifier.", cure="Take the identifiers from the person's page.")
    return own


def _write(
    session: Session, workspace_id: int, kind: str, pair: tuple[int, int], *, by: str, reason: str, now: datetime
) -> IdentityDecision:
    row = IdentityDecision(
        id=new_id("dec"), workspace_id=workspace_id, kind=kind, identifier_a=pair[0], identifier_b=pair[1],
        reason=reason, decided_by=by, at_ms=int(now.timestamp() * 1000), revoked_by="", revoked_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _revoke_others(session: Session, row: IdentityDecision) -> list[str]:
    """Revoke what was decided to the contrary about the same pair; returns the ids."""
    contrary = APART if row.kind == TOGETHER else TOGETHER
    ends = (row.identifier_a, row.identifier_b)
    found = session.scalars(
        select(IdentityDecision).where(
            IdentityDecision.workspace_id == row.workspace_id,
            IdentityDecision.kind == contrary,
            IdentityDecision.revoked_by == "",
            IdentityDecision.identifier_a.in_(ends),
            IdentityDecision.identifier_b.in_(ends),
        )
    ).all()
    for each in found:
        each.revoked_by, each.revoked_at = row.decided_by, datetime.fromtimestamp(row.at_ms / 1000, UTC)
    session.flush()
    return [each.id for each in found]


def _decision(row: IdentityDecision) -> Decision:
    identifiers = tuple(each for each in (row.identifier_a, row.identifier_b) if each)
    at = datetime.fromtimestamp(row.at_ms / 1000, UTC)
    return Decision(row.id, row.kind, identifiers, row.reason, row.decided_by, at, row.revoked_by, row.revoked_at)
