"""What looks wrong among people's identities, to be looked at by somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.identity_texts import decode_identifier_id, encode_identifier_id
from tributary.api.locale import Text
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import Reveal, note_revealed
from tributary.api.person_summaries import PersonSummary, summaries
from tributary.api.problems import problems
from tributary.core.ids import decode_profile_id, encode_profile_id
from tributary.errors import InvalidRequest
from tributary.identity import load_rules, names_of, refusal_text
from tributary.identity.suspicious import (
    Case,
    Kind,
    Place,
    count_refusals,
    count_suspicious,
    mark_reviewed,
    suspicious,
)
from tributary.profiles import mask_identifier
from tributary.store import Session, bulk
from tributary.store.tables.identity import Identifier

router = APIRouter(prefix="/identity/suspicious", tags=["identity"])

Reader = Annotated[Principal, requires("identity:read")]
Writer = Annotated[Principal, requires("identity:write")]


class SuspiciousIdentifier(BaseModel):
    """A value that many claim, and the person who has it, if anybody has."""

    id: str
    type: str
    value: str
    profile_id: str | None


class SuspiciousCase(BaseModel):
    """Something to look at: a person, or an identifier. `extent` says how bad it is: identifiers of the person, those
    that claim the value, or links that were refused. `limit` is the one that it is near to or above.
    """

    kind: Kind
    id: str = Field(description="`prf_…` or `idn_…`; give it back to mark the case as looked at.")
    extent: int
    type: str = Field(description="The type of identifier that it is about; empty if it is about all.")
    limit: int | None
    person: PersonSummary | None
    identifier: SuspiciousIdentifier | None
    reviewed_at: datetime | None


class SuspiciousCount(BaseModel):
    """How many cases of a kind nobody has looked at."""

    kind: Kind
    count: int


class RefusalCount(BaseModel):
    """How many links were refused for a reason."""

    refusal: str
    reason: Text
    count: int


class SuspiciousOverview(BaseModel):
    """All kinds, and why links were refused, the commonest reason first."""

    kinds: list[SuspiciousCount]
    refusals: list[RefusalCount]


class SuspiciousRef(Body):
    """A case by its kind and id."""

    kind: Kind
    id: str = Field(max_length=40)


class SuspiciousReview(Body):
    """Which cases somebody has looked at."""

    items: list[SuspiciousRef] = Field(max_length=200)


class SuspiciousReviewed(BaseModel):
    """How many were marked."""

    count: int


@router.get("", operation_id="list_suspicious", summary="Suspicious identities", responses=problems(400))
def list_suspicious(
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    page: PageQuery,
    kind: Kind = "many_identifiers",
    with_reviewed: Annotated[bool, Query(description="Also those that somebody has looked at.")] = False,
    reveal: Reveal = False,
) -> Page[SuspiciousCase]:
    """The cases of one kind, the worst first. One that was looked at comes back when it has grown since.

    `reveal` is for shared values; people are only ever shown masked here.
    """
    rules = load_rules(session, caller.workspace_id).rules
    rows = suspicious(
        session,
        caller.workspace_id,
        rules,
        kind,
        after=_after(page.after),
        limit=page.limit + 1,
        with_reviewed=with_reviewed,
    )
    is_person = kind != "claimed_by_many"
    shown = [row.subject for row in rows[: page.limit]]
    summary = summaries(session, context, caller, shown if is_person else [])
    names = {} if is_person else names_of(session, shown)
    owners = {} if is_person else _owners(session, shown)
    if reveal:
        note_revealed(context, caller, "identity.suspicious_read", sorted(set(owners.values()) - {0}))

    def out(row: Case) -> SuspiciousCase:
        identifier = None
        if not is_person:
            type_, value = names[row.subject]
            owner = owners[row.subject]
            identifier = SuspiciousIdentifier(
                id=encode_identifier_id(row.subject),
                type=type_,
                value=value if reveal else mask_identifier(type_, value),
                profile_id=encode_profile_id(owner) if owner else None,
            )
        return SuspiciousCase(
            kind=row.kind,
            id=encode_profile_id(row.subject) if is_person else encode_identifier_id(row.subject),
            extent=row.extent,
            type=row.type,
            limit=row.limit,
            person=summary(row.subject) if is_person else None,
            identifier=identifier,
            reviewed_at=row.reviewed_at,
        )

    return page_of(rows, page, out, lambda row: (row.extent, row.subject))


@router.get("/overview", operation_id="get_suspicious_overview", summary="How much is suspicious")
def get_suspicious_overview(caller: Reader, session: ReadSession) -> SuspiciousOverview:
    """How many cases wait, and how many links were refused for which reason."""
    rules = load_rules(session, caller.workspace_id).rules
    refusals = count_refusals(session, caller.workspace_id)
    return SuspiciousOverview(
        kinds=[
            SuspiciousCount(kind=kind, count=count)
            for kind, count in count_suspicious(session, caller.workspace_id, rules).items()
        ],
        refusals=[
            RefusalCount(refusal=code, reason=refusal_text(code), count=count)
            for code, count in sorted(refusals.items(), key=lambda each: (-each[1], each[0]))
        ],
    )


@router.post(
    "/reviewed", operation_id="review_suspicious", summary="Mark cases as looked at", responses=problems(400, 404)
)
def review_suspicious(
    body: SuspiciousReview, caller: Writer, session: WriteSession, context: ContextDep
) -> SuspiciousReviewed:
    """Take cases off the list, until they get worse."""
    cases = [
        (each.kind, decode_identifier_id(each.id) if each.kind == "claimed_by_many" else decode_profile_id(each.id))
        for each in body.items
    ]
    rules = load_rules(session, caller.workspace_id).rules
    count = mark_reviewed(session, caller.workspace_id, rules, cases, by=caller.actor_id, now=context.clock.now())
    audit(session, caller, "identity.reviewed", "suspicious", "", {"count": count})
    return SuspiciousReviewed(count=count)


def _owners(session: Session, identifiers: list[int]) -> dict[int, int]:
    return dict(bulk.fetch(session, Identifier, ("id", "profile_id"), "id", identifiers))


def _after(key: tuple[object, ...] | None) -> Place | None:
    if key is None:
        return None
    if len(key) == 2 and isinstance(key[0], int) and isinstance(key[1], int):
        return Place(key[0], key[1])
    raise InvalidRequest("The cursor belongs to another list.", cure="Start without one.", path="cursor")
