"""What was known about a person at a moment in the past."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession
from tributary.api.people import Reveal, note_revealed, own_profile, personal_traits
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.profiles import known_at, mask_identifier, mask_trait

router = APIRouter(prefix="/profiles", tags=["profiles"])

Reader = Annotated[Principal, requires("profiles:read")]


class PastTrait(BaseModel):
    """A trait's value as it was known then, who had said it, and when."""

    value: Any
    source_id: str
    timestamp: datetime
    message_id: str


class PastIdentifier(BaseModel):
    """An identifier that had been seen by then."""

    type: str
    value: str


class ProfilePast(BaseModel):
    """A person as of `moment`: what had been received by then, read by the rules of today. Who is who is taken as it
    is understood today.
    """

    profile_id: str
    moment: datetime
    traits: dict[str, PastTrait]
    identifiers: list[PastIdentifier]
    is_complete: bool = Field(description="False if the person has more statements than are read.")
    is_masked: bool


@router.get(
    "/{profile_id}/past",
    operation_id="get_profile_past",
    summary="What was known about a person at a moment",
    responses=problems(400, 404),
)
def get_profile_past(
    profile_id: str,
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    moment: Annotated[AwareDatetime, Query(description="With its offset, such as 2026-05-01T00:00:00+08:00.")],
    reveal: Reveal = False,
) -> ProfilePast:
    """The golden record as it was at a moment, told again from the events that had arrived."""
    workspace_id = caller.workspace_id
    own = own_profile(session, workspace_id, profile_id)
    past = known_at(session, context.warehouse, workspace_id, own, moment)
    if reveal:
        note_revealed(context, caller, "profile.past_read", [past.profile_id])
    personal = personal_traits(session, workspace_id)
    return ProfilePast(
        profile_id=encode_profile_id(past.profile_id),
        moment=moment,
        traits={
            name: PastTrait(
                value=value if reveal else mask_trait(name, value, personal),
                source_id=source_id,
                timestamp=datetime.fromtimestamp(at_ms / 1000, UTC),
                message_id=message_id,
            )
            for name, (value, at_ms, message_id, source_id, _) in past.traits.items()
        },
        identifiers=[
            PastIdentifier(type=type_, value=value if reveal else mask_identifier(type_, value))
            for type_, value in past.identifiers
        ],
        is_complete=past.is_complete,
        is_masked=not reveal,
    )
