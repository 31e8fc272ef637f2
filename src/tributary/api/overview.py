"""The overview: how many people there are, and what waits for somebody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tributary import profiles
from tributary.access import Principal
from tributary.api import to_do
from tributary.api.auth import requires, signed_in
from tributary.api.context import ContextDep, ReadSession
from tributary.profiles import PeopleFilter

router = APIRouter(prefix="/overview", tags=["overview"])

Reader = Annotated[Principal, requires("profiles:read")]
Caller = Annotated[Principal, signed_in()]
_LATELY = timedelta(days=7)


class PeopleFilters(BaseModel):
    """For each number, the query parameters of `GET /api/v1/profiles` that list these very people."""

    people: dict[str, str]
    identified: dict[str, str]
    new_7d: dict[str, str]
    active_7d: dict[str, str]


class PeopleOut(BaseModel):
    """How many people there are as of `computed_at`."""

    people: int
    identified: int = Field(description="Known by more than ids of browsers and devices.")
    new_7d: int = Field(description="First seen within 7 days.")
    active_7d: int = Field(description="Last seen within 7 days, exact to an hour.")
    filters: PeopleFilters
    computed_at: datetime


class ToDoOut(BaseModel):
    """Something that waits. It names its target if that is a single one; `count` is how many there are."""

    code: to_do.Code
    count: int
    target_type: to_do.Target
    target_id: str | None
    name: str | None


class ToDoList(BaseModel):
    """What waits, the most urgent first; only what the caller may look at."""

    items: list[ToDoOut]


@router.get("/people", operation_id="get_people_overview", summary="How many people")
def get_people_overview(caller: Reader, context: ContextDep) -> PeopleOut:
    """People, and what their lists are asked with."""
    now = context.clock.now()
    since = now - _LATELY
    text = since.isoformat().replace("+00:00", "Z")
    people, identified, new, active = profiles.count_people(
        context.warehouse,
        caller.workspace_id,
        [
            PeopleFilter(),
            PeopleFilter(is_identified=True),
            PeopleFilter(first_seen_since=since),
            PeopleFilter(last_seen_since=since),
        ],
    )
    return PeopleOut(
        people=people,
        identified=identified,
        new_7d=new,
        active_7d=active,
        filters=PeopleFilters(
            people={},
            identified={"identified": "true"},
            new_7d={"first_seen_since": text},
            active_7d={"last_seen_since": text},
        ),
        computed_at=now,
    )


@router.get("/to-do", operation_id="list_to_do", summary="What waits for somebody")
def list_to_do(caller: Caller, session: ReadSession, context: ContextDep) -> ToDoList:
    """What failed, waits, or was not begun yet."""
    found = to_do.to_do(session, caller, context.clock.now(), context.pipeline_status())
    return ToDoList(items=[ToDoOut.model_validate(item, from_attributes=True) for item in found])
