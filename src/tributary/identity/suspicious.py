"""What looks wrong in the identity graph: people made of too much, values that too many claim, links that were refused.

Each kind of case has an extent, a number that says how bad it is. What somebody has looked at is hidden until its
extent grows beyond what it was then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import and_, case, func, literal, or_, select

from tributary.errors import NotFound
from tributary.identity.rules import RuleSet
from tributary.store import Session, upsert
from tributary.store.tables.identity import Edge, Identifier
from tributary.store.tables.identity_runs import IdentityReview

Kind = Literal["many_identifiers", "claimed_by_many", "both_large", "unsigned"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NEAR = 0.8  # of a limit
_LEAST_LIMIT = 5  # being near to a small limit says nothing
_LEAST_IDENTIFIERS = 20  # of a person, of all types together


@dataclass(frozen=True, slots=True)
class Case:
    """`subject` is a profile, or for `claimed_by_many` an identifier; `type` and `limit` are those that it is about."""

    kind: Kind
    subject: int
    extent: int
    type: str
    limit: int | None
    reviewed_at: datetime | None


class Place(NamedTuple):
    """Where a list goes on: after this case."""

    extent: int
    subject: int


def suspicious(
    session: Session,
    workspace_id: int,
    rules: RuleSet,
    kind: Kind,
    *,
    after: Place | None = None,
    limit: int = 50,
    with_reviewed: bool = False,
) -> list[Case]:
    """The cases of a kind, the worst first. Reads all identifiers, or all refused links, of the workspace."""
    cases = _cases(workspace_id, rules, kind).subquery()
    review = and_(
        IdentityReview.workspace_id == workspace_id,
        IdentityReview.kind == kind,
        IdentityReview.subject == cases.c.subject,
    )
    query = select(cases.c.subject, cases.c.extent, cases.c.type, IdentityReview.reviewed_at).outerjoin(
        IdentityReview, review
    )
    if not with_reviewed:
        query = query.where(or_(IdentityReview.extent.is_(None), IdentityReview.extent < cases.c.extent))
    if after is not None:
        query = query.where(
            or_(
                cases.c.extent < after.extent,
                and_(cases.c.extent == after.extent, cases.c.subject > after.subject),
            )
        )
    limits = {each.name: each for each in rules.every_type()}
    found = []
    for subject, extent, type_, reviewed_at in session.execute(
        query.order_by(cases.c.extent.desc(), cases.c.subject).limit(limit)
    ):
        of_type = limits.get(type_.partition(":")[0])
        most = rules.caps.identifiers if not type_ else of_type.limit if of_type else None
        if kind == "claimed_by_many":
            most = of_type.degree_cap if of_type else None
        found.append(Case(kind, int(subject), int(extent), type_, most if kind in KINDS[:2] else None, reviewed_at))
    return found


def count_suspicious(session: Session, workspace_id: int, rules: RuleSet) -> dict[Kind, int]:
    """How many cases of each kind nobody has looked at."""
    counts: dict[Kind, int] = {}
    for kind in KINDS:
        cases = _cases(workspace_id, rules, kind).subquery()
        review = and_(
            IdentityReview.workspace_id == workspace_id,
            IdentityReview.kind == kind,
            IdentityReview.subject == cases.c.subject,
        )
        counts[kind] = (
            session.scalar(
                select(func.count())
                .select_from(cases)
                .outerjoin(IdentityReview, review)
                .where(or_(IdentityReview.extent.is_(None), IdentityReview.extent < cases.c.extent))
            )
            or 0
        )
    return counts


def count_refusals(session: Session, workspace_id: int) -> dict[str, int]:
    """How many links are refused, by the code of why."""
    rows = session.execute(
        select(Edge.refusal, func.count())
        .where(Edge.workspace_id == workspace_id, Edge.refusal != "")
        .group_by(Edge.refusal)
    )
    return {str(refusal): int(count) for refusal, count in rows}


def mark_reviewed(
    session: Session, workspace_id: int, rules: RuleSet, cases: Iterable[tuple[Kind, int]], *, by: str, now: datetime
) -> int:
    """Somebody has looked at these; returns how many there are.

    Raises:
        NotFound: one of them is no case of the workspace.
    """
    wanted: dict[Kind, set[int]] = {}
    for kind, subject in cases:
        wanted.setdefault(kind, set()).add(subject)
    rows = []
    for kind, subjects in wanted.items():
        found = _cases(workspace_id, rules, kind).subquery()
        extents = {
            int(subject): int(extent)
            for subject, extent in session.execute(
                select(found.c.subject, found.c.extent).where(found.c.subject.in_(subjects))
            )
        }
        if extents.keys() != subjects:
            raise NotFound("There is no such suspicious case.", cure="List them again: it may have been settled.")
        rows += [
            {
                "workspace_id": workspace_id, "kind": kind, "subject": subject, "extent": extent, "reviewed_by": by,
                "reviewed_at": now,
            }
            for subject, extent in extents.items()
        ]  # fmt: skip
    upsert(
        session, IdentityReview, rows, key=["workspace_id", "kind", "subject"],
        update=["extent", "reviewed_by", "reviewed_at"],
    )  # fmt: skip
    return len(rows)


def _cases(workspace_id: int, rules: RuleSet, kind: Kind) -> Any:  # a SELECT of three columns
    """Subject, extent and type of all cases of a kind."""
    if kind == "many_identifiers":
        return _many_identifiers(workspace_id, rules)
    if kind == "claimed_by_many":
        return _claimed_by_many(workspace_id, rules)
    ends = [
        select(Identifier.profile_id.label("subject"), Edge.id.label("edge"))
        .join(Edge, Identifier.id == end)
        .where(Edge.workspace_id == workspace_id, Edge.refusal == kind, Identifier.profile_id != 0)
        for end in (Edge.identifier_a, Edge.identifier_b)
    ]
    both = ends[0].union(ends[1]).subquery()
    count = func.count().label("extent")
    return select(both.c.subject, count, literal("").label("type")).group_by(both.c.subject)


def _many_identifiers(workspace_id: int, rules: RuleSet) -> Any:
    """People with nearly as many identifiers of one type as the limit has it, or with many in all."""
    near = {each.name: max(2, round(each.limit * NEAR)) for each in rules.every_type() if each.limit >= _LEAST_LIMIT}
    mine = (
        Identifier.workspace_id == workspace_id,
        Identifier.profile_id != 0,
        Identifier.is_removed.is_(False),
    )
    each_type = (
        select(Identifier.profile_id.label("subject"), func.count().label("extent"), Identifier.type.label("type"))
        .where(*mine)
        .group_by(Identifier.profile_id, Identifier.type)
        .subquery()
    )
    most = case(near, value=each_type.c.type, else_=1 << 30)
    is_near = each_type.c.extent >= most
    total = func.sum(each_type.c.extent)
    least = max(2, min(_LEAST_IDENTIFIERS, round(rules.caps.identifiers * NEAR)))
    # The type that is nearest to its limit tells what it is about; without any it is the sum.
    about = func.coalesce(func.max(case((is_near, each_type.c.type))), "")
    return (
        select(each_type.c.subject, total.label("extent"), about.label("type"))
        .group_by(each_type.c.subject)
        .having(or_(func.max(case((is_near, 1), else_=0)) == 1, total >= least))
    )


def _claimed_by_many(workspace_id: int, rules: RuleSet) -> Any:
    """Values that more claim than one person has: a shop's telephone, a kiosk's cookie."""
    caps = {each.name: each.degree_cap for each in rules.every_type() if each.degree_cap is not None}
    lowest = min(caps.values(), default=1 << 30)
    return select(
        Identifier.id.label("subject"), Identifier.degree.label("extent"), Identifier.type.label("type")
    ).where(
        Identifier.workspace_id == workspace_id,
        Identifier.is_removed.is_(False),
        Identifier.degree > lowest,
        Identifier.degree > case(caps, value=Identifier.type, else_=1 << 30),
    )
