"""People: finding them, their golden record, their history, and why they are one person. Personal data is hidden
unless the caller may reveal it and asks for it; that is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from tributary import profiles
from tributary.access import Principal, get_workspace
from tributary.api.accounts import encode_account_id
from tributary.api.auth import requires
from tributary.api.context import Context, ContextDep, ReadSession
from tributary.api.event_changes import EventChanges
from tributary.api.event_mask import EventMask
from tributary.api.locale import LocaleDep, Text
from tributary.api.paging import Page, PageQuery, PageRequest, page_of
from tributary.api.people import Reveal, known_values, note_revealed
from tributary.api.personal import REVEAL
from tributary.api.problems import problems
from tributary.core.ids import decode_profile_id, encode_profile_id
from tributary.errors import InvalidRequest
from tributary.identity import canonical_profile_id, links_of, merges_of
from tributary.profiles import (
    UNMASKED_IDENTIFIERS,
    PeopleFilter,
    Profile,
    Strategy,
    TimelineEvent,
    account_name,
    mask_identifier,
    mask_properties,
    mask_trait,
)
from tributary.rules import Locale
from tributary.store import Session

router = APIRouter(prefix="/profiles", tags=["profiles"])

Reader = Annotated[Principal, requires("profiles:read")]
EventNames = Annotated[list[str] | None, Query(max_length=200, description="Only events of these names.")]
_MAX_IDS = 50
_MAX_DAYS = 1000
_NOBODY: dict[Locale, str] = {
    "zh": "没有找到。可按手机号、邮箱、用户 ID 等任一标识或其开头搜索，不支持按姓名搜索。",
    "en": "Nobody was found. People are searched by identifiers (phone, e-mail, user id, …) or how one begins, not by"
    " their names.",
}
_NOBODY_WHOLE: dict[Locale, str] = {
    "zh": "没有找到。你看到的标识已脱敏，因此只能按完整的手机号、邮箱、用户 ID 等标识搜索，不支持按姓名搜索。",
    "en": "Nobody was found. You see identifiers masked, so people are searched by whole identifiers (phone, e-mail,"
    " user id, …) only, not by how one begins nor by their names.",
}


class IdentifierOut(BaseModel):
    """An identifier and where it was first seen."""

    type: str
    value: str
    first_seen: datetime
    source_id: str


class ProfileOut(BaseModel):
    """One person in a list. `display_name` is what to call them: a name, else an address or a customer id; null when
    nothing is known but ids of browsers. It is masked like everything.
    """

    id: str
    display_name: str | None
    traits: dict[str, Any]
    identifiers: list[IdentifierOut]
    first_seen: datetime
    last_seen: datetime


class ProfilePage(Page[ProfileOut]):
    """People, and why a search found nobody."""

    note: str | None


class IdentifierRef(BaseModel):
    """An identifier by name."""

    type: str
    value: str


class TraitOut(BaseModel):
    """A trait's value and where it comes from. `identifier` is null if that was erased.

    `rule` is how it was chosen among what the sources say; `others` counts the other sources that say something else.
    """

    value: Any
    rule: Strategy
    others: int
    source_id: str
    identifier: IdentifierRef | None
    timestamp: datetime
    message_id: str


class GroupOut(BaseModel):
    """An account that the person belongs to. `account_id` names it in this API, `id` is what events call it."""

    id: str
    account_id: str = Field(description="`acc_…`")
    kind: str
    name: str | None
    traits: dict[str, Any]
    since: datetime


class ProfileDetail(BaseModel):
    """One person with the provenance of every trait. `is_masked` says that personal data is hidden."""

    id: str
    display_name: str | None
    traits: dict[str, TraitOut]
    identifiers: list[IdentifierOut]
    groups: list[GroupOut]
    first_seen: datetime
    last_seen: datetime
    is_masked: bool


class EventOut(BaseModel):
    """An event of a person. `changes` says what was standardised, what it was before, and why."""

    event: str
    type: str
    timestamp: datetime
    received_at: datetime
    message_id: str
    source_id: str
    properties: dict[str, Any]
    context: dict[str, Any]
    changes: EventChanges


class DayOut(BaseModel):
    """A day of the workspace's calendar, and how many events the person had."""

    day: date
    events: int


class Days(BaseModel):
    """The days with events, the newest first. `is_complete` is false if there are more than are listed."""

    items: list[DayOut]
    timezone: str
    is_complete: bool


class LinkOut(BaseModel):
    """A piece of evidence: two identifiers, whether they are linked, and the reason in words."""

    identifier: IdentifierRef
    other: IdentifierRef
    is_linked: bool
    rule: str
    reason: Text
    source_id: str
    message_id: str
    at: datetime


class MergeOut(BaseModel):
    """One profile that was taken up by this one, and the two identifiers that proved it."""

    absorbed_id: str
    survivor_id: str
    rule: str
    identifiers: list[IdentifierRef]
    actor: str
    source_id: str
    message_id: str
    at: datetime


class LinksOut(BaseModel):
    """Why the identifiers of a profile belong to one person, newest first."""

    links: list[LinkOut]
    merges: list[MergeOut]


@router.get("", operation_id="list_profiles", summary="People", responses=problems(400))
def list_profiles(
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    locale: LocaleDep,
    page: PageQuery,
    search: Annotated[
        str,
        Query(
            max_length=256,
            description="A `prf_…` id, an identifier of any type written in any usual way, or how one begins (only"
            " whole ones without profiles:reveal). Names are not searched. Has a single page, and goes without the"
            " other filters.",
        ),
    ] = "",
    ids: Annotated[
        str, Query(max_length=1000, description="Up to 50 `prf_…` ids with commas: these people, in this order.")
    ] = "",
    identified: Annotated[
        bool | None, Query(description="Known by more (true) or by nothing else (false) than ids of browsers.")
    ] = None,
    first_seen_since: Annotated[AwareDatetime | None, Query(description="First seen at this time or later.")] = None,
    last_seen_since: Annotated[
        AwareDatetime | None, Query(description="Last seen at this time or later, exact to an hour.")
    ] = None,
    reveal: Reveal = False,
) -> ProfilePage:
    """People, the newest first, or those with a certain identifier."""
    workspace_id, after, limit = caller.workspace_id, page.after_int(), page.limit + 1
    wanted = PeopleFilter(identified, first_seen_since, last_seen_since)
    may_reveal = REVEAL in caller.scopes
    has_filter = wanted != PeopleFilter()
    if sum((bool(search.strip()), bool(ids), has_filter)) > 1:
        raise InvalidRequest(
            "A search, ids and filters do not go together.", cure="Use one of them at a time.", path="search"
        )
    if search.strip():
        region = context.settings.pipeline.default_region
        shown = None if may_reveal else UNMASKED_IDENTIFIERS
        found = profiles.search_profiles(
            session, workspace_id, search, region=region, limit=page.limit, beginnings_of=shown
        )
    elif ids:
        found = profiles.named_profiles(session, workspace_id, _ids(ids))
        page = PageRequest(_MAX_IDS, None)
    elif has_filter:
        found = profiles.filter_profiles(session, context.warehouse, workspace_id, wanted, after=after, limit=limit)
    else:
        found = profiles.list_profiles(session, workspace_id, after=after, limit=limit)
    view = _View(session, caller, context, reveal, [each.id for each in found[: page.limit]], "profiles.listed")
    listed = page_of(found, page, view.summary, lambda each: (each.id,))
    note = (_NOBODY if may_reveal else _NOBODY_WHOLE)[locale] if search.strip() and not found else None
    return ProfilePage(items=listed.items, next_cursor=listed.next_cursor, note=note)


@router.get("/lookup", operation_id="find_profile", summary="Find a person", responses=problems(400))
def find_profile(
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    type: Annotated[str, Query(max_length=100, description="Type of the identifier, such as email.")],  # noqa: A002 (its name on the wire)
    value: Annotated[str, Query(max_length=256, description="Its value, written in any usual way.")],
    reveal: Reveal = False,
) -> ProfileDetail | None:
    """The person who owns an identifier; null if nobody does."""
    region = context.settings.pipeline.default_region
    found = profiles.find_profile(session, caller.workspace_id, type, value, region=region)
    if found is None:
        return None
    return _View(session, caller, context, reveal, [found.id], "profile.read").detail(session, found)


@router.get("/{profile_id}", operation_id="get_profile", summary="One person", responses=problems(404))
def get_profile(
    profile_id: str, caller: Reader, session: ReadSession, context: ContextDep, reveal: Reveal = False
) -> ProfileDetail:
    """One person. The id of a profile that was merged leads to the one that it belongs to now."""
    found = _get(session, caller, profile_id)
    return _View(session, caller, context, reveal, [found.id], "profile.read").detail(session, found)


@router.get(
    "/{profile_id}/timeline",
    operation_id="list_profile_events",
    summary="A person's events",
    responses=problems(400, 404),
)
def list_profile_events(
    profile_id: str,
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    page: PageQuery,
    event: EventNames = None,
    since: Annotated[AwareDatetime | None, Query(description="Happened at this time or later.")] = None,
    until: Annotated[
        AwareDatetime | None, Query(description="Happened at this time or before: jumps to a date.")
    ] = None,
    reveal: Reveal = False,
) -> Page[EventOut]:
    """What a person did, newest first, also under ids and profiles that were merged since."""
    found = _get(session, caller, profile_id)
    rows = profiles.timeline(
        session,
        context.warehouse,
        caller.workspace_id,
        found.id,
        before=_before(page.after),
        since=since,
        until=until,
        events=event or (),
        limit=page.limit + 1,
    )
    view = _View(session, caller, context, reveal, [found.id], "profile.timeline_read")
    return page_of(rows, page, view.events_of(found), lambda each: (each.timestamp.isoformat(), each.message_id))


@router.get(
    "/{profile_id}/timeline/days",
    operation_id="list_profile_days",
    summary="A person's events by day",
    responses=problems(404),
)
def list_profile_days(
    profile_id: str, caller: Reader, session: ReadSession, context: ContextDep, event: EventNames = None
) -> Days:
    """On which days, by the workspace's time zone, a person did something, and how much. The newest thousand days."""
    found = _get(session, caller, profile_id)
    timezone = get_workspace(session, caller.workspace_id).timezone
    days = profiles.timeline_days(
        session,
        context.warehouse,
        caller.workspace_id,
        found.id,
        timezone=timezone,
        events=event or (),
        limit=_MAX_DAYS + 1,
    )
    return Days(
        items=[DayOut(day=each.day, events=each.events) for each in days[:_MAX_DAYS]],
        timezone=timezone,
        is_complete=len(days) <= _MAX_DAYS,
    )


@router.get(
    "/{profile_id}/links", operation_id="get_profile_links", summary="Why it is one person", responses=problems(404)
)
def get_profile_links(
    profile_id: str, caller: Reader, session: ReadSession, context: ContextDep, reveal: Reveal = False
) -> LinksOut:
    """The evidence that joined a profile's identifiers, the links that were refused, and the merges."""
    found = _get(session, caller, profile_id)
    view = _View(session, caller, context, reveal, [found.id], "profile.links_read")
    return LinksOut(
        links=[
            LinkOut(
                identifier=view.ref(*each.identifier),
                other=view.ref(*each.other),
                is_linked=each.is_linked,
                rule=each.rule,
                reason=each.reason,
                source_id=each.source_id,
                message_id=each.message_id,
                at=each.at,
            )
            for each in links_of(session, caller.workspace_id, found.id)
        ],
        merges=[
            MergeOut(
                absorbed_id=encode_profile_id(each.absorbed_id),
                survivor_id=encode_profile_id(each.survivor_id),
                rule=each.rule,
                identifiers=[view.ref(*pair) for pair in each.identifiers],
                actor=each.actor,
                source_id=each.source_id,
                message_id=each.message_id,
                at=each.at,
            )
            for each in merges_of(session, caller.workspace_id, found.id)
        ],
    )


def _ids(text: str) -> list[str]:
    ids = [each.strip() for each in text.split(",") if each.strip()]
    if len(ids) > _MAX_IDS:
        raise InvalidRequest(f"These are too many ids: at most {_MAX_IDS} are taken.", cure="Ask twice.", path="ids")
    return ids


def _get(session: Session, caller: Principal, text: str) -> Profile:
    profile_id = canonical_profile_id(session, decode_profile_id(text))
    return profiles.get_profile(session, caller.workspace_id, profile_id)


def _before(after: tuple[Any, ...] | None) -> tuple[datetime, str] | None:
    if after is None:
        return None
    try:
        timestamp, message_id = after
        return datetime.fromisoformat(timestamp), str(message_id)
    except (TypeError, ValueError):
        raise InvalidRequest("The cursor belongs to another list.", cure="Start without one.", path="cursor") from None


class _View:
    """Turns people into answers, with personal data hidden or revealed.

    Raises:
        Forbidden: the caller asks to see personal data and may not.
    """

    def __init__(
        self, session: Session, caller: Principal, context: Context, reveal: bool, shown: Collection[int], action: str
    ) -> None:
        self._is_masked = not reveal
        self._mask: EventMask | None = None
        if reveal:
            note_revealed(context, caller, action, shown)
            return
        self._mask = EventMask(session, caller.workspace_id)

    def ref(self, type_: str, value: str) -> IdentifierRef:
        return IdentifierRef(type=type_, value=mask_identifier(type_, value) if self._is_masked else value)

    def summary(self, profile: Profile) -> ProfileOut:
        return ProfileOut(
            id=encode_profile_id(profile.id),
            display_name=self._name(profile),
            traits={name: self._trait(name, value) for name, value in profile.plain_traits().items()},
            identifiers=self._identifiers(profile),
            first_seen=profile.first_seen,
            last_seen=profile.last_seen,
        )

    def detail(self, session: Session, profile: Profile) -> ProfileDetail:
        choices = profiles.choices_of(session, profile)
        return ProfileDetail(
            id=encode_profile_id(profile.id),
            display_name=self._name(profile),
            traits={
                name: TraitOut(
                    value=self._trait(name, each.value),
                    rule=choices[name].rule,
                    others=choices[name].others,
                    source_id=each.source_id,
                    identifier=self.ref(*each.identifier) if each.identifier else None,
                    timestamp=each.timestamp,
                    message_id=each.message_id,
                )
                for name, each in profile.traits.items()
            },
            identifiers=self._identifiers(profile),
            groups=[
                GroupOut(
                    id=each.group_id,
                    account_id=encode_account_id(each.group_id),
                    kind=each.kind,
                    name=account_name(each.kind, each.traits, is_masked=self._is_masked),
                    traits=self._thing(each.traits),
                    since=each.since,
                )
                for each in profiles.groups_of(session, profile.workspace_id, profile)
            ],
            first_seen=profile.first_seen,
            last_seen=profile.last_seen,
            is_masked=self._is_masked,
        )

    def events_of(self, profile: Profile) -> Callable[[TimelineEvent], EventOut]:
        """Turns events of this person into answers."""
        known = known_values(profile, self._mask.traits) if self._mask else frozenset()
        return lambda event: self._event(event, known)

    def _event(self, event: TimelineEvent, known: frozenset[str]) -> EventOut:
        properties, context, changes = event.properties, event.context, event.changes
        if self._mask is not None:
            hide = self._mask.hider(event.event, event.type, known)
            changes = self._mask.changes(changes, properties, hide)
            properties, context = hide(properties), self._mask.context(context, known)
        return EventOut(
            event=event.event,
            type=event.type,
            timestamp=event.timestamp,
            received_at=event.received_at,
            message_id=event.message_id,
            source_id=event.source_id,
            properties=properties,
            context=context,
            changes=changes,
        )

    def _identifiers(self, profile: Profile) -> list[IdentifierOut]:
        return [
            IdentifierOut(
                type=each.type,
                value=mask_identifier(each.type, each.value) if self._is_masked else each.value,
                first_seen=each.first_seen,
                source_id=each.source_id,
            )
            for each in profile.identifiers
        ]

    def _name(self, profile: Profile) -> str | None:
        found = profiles.display_name(profile)
        if found is None:
            return None
        shown: str = found.value
        if self._mask is not None:
            shown = mask_trait(found.name, found.value, self._mask.traits | {found.name})
        return shown

    def _trait(self, name: str, value: Any) -> Any:
        return mask_trait(name, value, self._mask.traits) if self._mask else value

    def _thing(self, values: dict[str, Any]) -> dict[str, Any]:
        return mask_properties(values, self._mask.traits) if self._mask else values
