"""The catalogue for editors: which traits, events and properties there are, and the commonest values of one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tributary import governance, profiles
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep
from tributary.api.locale import LocaleDep
from tributary.api.personal import PersonalFields
from tributary.api.problems import problems
from tributary.errors import InvalidRequest
from tributary.governance import ListedField

router = APIRouter(prefix="/fields", tags=["fields"])

Reader = Annotated[Principal, requires("audiences:read")]

FieldTypeName = Literal["text", "number", "boolean", "datetime", "date", "list"]


class FieldOut(BaseModel):
    """A trait or a property of an event. Names that are agreed upon are there before they first arrive."""

    name: str
    type: FieldTypeName
    label: str | None = Field(description="What it is called, where its meaning is agreed.")
    is_personal: bool = Field(description="Its values are masked, and none are offered for completion.")
    last_seen: datetime | None = Field(description="Null when it never arrived; may lag by an hour.")
    coverage: float | None = Field(
        description="The share of people, or of events of this name, that have it, from 0 to 1, out of a sample; null "
        "when it is not known."
    )


class EventFieldsOut(BaseModel):
    """An event and its properties."""

    name: str
    label_hint: str | None = Field(description="What a standard event is called.")
    kind: Literal["track", "page", "screen", "identify", "group", "alias"]
    last_seen: datetime | None = Field(description="Null when none has arrived.")
    volume_30d: int | None = Field(description="Events of the last 30 days; null when counting takes too long.")
    properties: list[FieldOut]


class FieldsOut(BaseModel):
    """What rules can name, what is used most first. Counts and shares may be some minutes old."""

    traits: list[FieldOut]
    events: list[EventFieldsOut]


class CommonValueOut(BaseModel):
    """A value, and how many people (of a trait) or events (of a property) have it."""

    value: Any
    count: int


class FieldValuesOut(BaseModel):
    """The commonest values. `is_hidden`: the field is personal, so none are told. `is_exact` is false when a sample of
    the people was counted.
    """

    items: list[CommonValueOut]
    is_hidden: bool
    is_exact: bool


@router.get("", operation_id="list_fields", summary="Traits, events and properties")
def list_fields(caller: Reader, context: ContextDep, locale: LocaleDep) -> FieldsOut:
    """Everything that rules can name, with how much of it there is."""
    workspace_id = caller.workspace_id
    facts = governance.field_facts(context.warehouse, workspace_id, context.clock.now())
    with context.store.read() as session:
        found = governance.list_fields(session, workspace_id, facts, locale)
        personal = PersonalFields(session, workspace_id)
    return FieldsOut(
        traits=[_field(field, personal.hides_trait(field.name)) for field in found.traits],
        events=[
            EventFieldsOut(
                name=event.name,
                label_hint=event.label,
                kind=event.kind,
                last_seen=event.last_seen,
                volume_30d=event.volume_30d,
                properties=[
                    _field(field, personal.hides_property(event.name, field.name)) for field in event.properties
                ],
            )
            for event in found.events
        ],
    )


@router.get(
    "/values", operation_id="list_field_values", summary="The commonest values of a field", responses=problems(400, 422)
)
def list_field_values(
    caller: Reader,
    context: ContextDep,
    kind: Literal["trait", "property"],
    name: Annotated[str, Query(max_length=200)],
    event: Annotated[str, Query(max_length=200, description="Whose property it is.")] = "",
    search: Annotated[str, Query(max_length=200, description="Part of the value, in any letter case.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> FieldValuesOut:
    """Values to choose from while a rule is written; none of a field that is not known."""
    if kind == "property" and not event:
        raise InvalidRequest("A property belongs to an event.", cure="Name the event.", path="query.event")
    with context.store.read() as session:
        catalog = governance.load_catalog(session, caller.workspace_id)
        personal = PersonalFields(session, caller.workspace_id)
    field = catalog.traits.get(name) if kind == "trait" else catalog.properties.get(event, {}).get(name)
    if personal.hides(kind, event, name):
        return FieldValuesOut(items=[], is_hidden=True, is_exact=True)
    if field is None:
        return FieldValuesOut(items=[], is_hidden=False, is_exact=True)
    found = governance.common_values(
        context.warehouse, caller.workspace_id, kind, event, field, search=search.strip(), limit=limit
    )
    items = [
        CommonValueOut(value=each.value, count=each.count)
        for each in found.values
        if profiles.mask_trait("", each.value) == each.value  # an address in a field that should hold none
    ]
    return FieldValuesOut(items=items, is_hidden=False, is_exact=found.is_exact)


def _field(field: ListedField, is_personal: bool) -> FieldOut:
    return FieldOut.model_validate(
        {
            "name": field.name,
            "type": field.type,
            "label": field.label,
            "is_personal": is_personal,
            "last_seen": field.last_seen,
            "coverage": field.coverage,
        }
    )
