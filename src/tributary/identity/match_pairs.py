"""Pairs of people whom matching found: written down, found again by later runs, and decided by people.

A pair is kept by the anchors of its people, so it outlives what becomes of others. What people say about it is a
decision like any other (`decisions`), which also holds against whatever a later run finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import delete, func, select, tuple_, update

from tributary.core.ids import new_id
from tributary.errors import Conflict, NotFound
from tributary.identity.decisions import Decision, keep_apart, keep_together, revoke
from tributary.identity.graph import APART
from tributary.identity.resolve import Resolver
from tributary.store import Session, bulk, upsert
from tributary.store.tables.identity import Identifier, IdentityDecision
from tributary.store.tables.matching import MatchPair

Status = Literal["open", "accepted", "rejected", "merged", "obsolete"]
Reason = Literal["sure", "unsure", "conflict", "apart", "group", "rules"]
Verdict = Literal["same", "different"]

_FORGET_AFTER = timedelta(days=90)
_FOUND_COLUMNS = (
    "status", "reason", "weight", "probability", "explained", "run_id", "seen_at", "decided_by", "decided_at",
    "decision_id",
)  # fmt: skip


class Found(NamedTuple):
    """A pair as a run found it: by profiles, with what a waterfall needs."""

    profile_a: int
    profile_b: int
    reason: str
    weight: float
    probability: float
    explained: dict[str, Any]


class Parted(NamedTuple):
    """Who said that two people are two, and when."""

    decision_id: str
    by: str
    at: datetime


def parted_people(session: Session, workspace_id: int) -> dict[tuple[int, int], Parted]:
    """The pairs of profiles (smaller first) that somebody decided are two people, as far as it is in force."""
    rows = session.scalars(
        select(IdentityDecision).where(
            IdentityDecision.workspace_id == workspace_id,
            IdentityDecision.kind == APART,
            IdentityDecision.revoked_by == "",
        )
    ).all()
    owners = owners_of(session, {each for row in rows for each in (row.identifier_a, row.identifier_b)})
    found: dict[tuple[int, int], Parted] = {}
    for row in rows:
        a, b = owners.get(row.identifier_a, 0), owners.get(row.identifier_b, 0)
        if a and b and a != b:
            found[min(a, b), max(a, b)] = Parted(row.id, row.decided_by, _time(row.at_ms))
    return found


def owners_of(session: Session, identifiers: Iterable[int]) -> dict[int, int]:
    """The profile of each identifier; 0 for nobody's."""
    return dict(bulk.fetch(session, Identifier, ("id", "profile_id"), "id", identifiers))


def anchors_of(session: Session, workspace_id: int, profiles: Iterable[int]) -> dict[int, int]:
    """The anchor of each profile that has one which was not removed."""
    columns = ("base_id", "id", "workspace_id", "is_removed", "profile_id")
    return {
        base: id_
        for base, id_, workspace, is_removed, owner in bulk.fetch(session, Identifier, columns, "base_id", profiles)
        if workspace == workspace_id and not is_removed and owner == base
    }


def record_pairs(
    session: Session,
    workspace_id: int,
    found: Sequence[Found],
    parted: Mapping[tuple[int, int], Parted],
    *,
    run_id: str,
    now: datetime,
) -> dict[tuple[int, int], Found]:
    """Write pairs down as found by a run. What somebody rejected stays so; all else is open.

    Returns those that are open, by their anchors. People who are no more, or have become one since the run read them,
    are left out.
    """
    anchors = anchors_of(session, workspace_id, {each for one in found for each in one[:2]})
    rows: list[dict[str, Any]] = []
    is_open: dict[tuple[int, int], Found] = {}
    for each in found:
        a, b = anchors.get(each.profile_a), anchors.get(each.profile_b)
        if a is None or b is None:
            continue
        pair = (min(a, b), max(a, b))
        said = parted.get((min(each[:2]), max(each[:2])))
        if said is None:
            is_open[pair] = each
        rows.append(
            {
                "id": new_id("mpr"), "workspace_id": workspace_id, "identifier_a": pair[0], "identifier_b": pair[1],
                "status": "open" if said is None else "rejected",
                "reason": each.reason if said is None else "apart",
                "weight": each.weight, "probability": each.probability, "explained": each.explained,
                "run_id": run_id, "found_at": now, "seen_at": now,
                "decided_by": "" if said is None else said.by, "decided_at": None if said is None else said.at,
                "decision_id": "" if said is None else said.decision_id,
            }
        )  # fmt: skip
    upsert(session, MatchPair, rows, key=["workspace_id", "identifier_a", "identifier_b"], update=_FOUND_COLUMNS)
    return is_open


def record_links(
    session: Session, workspace_id: int, outcome: Mapping[tuple[int, int], bool], *, run_id: str, now: datetime
) -> int:
    """Write down what became of pairs that were linked: whether their people are one. Returns how many are."""
    joined = [pair for pair, is_one in outcome.items() if is_one]
    refused = [pair for pair, is_one in outcome.items() if not is_one]
    ends = tuple_(MatchPair.identifier_a, MatchPair.identifier_b)
    mine = (MatchPair.workspace_id == workspace_id, MatchPair.run_id == run_id, MatchPair.status == "open")
    if joined:
        change = {"status": "merged", "reason": "sure", "decided_at": now}
        session.execute(update(MatchPair).where(*mine, ends.in_(joined)).values(change))
    if refused:
        session.execute(update(MatchPair).where(*mine, ends.in_(refused)).values(reason="rules"))
    return len(joined)


def retire_pairs(session: Session, workspace_id: int, *, run_id: str, now: datetime) -> int:
    """Make obsolete what is open and was not found by this run; returns how many. The oldest are forgotten."""
    stale = session.execute(
        update(MatchPair)
        .where(MatchPair.workspace_id == workspace_id, MatchPair.status == "open", MatchPair.run_id != run_id)
        .values(status="obsolete")
    )
    session.execute(
        delete(MatchPair).where(
            MatchPair.workspace_id == workspace_id, MatchPair.status == "obsolete",
            MatchPair.seen_at < now - _FORGET_AFTER,
        )
    )  # fmt: skip
    return int(getattr(stale, "rowcount", 0))


def count_open(session: Session, workspace_id: int) -> int:
    """How many pairs wait for somebody."""
    query = select(func.count()).where(MatchPair.workspace_id == workspace_id, MatchPair.status == "open")
    return session.execute(query).scalar_one()


def find_pairs(
    session: Session,
    workspace_id: int,
    *,
    status: Status | None = "open",
    reason: Reason | None = None,
    least: float = 0.0,
    after: tuple[float, str] | None = None,
    limit: int = 50,
) -> Sequence[MatchPair]:
    """Pairs of at least the probability `least`, the most certain first; those after (weight, id)."""
    query = select(MatchPair).where(MatchPair.workspace_id == workspace_id)
    if status is not None:
        query = query.where(MatchPair.status == status)
    if reason is not None:
        query = query.where(MatchPair.reason == reason)
    if least > 0:
        query = query.where(MatchPair.probability >= least)
    if after is not None:
        weight, id_ = after
        query = query.where((MatchPair.weight < weight) | ((MatchPair.weight == weight) & (MatchPair.id > id_)))
    return session.scalars(query.order_by(MatchPair.weight.desc(), MatchPair.id).limit(limit)).all()


def get_pair(session: Session, workspace_id: int, pair_id: str) -> MatchPair:
    """One pair of the workspace.

    Raises:
        NotFound: there is none with this id here.
    """
    row = session.get(MatchPair, pair_id, populate_existing=True)
    if row is None or row.workspace_id != workspace_id:
        raise NotFound("There is no such pair of people.", cure="Take the pairs from the review queue.")
    return row


def decide_pair(
    session: Session,
    resolver: Resolver,
    workspace_id: int,
    pair_id: str,
    verdict: Verdict,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> Decision:
    """Somebody says whether two people are one. It holds, whatever later runs find.

    Raises:
        NotFound: there is no such pair, or one of its people has lost the identifier that stands for it.
        Conflict: it was decided before, or another decision keeps the two apart.
    """
    row = get_pair(session, workspace_id, pair_id)
    if row.status in ("accepted", "rejected"):
        raise Conflict("Somebody has decided about this pair before.", cure="Undo that first.")
    pair = (row.identifier_a, row.identifier_b)
    decide = keep_together if verdict == "same" else keep_apart
    decision = decide(session, resolver, workspace_id, pair, by=by, reason=reason, now=now)
    if verdict == "same" and not resolver.are_one(pair):
        raise Conflict(
            "Another decision says that the two are two people.", cure="Take that one back first, on a person's page."
        )
    row.status = "accepted" if verdict == "same" else "rejected"
    row.decided_by, row.decided_at, row.decision_id = by, now, decision.id
    session.flush()
    return decision


def undo_pair(session: Session, resolver: Resolver, workspace_id: int, pair_id: str, *, by: str, now: datetime) -> str:
    """Take back what somebody said about a pair, so that it is open again; merged, if what matching found holds.

    Returns the id of the decision that was revoked, '' if it had been before.

    Raises:
        NotFound: there is no such pair. Conflict: nobody has decided about it.
    """
    row = get_pair(session, workspace_id, pair_id)
    if row.status not in ("accepted", "rejected"):
        raise Conflict("Nobody has decided about this pair.", cure="Say whether they are the same person.")
    pair = (row.identifier_a, row.identifier_b)
    decision = session.get(IdentityDecision, row.decision_id, populate_existing=True)
    revoked = ""
    if decision is not None and not decision.revoked_by:
        revoked = revoke(session, resolver, workspace_id, decision.id, by=by, now=now).id
    else:
        resolver.touch(workspace_id, pair)
    is_match = resolver.is_matched(pair)
    row.status = "merged" if is_match else "open"
    row.decided_by, row.decided_at, row.decision_id = "", now if is_match else None, ""
    if row.reason == "apart":
        row.reason = "unsure"  # the next run tells
    session.flush()
    return revoked


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
