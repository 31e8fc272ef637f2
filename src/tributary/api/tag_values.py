"""What tags say: how the values of one spread, who has which, and all of one person's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import select

from tributary import tags
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession
from tributary.api.definitions import PEOPLE
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import own_profile
from tributary.api.person_summaries import PersonSummary, summaries
from tributary.api.personal import REVEAL, PersonalFields, masked_spread, masked_value
from tributary.api.problems import problems
from tributary.api.tags import DistributionOut, TagId
from tributary.errors import InvalidRequest
from tributary.governance import load_catalog
from tributary.store.tables.tags import Tag

router = APIRouter(tags=["tags"])

Reader = Annotated[Principal, requires("tags:read")]


class TagDistributionOut(BaseModel):
    """How the values of the newest finished run spread over `people`; all null before the first one."""

    run: int | None
    version: int | None
    computed_at: datetime | None
    people: int | None
    distribution: DistributionOut | None


class TaggedPerson(PersonSummary):
    """A person and what the tag says of them."""

    value: str | float


class PersonTag(BaseModel):
    """What a tag says of a person."""

    tag_id: str
    name: str
    value: str | float
    computed_at: datetime


class PersonTags(BaseModel):
    """The tags of a person, by name."""

    items: list[PersonTag]


@router.get("/tags/{tag_id}/distribution", operation_id="get_tag_distribution", summary="How its values spread")
def get_tag_distribution(tag_id: TagId, caller: Reader, session: ReadSession) -> TagDistributionOut:
    """How many people have which value, as the tag was last computed."""
    tag = tags.get_tag(session, caller.workspace_id, tag_id)
    if tag.current_run is None:
        return TagDistributionOut(run=None, version=None, computed_at=None, people=None, distribution=None)
    run = tags.get_run(session, caller.workspace_id, tag_id, tag.current_run)
    spread = run.distribution
    if spread and tag.id in PersonalFields(session, caller.workspace_id).showing([tag]):
        spread = masked_spread(spread)
    return TagDistributionOut(
        run=run.run,
        version=run.version,
        computed_at=run.resolved_at,
        people=run.people,
        distribution=spread and DistributionOut.model_validate(spread),
    )


@router.get(
    "/tags/{tag_id}/people",
    operation_id="list_tag_people",
    summary="Who has a value",
    responses=problems(400, 403, 404),
)
def list_tag_people(
    tag_id: TagId,
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    page: PageQuery,
    value: Annotated[str | None, Query(max_length=200, description="Only people with exactly this value.")] = None,
    low: Annotated[float | None, Query(description="Of a number tag: only values from here on.")] = None,
    high: Annotated[float | None, Query(description="Of a number tag: only values up to here.")] = None,
) -> Page[TaggedPerson]:
    """The people who have a value, as the tag was last computed."""
    caller.require(PEOPLE)
    tag = tags.get_tag(session, caller.workspace_id, tag_id)
    is_masked = tag.id in PersonalFields(session, caller.workspace_id).showing([tag])
    if is_masked and REVEAL not in caller.scopes and (low, high, value) != (None, None, None):
        raise InvalidRequest(  # bounds that close in on somebody would tell their value
            "The values of this tag are personal data that you see masked.", cure="List all its people.", path="value"
        )
    after, limit = page.after_int() or 0, page.limit + 1
    found = tags.list_people(context.warehouse, tag, value=value, low=low, high=high, after=after, limit=limit)
    summary = summaries(session, context, caller, [person for person, _ in found[: page.limit]])

    def person(row: tuple[int, str | float]) -> TaggedPerson:
        said = masked_value(row[1]) if is_masked else row[1]
        return TaggedPerson(**dict(summary(row[0])), value=said)

    return page_of(found, page, person, lambda row: (row[0],))


@router.get(
    "/tags/{tag_id}/people-without-value",
    operation_id="list_tag_people_without_value",
    summary="Who has no value",
    responses=problems(403, 404),
)
def list_tag_people_without_value(
    tag_id: TagId, caller: Reader, session: ReadSession, context: ContextDep, page: PageQuery
) -> Page[PersonSummary]:
    """The people to whom the tag gave no value when it was last computed; nobody before that."""
    caller.require(PEOPLE)
    tag = tags.get_tag(session, caller.workspace_id, tag_id)
    catalog = load_catalog(session, caller.workspace_id)
    found = tags.list_people_without_value(
        context.warehouse, catalog, tag, context.clock.now(), after=page.after_int() or 0, limit=page.limit + 1
    )
    return page_of(found, page, summaries(session, context, caller, found[: page.limit]), lambda person: (person,))


@router.get("/profiles/{profile_id}/tags", operation_id="list_profile_tags", summary="Tags of a person")
def list_profile_tags(
    profile_id: Annotated[str, Path(description="`prf_…`")], caller: Reader, session: ReadSession, context: ContextDep
) -> PersonTags:
    """What every tag says of this person."""
    caller.require(PEOPLE)
    person = own_profile(session, caller.workspace_id, profile_id)
    found = tags.values_of(session, context.warehouse, caller.workspace_id, person)
    asked = session.scalars(select(Tag).where(Tag.id.in_([each.tag_id for each in found])))
    masked = PersonalFields(session, caller.workspace_id).showing(asked)
    items = [PersonTag.model_validate(value, from_attributes=True) for value in found]
    for item in items:
        if item.tag_id in masked:
            item.value = masked_value(item.value)
    return PersonTags(items=items)
