"""The people of a campaign: whom it would reach, how far it is, and who stands behind each number of its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tributary import messaging, profiles
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession
from tributary.api.definitions import PEOPLE
from tributary.api.locale import LocaleDep
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import personal_traits
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.errors import InvalidRequest
from tributary.messaging import Behind, Stage
from tributary.rules import Locale
from tributary.store import Session

router = APIRouter(prefix="/campaigns", tags=["campaigns"])

Reader = Annotated[Principal, requires("campaigns:read")]


class CountedReason(BaseModel):
    """How many of those tried would get nothing, for one reason."""

    reason: str
    text: str
    people: int
    example: str | None = Field(description="`prf_…` of one of them.")


class OverlapOut(BaseModel):
    """A campaign that wrote to some of the same people in the last seven days."""

    campaign_id: str
    name: str
    last_sent_at: datetime
    people: int


class ReachOut(BaseModel):
    """Whom of the audience a campaign would reach now. All numbers but the first are of the `tried`."""

    audience_size: int
    refreshed_at: datetime | None = Field(description="When the audience was last computed.")
    tried: int
    is_exact: bool = Field(description="Whether everybody was asked about, or only a sample.")
    reachable: int
    excluded: list[CountedReason] = Field(description="Those with the most people first.")
    recent: int = Field(description="People who got a message of another campaign in the last seven days.")
    overlaps: list[OverlapOut] = Field(description="Those with the most people first.")


class ProgressOut(BaseModel):
    """How far a campaign is. `audience_size` people are to be assigned; those who are not held out get a delivery, of
    which there are `total`: `waiting` ones may still be sent, all others are `done`.
    """

    state: str
    as_of: datetime
    audience_size: int
    assigned: int
    total: int
    done: int
    waiting: int
    sent: int = Field(description="The mail server took them.")
    rejected: int
    bounced: int
    failed: int
    unknown: int
    cancelled: int
    per_second: float = Field(description="Handed to the mail server, over the last half minute.")
    eta_seconds: int | None = Field(description="What is left at this speed; null while nothing moves.")


class CampaignPersonOut(BaseModel):
    """Somebody behind a number, with masked words to recognise them by."""

    id: str
    display: str = Field(description="The name, else an identifier, masked; the id when nothing is known.")
    arm: str | None = Field(description="Null for people who were in several arms.")
    at: datetime | None = Field(description="When it happened, the first time.")
    reason: str | None
    text: str | None = Field(description="The reason in words.")


@router.get(
    "/{campaign_id}/reach",
    operation_id="get_campaign_reach",
    summary="Whom a campaign would reach",
    responses=problems(404, 409),
)
def get_campaign_reach(
    campaign_id: str,
    caller: Reader,
    context: ContextDep,
    locale: LocaleDep,
    audience_id: Annotated[
        str | None, Query(max_length=40, description="`aud_…`: another audience instead, to choose between them.")
    ] = None,
    purpose: Annotated[str | None, Query(max_length=64, description="Another purpose instead.")] = None,
) -> ReachOut:
    """Who of the audience could be written to, why others could not, and who got other messages lately."""
    reach = messaging.campaign_reach(
        context.store, context.warehouse, context.keys, caller.workspace_id, campaign_id, now=context.clock.now(),
        audience_id=audience_id, purpose=purpose,
    )  # fmt: skip
    excluded = sorted(reach.excluded.items(), key=lambda item: (-item[1], item[0]))
    return ReachOut(
        audience_size=reach.audience_size,
        refreshed_at=reach.refreshed_at,
        tried=reach.tried,
        is_exact=reach.is_exact,
        reachable=reach.reachable,
        excluded=[
            CountedReason(
                reason=reason,
                text=reason_text(reason, locale) or reason,
                people=people,
                example=encode_profile_id(reach.examples[reason]),
            )
            for reason, people in excluded
        ],
        recent=reach.recent,
        overlaps=[OverlapOut.model_validate(each, from_attributes=True) for each in reach.overlaps],
    )


@router.get(
    "/{campaign_id}/progress",
    operation_id="get_campaign_progress",
    summary="How far a campaign is",
    responses=problems(404),
)
def get_campaign_progress(campaign_id: str, caller: Reader, session: ReadSession, context: ContextDep) -> ProgressOut:
    """How far the launch and the sending are; cheap enough to be asked every second."""
    progress = messaging.campaign_progress(session, caller.workspace_id, campaign_id, now=context.clock.now())
    return ProgressOut.model_validate(progress, from_attributes=True)


@router.get(
    "/{campaign_id}/people",
    operation_id="list_campaign_people",
    summary="The people behind a number",
    responses=problems(400, 403, 404, 409),
)
def list_campaign_people(
    campaign_id: str,
    caller: Reader,
    context: ContextDep,
    page: PageQuery,
    locale: LocaleDep,
    stage: Annotated[
        Stage,
        Query(
            description="Which number. `assigned`: were put into an arm; `people`: the distinct persons that these are "
            "today; `crossed`: were in several arms; `waiting`: may still be sent; the others are as in the report."
        ),
    ] = "assigned",
    arm: Annotated[str | None, Query(max_length=40, description="Only of this arm.")] = None,
    reason: Annotated[str | None, Query(max_length=64, description="Only with this reason.")] = None,
) -> Page[CampaignPersonOut]:
    """Who they are, as the persons of today. There are exactly as many as the report counts."""
    caller.require(PEOPLE)
    rows = messaging.people_behind(
        context.store, context.warehouse, caller.workspace_id, campaign_id, stage, arm=arm, reason=reason,
        after=_after(page.after), limit=page.limit + 1,
    )  # fmt: skip
    with context.store.read() as session:
        display = _display(session, caller, rows[: page.limit])

    def out(row: Behind) -> CampaignPersonOut:
        return CampaignPersonOut(
            id=encode_profile_id(row.profile_id), display=display(row.profile_id), arm=row.arm, at=row.at,
            reason=row.reason, text=reason_text(row.reason, locale),
        )  # fmt: skip

    return page_of(rows, page, out, lambda row: (row.key,))


def reason_text(reason: str | None, locale: Locale) -> str | None:
    """The reason of a delivery in words."""
    if reason is None or reason not in messaging.REASONS:
        return reason
    return messaging.REASONS[reason][locale == "zh"]


def _after(key: tuple[object, ...] | None) -> str | int | None:
    if key is None:
        return None
    if len(key) != 1 or not isinstance(key[0], str | int):
        raise InvalidRequest("The cursor belongs to another list.", cure="Start without one.", path="cursor")
    return key[0]


def _display(session: Session, caller: Principal, rows: Sequence[Behind]) -> Callable[[int], str]:
    known = profiles.get_profiles(session, caller.workspace_id, {row.profile_id for row in rows})
    personal = personal_traits(session, caller.workspace_id)

    def display(profile_id: int) -> str:
        profile = known.get(profile_id)
        if profile is None:
            return encode_profile_id(profile_id)
        traits = profile.plain_traits()
        parts = [traits.get("name")] if traits.get("name") else [traits.get("lastName"), traits.get("firstName")]
        name = " ".join(part for part in parts if isinstance(part, str))
        if name:
            return str(profiles.mask_trait("name", name, personal))
        identifiers = sorted(profile.identifiers, key=lambda each: each.type == "anonymous_id")
        if identifiers:
            return profiles.mask_identifier(identifiers[0].type, identifiers[0].value)
        return encode_profile_id(profile_id)

    return display
