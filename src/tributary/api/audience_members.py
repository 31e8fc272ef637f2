"""Who is in an audience, who entered and exited, and why somebody is (not) in it.

These answers are about people, so they need `profiles:read` besides `audiences:read`. Personal values are masked unless
the caller may reveal them and asks for it; that is written down. Where they are masked, whether a condition on them
holds is not told either: asked often enough, `starts_with` would spell the value out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from tributary import audiences, profiles, rules
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import Context, ContextDep, ReadSession
from tributary.api.definitions import PEOPLE, RuleIn
from tributary.api.locale import LocaleDep
from tributary.api.paging import Page, PageQuery, PageRequest, page_of
from tributary.api.people import Reveal, note_revealed, own_profile
from tributary.api.person_summaries import PersonSummary, summaries
from tributary.api.personal import PersonalFields
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.errors import Conflict, InvalidRequest, NotFound
from tributary.governance import load_catalog
from tributary.governance.rule_check import conditions_of
from tributary.identity import Claim, canonical_profile_id, load_types
from tributary.rules import Why, tree
from tributary.store import Session

router = APIRouter(tags=["audiences"])

Reader = Annotated[Principal, requires("audiences:read")]
AudienceId = Annotated[str, Path(description="`aud_…`")]
ProfileId = Annotated[str, Path(description="`prf_…`")]

_LIKE = 20  # people who may have the identifier that is asked about, each as another type


class RuleWhyIn(RuleIn):
    """A rule that need not be saved, and a person: by id, or by any identifier."""

    profile_id: str | None = None
    identifier: str | None = Field(
        default=None,
        min_length=1,
        max_length=256,
        description="Instead of `profile_id`: an address, a phone number, a user id, written in any usual way.",
    )


class WhyOut(BaseModel):
    """One condition or group, with what the person has.

    `is_hidden`: the value is personal. `actual` is masked, and `holds` is null unless the condition only asks whether
    there is a value. A group's `holds` is null when it hangs on such a condition.
    """

    path: str
    kind: str
    sentence: str
    holds: bool | None
    actual: Any
    is_hidden: bool
    parts: list[WhyOut]


class RuleWhyOut(WhyOut):
    """Why an unsaved rule does (not) hold for a person."""

    person: PersonSummary


class MembershipWhyOut(BaseModel):
    """Why somebody is (not) in an audience. `is_selected` is asked now and null when it hangs on a personal value that
    is masked; `is_member` is what run `run` found.
    """

    profile_id: str
    is_selected: bool | None
    is_member: bool
    run: int | None
    asked_at: datetime
    why: WhyOut


class PersonAudience(BaseModel):
    """An audience that holds a person."""

    id: str
    name: str
    refreshed_at: datetime | None


class PersonAudiences(BaseModel):
    """The audiences of a person, by name."""

    items: list[PersonAudience]


@router.post(
    "/audiences/why",
    operation_id="explain_rule_for_person",
    summary="Why does an unsaved rule (not) hold for a person?",
    responses=problems(400, 403, 404, 409, 422),
)
def explain_rule_for_person(
    body: RuleWhyIn, caller: Reader, context: ContextDep, locale: LocaleDep, reveal: Reveal = False
) -> RuleWhyOut:
    """Each condition, whether it holds, and the actual value."""
    caller.require(PEOPLE)
    with context.store.read() as session:
        profile_id = _asked_person(session, context, caller, body)
        catalog = load_catalog(session, caller.workspace_id)
        secrets = _secrets(session, caller, body.rule)
        why = audiences.why_rule(
            session, context.warehouse, catalog, body.rule, profile_id, context.clock.now(), locale=locale
        )
        person = summaries(session, context, caller, [profile_id])(profile_id)
    if reveal:
        note_revealed(context, caller, "profile.read", [profile_id])
        secrets = _Secrets()
    return RuleWhyOut(**dict(_why(why, secrets)), person=person)


@router.get(
    "/audiences/{audience_id}/members",
    operation_id="list_audience_members",
    summary="Who is in it",
    responses=problems(403, 404),
)
def list_audience_members(
    audience_id: AudienceId, caller: Reader, session: ReadSession, context: ContextDep, page: PageQuery
) -> Page[PersonSummary]:
    """The people in the newest finished run."""
    caller.require(PEOPLE)
    audience = audiences.get_audience(session, caller.workspace_id, audience_id)
    found = audiences.list_members(context.warehouse, audience, after=page.after_int() or 0, limit=page.limit + 1)
    return _people(session, context, caller, found, page)


@router.get(
    "/audiences/{audience_id}/runs/{run}/entered",
    operation_id="list_audience_entered",
    summary="Who entered",
    responses=problems(403, 404),
)
def list_audience_entered(
    audience_id: AudienceId, run: int, caller: Reader, session: ReadSession, context: ContextDep, page: PageQuery
) -> Page[PersonSummary]:
    """The people who are in this run and were not in the one before it."""
    caller.require(PEOPLE)
    found = audiences.get_run(session, caller.workspace_id, audience_id, run)
    after, limit = page.after_int() or 0, page.limit + 1
    people = audiences.list_entered(session, context.warehouse, found, after=after, limit=limit)
    return _people(session, context, caller, people, page)


@router.get(
    "/audiences/{audience_id}/runs/{run}/exited",
    operation_id="list_audience_exited",
    summary="Who exited",
    responses=problems(403, 404),
)
def list_audience_exited(
    audience_id: AudienceId, run: int, caller: Reader, session: ReadSession, context: ContextDep, page: PageQuery
) -> Page[PersonSummary]:
    """The people who were in the run before this one and no longer are."""
    caller.require(PEOPLE)
    found = audiences.get_run(session, caller.workspace_id, audience_id, run)
    after, limit = page.after_int() or 0, page.limit + 1
    people = audiences.list_exited(session, context.warehouse, found, after=after, limit=limit)
    return _people(session, context, caller, people, page)


@router.get(
    "/audiences/{audience_id}/why/{profile_id}",
    operation_id="explain_audience_membership",
    summary="Why is a person (not) in it?",
    responses=problems(403, 404, 422),
)
def explain_audience_membership(
    audience_id: AudienceId,
    profile_id: ProfileId,
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    locale: LocaleDep,
    reveal: Reveal = False,
) -> MembershipWhyOut:
    """Each condition of the newest definition, whether it holds now, and the actual value."""
    caller.require(PEOPLE)
    audience = audiences.get_audience(session, caller.workspace_id, audience_id)
    person = own_profile(session, caller.workspace_id, profile_id)
    version = audiences.get_version(session, caller.workspace_id, audience_id, audience.current_version)
    found = audiences.why_member(session, context.warehouse, audience, person, context.clock.now(), locale=locale)
    if reveal:
        note_revealed(context, caller, "profile.read", [found.profile_id])
    why = _why(found.why, _Secrets() if reveal else _secrets(session, caller, version.rule))
    return MembershipWhyOut(
        profile_id=encode_profile_id(found.profile_id),
        is_selected=why.holds,
        is_member=found.is_member,
        run=found.run,
        asked_at=found.now,
        why=why,
    )


@router.get("/profiles/{profile_id}/audiences", operation_id="list_profile_audiences", summary="Audiences of a person")
def list_profile_audiences(
    profile_id: ProfileId, caller: Reader, session: ReadSession, context: ContextDep
) -> PersonAudiences:
    """The audiences whose newest run holds this person."""
    caller.require(PEOPLE)
    person = own_profile(session, caller.workspace_id, profile_id)
    found = audiences.audiences_of(session, context.warehouse, caller.workspace_id, person)
    return PersonAudiences(items=[PersonAudience.model_validate(row, from_attributes=True) for row in found])


def _asked_person(session: Session, context: Context, caller: Principal, body: RuleWhyIn) -> int:
    """The number of the person of today who is asked about."""
    if (body.profile_id is None) == (body.identifier is None):
        raise InvalidRequest("Name one person.", cure="Give either profile_id or identifier.", path="body.profile_id")
    if body.profile_id is not None:
        return canonical_profile_id(session, own_profile(session, caller.workspace_id, body.profile_id))
    text, region = str(body.identifier), context.settings.pipeline.default_region
    types = load_types(session, caller.workspace_id, region=region)
    owners = set()
    found = profiles.search_profiles(session, caller.workspace_id, text, region=region, limit=_LIKE, beginnings_of=())
    for profile in found:
        claims = [(types.claim(each.type, text), each.value) for each in profile.identifiers]
        is_id = text.strip().lower() == encode_profile_id(profile.id)
        if is_id or any(isinstance(claim, Claim) and claim.value == value for claim, value in claims):
            owners.add(profile.id)
    if not owners:
        raise NotFound("Nobody has this identifier.", cure="Check how it is written, or look the person up first.")
    if len(owners) > 1:
        raise Conflict("Several people have this identifier.", cure="Look the person up, and ask by their id.")
    return owners.pop()


def _people(
    session: Session, context: Context, caller: Principal, found: Sequence[int], page: PageRequest
) -> Page[PersonSummary]:
    summary = summaries(session, context, caller, found[: page.limit])
    return page_of(found, page, summary, lambda profile_id: (profile_id,))


@dataclass(frozen=True, slots=True)
class _Secrets:
    """What of an answer may not be shown. `traits` maps paths of conditions on traits to the trait's name, for masking
    the value; `silent` are the paths of conditions of which not even is told whether they hold.
    """

    traits: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()


def _secrets(session: Session, caller: Principal, rule: dict[str, Any]) -> _Secrets:
    fields = PersonalFields(session, caller.workspace_id)
    leaves = list(conditions_of(rules.decode(rule)))
    return _Secrets(
        {path: leaf.trait for leaf, path in leaves if isinstance(leaf, tree.Trait)},
        frozenset(path for leaf, path in leaves if fields.asked(leaf) is not None),
        fields.traits,
    )


def _why(why: Why, secrets: _Secrets) -> WhyOut:
    parts = [_why(part, secrets) for part in why.parts]
    is_silent = why.path in secrets.silent
    actual = why.actual
    if why.path in secrets.traits:
        actual = profiles.mask_trait(secrets.traits[why.path], actual, secrets.personal)
    elif is_silent:
        actual = None  # how many events have the value tells as much as whether one has
    return WhyOut(
        path=why.path,
        kind=why.kind,
        sentence=why.sentence,
        holds=_group_holds(why, parts) if parts else None if is_silent else why.holds,
        actual=actual,
        is_hidden=is_silent or actual != why.actual,
        parts=parts,
    )


def _group_holds(why: Why, parts: Sequence[WhyOut]) -> bool | None:
    """Whether a group holds as far as the answers of its parts tell; what they leave open stays open."""
    held = [part.holds for part in parts]
    decides = {"all": False, "any": True, "not": True}[why.kind]  # one such part settles it, whatever the others say
    return why.holds if None not in held or decides in held else None
