"""Live events: what arrived lately, as it came beside as it was stored, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import func, select

from tributary import identity, pipeline, profiles
from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.context import Context, ContextDep, ReadSession
from tributary.api.event_changes import EventChanges
from tributary.api.event_mask import EventMask
from tributary.api.locale import LocaleDep, Text
from tributary.api.paging import decode_cursor, encode_cursor
from tributary.api.people import Reveal, known_values
from tributary.api.personal import REVEAL
from tributary.api.problems import problems
from tributary.core.ids import decode_profile_id, encode_profile_id
from tributary.errors import InvalidRequest
from tributary.pipeline import RecentEvent, Status
from tributary.profiles import mask_event, mask_text
from tributary.rules import Locale
from tributary.store import Session
from tributary.store.tables.governance import Field as CatalogField

router = APIRouter(prefix="/events", tags=["events"])

Reader = Annotated[Principal, requires("events:read")]
_LEAST_TEXT = 3  # characters that are looked for inside quarantined events; fewer would find all of them


class RecentEventOut(BaseModel):
    """An event that arrived lately. `raw` is what came, `canonical` what was stored; personal data in them is hidden
    unless revealed. `raw` is null if it was no JSON object or very large, `canonical` unless the event was stored.
    """

    id: str
    received_at: datetime
    timestamp: datetime
    status: Status = Field(description="`changed`: stored, and something in it was standardised.")
    type: str
    event: str
    source_id: str
    message_id: str = Field(description="Empty for suppressed events: nothing of theirs is kept.")
    profile_id: str | None = Field(description="Who it belongs to today.")
    reason: str | None = Field(description="Why it is in quarantine, as a code.")
    reason_text: str | None = Field(description="The same in words, with what to do.")
    detail: Text | None = Field(description="What exactly is wrong with it.")
    quarantine_id: str | None
    raw: dict[str, Any] | None
    canonical: dict[str, Any] | None
    changes: EventChanges
    stands_for: int = Field(description="How many events like it this one stands for; 1 unless events were left out.")


class RecentEvents(BaseModel):
    """The newest events, newest first. Pass `cursor` as `after` to get what comes next."""

    items: list[RecentEventOut]
    cursor: str
    total: int = Field(description="How many events there were, also those that were not kept for this view.")
    shown: int = Field(description="How many of them are in `items`.")
    is_sampled: bool = Field(description="Much came in at once, so not every event was kept for this view.")
    is_masked: bool


class EventNameOut(BaseModel):
    """A name that events have. `last_seen` may lag by an hour."""

    name: str
    last_seen: datetime


class EventNames(BaseModel):
    """The names of all events, the latest first."""

    items: list[EventNameOut]


@router.get("/recent", operation_id="list_recent_events", summary="Live events", responses=problems(400, 403, 404))
def list_recent_events(
    caller: Reader,
    context: ContextDep,
    locale: LocaleDep,
    after: Annotated[
        str | None, Query(max_length=200, description="`cursor` of the last answer: only what is newer.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    source_id: Annotated[str | None, Query(max_length=100)] = None,
    event: Annotated[list[str] | None, Query(max_length=100, description="Only events of these names.")] = None,
    status: Annotated[list[Status] | None, Query(description="Only those that became this.")] = None,
    person: Annotated[
        str | None,
        Query(
            max_length=256,
            description="`prf_…`, or an identifier written in any usual way. Quarantined events are searched for the"
            " text, without profiles:reveal for whole values only.",
        ),
    ] = None,
    since: Annotated[AwareDatetime | None, Query(description="Received at this time or later.")] = None,
    reveal: Reveal = False,
) -> RecentEvents:
    """What arrived in the last 24 hours, newest first, whatever became of it. Asked with `after`, what is new since.

    When very much arrives, a part of it is kept for this view: of every kind some, quarantined and changed ones first.
    """
    if reveal:
        caller.require("profiles:reveal")
    who = None
    if person is not None and person.strip():
        caller.require("profiles:read")  # it answers who somebody is, as a search for people does
        with context.store.read() as session:
            who = _person(session, context, caller, person.strip())
    recent = pipeline.recent_events(
        context.warehouse,
        caller.workspace_id,
        context.clock.now(),
        after=_place(after),
        since=since,
        source_id=source_id,
        events=event or (),
        statuses=status or (),
        person=who,
        limit=limit,
    )
    if reveal and recent.items:
        _note_revealed(context, caller, recent.items)
    with context.store.read() as session:
        view = _View(session, caller, recent.items, locale, reveal=reveal)
    return RecentEvents(
        items=[view.event(each) for each in recent.items],
        cursor=encode_cursor(*recent.place),
        total=recent.total,
        shown=len(recent.items),
        is_sampled=recent.total > recent.kept or any(each.stands_for > 1 for each in recent.items),
        is_masked=not reveal,
    )


@router.get("/names", operation_id="list_event_names", summary="Names of events")
def list_event_names(caller: Reader, session: ReadSession, context: ContextDep) -> EventNames:
    """The names of all events that arrived, for filters."""
    rows = session.execute(
        select(CatalogField.event, func.max(CatalogField.last_seen))
        .where(CatalogField.workspace_id == caller.workspace_id, CatalogField.event != "")
        .group_by(CatalogField.event)
    )
    seen: dict[str, datetime] = {row[0]: row[1] for row in rows}
    for each in pipeline.recent_names(context.warehouse, caller.workspace_id, context.clock.now()):
        seen[each.name] = max(each.last_seen, seen.get(each.name, each.last_seen))
    latest = sorted(seen.items(), key=lambda item: (-item[1].timestamp(), item[0]))
    return EventNames(items=[EventNameOut(name=name, last_seen=at) for name, at in latest])


def _place(after: str | None) -> pipeline.Place | None:
    if not after:
        return None
    match decode_cursor(after):
        case (int(batch), int(seen)) if 0 <= batch < 1 << 63 and 0 <= seen < 1 << 32:
            return pipeline.Place(batch, seen)
    raise InvalidRequest("The cursor belongs to another list.", cure="Start without one.", path="after")


def _person(session: Session, context: Context, caller: Principal, text: str) -> pipeline.Person:
    """Whose events are meant.

    Raises:
        NotFound: `prf_…` is nobody here.
    """
    workspace_id = caller.workspace_id
    if text.startswith("prf_"):
        found = profiles.get_profile(session, workspace_id, decode_profile_id(text))
        return pipeline.Person(_all_ids(session, [found.id]), [each.id for each in found.identifiers])
    region = context.settings.pipeline.default_region
    types = identity.load_types(session, workspace_id, region=region)
    claims = [claim for each in types if isinstance(claim := types.claim(each.name, text), identity.Claim)]
    owners = [identity.find_owner(session, workspace_id, claim.type, claim.value) for claim in claims]
    ids = _all_ids(session, [owner for owner in owners if owner is not None])
    quarantined = text
    if REVEAL not in caller.scopes:
        # Whoever sees what is in them masked may only ask for a whole value: a part would spell it out.
        quarantined = msgspec.json.encode(text).decode()
    return pipeline.Person(ids, [claim.id for claim in claims], quarantined if len(text) >= _LEAST_TEXT else "")


def _all_ids(session: Session, profile_ids: Iterable[int]) -> list[int]:
    return [each for current in profile_ids for each in (current, *identity.absorbed_by(session, current))]


def _note_revealed(context: Context, caller: Principal, items: Iterable[RecentEvent]) -> None:
    people = sorted({encode_profile_id(each.profile_id) for each in items if each.profile_id})
    with context.store.begin() as session:
        audit(session, caller, "events.recent_read_revealed", "events", "recent", {"profile_ids": people})


class _View:
    """Turns events into answers, with personal data hidden or revealed."""

    def __init__(
        self, session: Session, caller: Principal, items: Iterable[RecentEvent], locale: Locale, *, reveal: bool
    ) -> None:
        self._locale = locale
        self._mask = None if reveal else EventMask(session, caller.workspace_id)
        self._known: dict[int, frozenset[str]] = {}
        if self._mask is not None:
            ids = {each.profile_id for each in items if each.profile_id}
            people = profiles.get_profiles(session, caller.workspace_id, ids)
            self._known = {id_: known_values(each, self._mask.traits) for id_, each in people.items()}

    def event(self, each: RecentEvent) -> RecentEventOut:
        raw, canonical, changes = each.raw, each.canonical, each.changes
        if self._mask is not None:
            known = self._known.get(each.profile_id or 0, frozenset())
            raw = None if raw is None else mask_event(raw, self._mask.of_event(each.event), known)
            if canonical is not None:
                part = "traits" if each.type == "identify" else "properties"
                hide = self._mask.hider(each.event, each.type, known)
                changes = self._mask.changes(changes, canonical[part], hide)
                canonical = {
                    **canonical,
                    **({"userId": mask_text(canonical["userId"])} if "userId" in canonical else {}),
                    part: hide(canonical[part]),
                    "context": self._mask.context(canonical["context"], known),
                }
        return RecentEventOut(
            id=each.id,
            received_at=each.received_at,
            timestamp=each.timestamp,
            status=each.status,
            type=each.type,
            event=each.event,
            source_id=each.source_id,
            message_id=each.message_id,
            profile_id=encode_profile_id(each.profile_id) if each.profile_id else None,
            reason=each.reason,
            reason_text=pipeline.reason_text(each.reason, self._locale) if each.reason else None,
            detail=each.detail,
            quarantine_id=each.quarantine_id,
            raw=raw,
            canonical=canonical,
            changes=changes,
            stands_for=each.stands_for,
        )
