"""The review queue: pairs of people who may be one, why matching thinks so, and what people say about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import Context, ContextDep, ReadSession
from tributary.api.identity_match_texts import MatchWaterfall, comparison_title, reason_text, waterfall
from tributary.api.identity_texts import encode_identifier_id
from tributary.api.locale import Text
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import Reveal, note_revealed, personal_traits
from tributary.api.person_summaries import PersonSummary, summaries
from tributary.api.problems import problems
from tributary.errors import InvalidRequest, TributaryError
from tributary.identity import Resolver, load_rules
from tributary.identity.match_pairs import (
    Reason,
    Status,
    Verdict,
    decide_pair,
    find_pairs,
    get_pair,
    owners_of,
    undo_pair,
)
from tributary.identity.match_settings import FIELDS, load_matching
from tributary.pipeline.match_records import Record, records_of
from tributary.profiles import mask_identifier, mask_trait
from tributary.store import Session
from tributary.store.tables.matching import MatchPair

router = APIRouter(prefix="/identity/matching", tags=["identity"])

Reader = Annotated[Principal, requires("identity:read")]
Writer = Annotated[Principal, requires("identity:write")]

_MOST = 200  # decided about at once
_FIELDS = (*FIELDS, "user_id")


class MatchPairOut(BaseModel):
    """Two people who may be one, masked. `reason` says why they were not joined without anybody."""

    id: str
    status: Status
    reason: Reason
    reason_text: Text
    probability: float
    weight: float = Field(description="The evidence in bits; it tells pairs apart whose probability is nearly 1.")
    people: list[PersonSummary] = Field(description="Two. The same one twice when they have become one since.")
    are_one: bool
    found_at: datetime
    seen_at: datetime = Field(description="When a run found it last.")
    decided_by: str | None
    decided_at: datetime | None
    decision_id: str | None = Field(description="The decision of whoever accepted or rejected it.")


class MatchSide(BaseModel):
    """A field of both people, as it was compared; null where it is not known."""

    field: str
    title: Text
    a: str | None
    b: str | None


class MatchPairDetail(MatchPairOut):
    """A pair with both golden records side by side, and the waterfall. `identifiers` stand for the two people in
    decisions.
    """

    identifiers: list[str]
    sides: list[MatchSide]
    waterfall: MatchWaterfall
    is_masked: bool


class MatchVerdict(Body):
    """What somebody says about a pair: one person, or two."""

    verdict: Verdict
    reason: str = Field(default="", max_length=500, description="Why, for whoever reads it later.")


class MatchVerdictOn(MatchVerdict):
    """What somebody says about one of several pairs."""

    id: str = Field(max_length=40)


class MatchVerdicts(Body):
    """What somebody says about several pairs."""

    items: list[MatchVerdictOn] = Field(min_length=1, max_length=_MOST)


class MatchVerdictResult(BaseModel):
    """What came of it: the pair's state, or why not."""

    id: str
    status: Status | None
    code: str | None = Field(description="Of the error.")
    error: Text | None


class MatchVerdictResults(BaseModel):
    """One result for each pair, in the order of the request."""

    items: list[MatchVerdictResult]


StatusQuery = Annotated[
    Literal["open", "accepted", "rejected", "merged", "obsolete", "all"], Query(description="Which pairs.")
]


@router.get(
    "/pairs", operation_id="list_identity_match_pairs", summary="People who may be one", responses=problems(400)
)
def list_identity_match_pairs(
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    page: PageQuery,
    status: StatusQuery = "open",
    reason: Annotated[Reason | None, Query(description="Only those with this reason.")] = None,
    min_probability: Annotated[float, Query(ge=0, le=1)] = 0.0,
) -> Page[MatchPairOut]:
    """The most certain pairs first."""
    rows = find_pairs(
        session,
        caller.workspace_id,
        status=None if status == "all" else status,
        reason=reason,
        least=min_probability,
        after=_after(page.after),
        limit=page.limit + 1,
    )
    shown = _Shown(session, context, caller, rows[: page.limit])
    return page_of(rows, page, shown.pair, lambda row: (row.weight, row.id))


@router.get(
    "/pairs/{match_pair_id}",
    operation_id="get_identity_match_pair",
    summary="Why two people may be one",
    responses=problems(404),
)
def get_identity_match_pair(
    match_pair_id: str, caller: Reader, session: ReadSession, context: ContextDep, reveal: Reveal = False
) -> MatchPairDetail:
    """Both records side by side, and what each comparison weighs. What joining them would change is asked of
    `preview_identity_decision` with both people.
    """
    row = get_pair(session, caller.workspace_id, match_pair_id)
    shown = _Shown(session, context, caller, [row])
    if reveal:
        note_revealed(context, caller, "identity.match_read", sorted({*shown.owners(row)} - {0}))
    return MatchPairDetail(
        **dict(shown.pair(row)),
        identifiers=[encode_identifier_id(row.identifier_a), encode_identifier_id(row.identifier_b)],
        sides=shown.sides(row, is_masked=not reveal),
        waterfall=waterfall(row.explained, row.weight, row.probability),
        is_masked=not reveal,
    )


@router.post(
    "/pairs/{match_pair_id}/decision",
    operation_id="decide_identity_match_pair",
    summary="Say whether two people are one",
    responses=problems(400, 404, 409, 503),
)
def decide_identity_match_pair(
    match_pair_id: str, body: MatchVerdict, caller: Writer, context: ContextDep
) -> MatchPairOut:
    """Join the two, or keep them apart for good. It can be undone."""
    _decide(context, caller, match_pair_id, body)
    return _pair_out(context, caller, match_pair_id)


@router.post(
    "/pairs/{match_pair_id}/undo",
    operation_id="undo_identity_match_pair",
    summary="Take back what was said about two people",
    responses=problems(404, 409, 503),
)
def undo_identity_match_pair(match_pair_id: str, caller: Writer, context: ContextDep) -> MatchPairOut:
    """Revoke the decision; the pair is open again, or merged if matching had joined the two before."""

    def action(session: Session, resolver: Resolver) -> None:
        decision = undo_pair(
            session, resolver, caller.workspace_id, match_pair_id, by=caller.actor_id, now=context.clock.now()
        )
        audit(session, caller, "identity_matching.undone", "match_pair", match_pair_id, {"decision": decision})

    with context.store.read() as session:
        get_pair(session, caller.workspace_id, match_pair_id)
    context.identity.apply(caller.workspace_id, caller.actor_id, action)
    return _pair_out(context, caller, match_pair_id)


@router.post(
    "/pairs/decisions",
    operation_id="decide_identity_match_pairs",
    summary="Say of several pairs whether they are one person",
    responses=problems(400, 404, 503),
)
def decide_identity_match_pairs(body: MatchVerdicts, caller: Writer, context: ContextDep) -> MatchVerdictResults:
    """Each by itself: what is wrong with one does not keep the others back. All of them have to be there."""
    with context.store.read() as session:
        for each in body.items:
            get_pair(session, caller.workspace_id, each.id)
    results = []
    for each in body.items:
        try:
            status = _decide(context, caller, each.id, each)
        except TributaryError as exc:
            if exc.retry:
                raise
            results.append(MatchVerdictResult(id=each.id, status=None, code=exc.code, error=exc.message))
        else:
            results.append(MatchVerdictResult(id=each.id, status=status, code=None, error=None))
    return MatchVerdictResults(items=results)


def _decide(context: Context, caller: Principal, pair_id: str, said: MatchVerdict) -> Status:
    workspace_id, by = caller.workspace_id, caller.actor_id
    with context.store.read() as session:  # nobody waits for the lock to learn that there is no such pair
        get_pair(session, workspace_id, pair_id)

    def action(session: Session, resolver: Resolver) -> None:
        decision = decide_pair(
            session, resolver, workspace_id, pair_id, said.verdict, by=by, reason=said.reason.strip(),
            now=context.clock.now(),
        )  # fmt: skip
        code = "identity_matching.accepted" if said.verdict == "same" else "identity_matching.rejected"
        audit(session, caller, code, "match_pair", pair_id, {"decision": decision.id})

    context.identity.apply(workspace_id, by, action)
    return "accepted" if said.verdict == "same" else "rejected"


def _pair_out(context: Context, caller: Principal, pair_id: str) -> MatchPairOut:
    with context.store.read() as session:
        row = get_pair(session, caller.workspace_id, pair_id)
        return _Shown(session, context, caller, [row]).pair(row)


class _Shown:
    """Pairs on their way into an answer."""

    def __init__(self, session: Session, context: Context, caller: Principal, rows: Iterable[MatchPair]) -> None:
        self._session = session
        self._caller = caller
        self._owners = owners_of(session, {each for row in rows for each in (row.identifier_a, row.identifier_b)})
        self._summary = summaries(session, context, caller, sorted(set(self._owners.values()) - {0}))

    def owners(self, row: MatchPair) -> tuple[int, int]:
        """The two people; 0 for one that is no more."""
        return self._owners.get(row.identifier_a, 0), self._owners.get(row.identifier_b, 0)

    def pair(self, row: MatchPair) -> MatchPairOut:
        a, b = self.owners(row)
        return MatchPairOut.model_validate(
            {
                "id": row.id,
                "status": row.status,
                "reason": row.reason,
                "reason_text": reason_text(row.reason),
                "probability": row.probability,
                "weight": row.weight,
                "people": [self._summary(a), self._summary(b)],
                "are_one": a == b != 0,
                "found_at": row.found_at,
                "seen_at": row.seen_at,
                "decided_by": row.decided_by or None,
                "decided_at": row.decided_at,
                "decision_id": row.decision_id or None,
            }
        )

    def sides(self, row: MatchPair, *, is_masked: bool) -> list[MatchSide]:
        """What is known of both, by field; fields of which nothing is known are left out."""
        workspace_id = self._caller.workspace_id
        a, b = self.owners(row)
        fields = load_matching(self._session, workspace_id).fields
        rules = load_rules(self._session, workspace_id).rules
        is_one_account = next(each.limit for each in rules.every_type() if each.name == "user_id") == 1
        records = records_of(self._session, workspace_id, {a, b} - {0}, fields, is_one_account=is_one_account)
        personal = personal_traits(self._session, workspace_id) | set(FIELDS)

        def value(record: Mapping[str, str | None], field: str) -> str | None:
            text = record.get(field)
            if text is None or not is_masked:
                return text
            if field in ("phone", "email", "user_id"):
                return mask_identifier(field, text)
            return str(mask_trait(field, text, personal))

        empty: Record = {}
        one, other = records.get(a, empty), records.get(b, empty)
        return [
            MatchSide(field=field, title=comparison_title(field), a=value(one, field), b=value(other, field))
            for field in _FIELDS
            if one.get(field) is not None or other.get(field) is not None
        ]


def _after(key: tuple[object, ...] | None) -> tuple[float, str] | None:
    if key is None:
        return None
    if len(key) == 2 and isinstance(key[0], int | float) and isinstance(key[1], str):
        return float(key[0]), key[1]
    raise InvalidRequest("The cursor belongs to another list.", cure="Start without one.", path="cursor")
