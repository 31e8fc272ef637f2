"""Who is in an audience, who entered and exited, and why somebody is (not) in it.

These answers are about people, so they need `profiles:read` besides `audiences:read`; personal values are shown only to
who may reveal them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from tributary import audiences, rules
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession
from tributary.api.definitions import PEOPLE
from tributary.api.locale import LocaleDep
from tributary.api.paging import Page, PageQuery, PageRequest, page_of
from tributary.api.people import hidden_traits, own_profile
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.governance import load_catalog
from tributary.governance.rule_check import conditions_of
from tributary.rules import Why, tree

router = APIRouter(tags=["audiences"])

Reader = Annotated[Principal, requires("audiences:read")]
AudienceId = Annotated[str, Path(description="`aud_…`")]
ProfileId = Annotated[str, Path(description="`prf_…`")]


class RuleWhyIn(Body):
    """A rule that need not be saved, and a person."""

    rule: dict[str, Any]
    profile_id: str


class WhyOut(BaseModel):
    """One condition or group, with what the person has. `is_hidden`: the value is personal and not shown to you."""

    path: str
    kind: str
    sentence: str
    holds: bool
    actual: Any
    is_hidden: bool
    parts: list[WhyOut]


class MembershipWhyOut(BaseModel):
    """Why somebody is (not) in an audience. `is_selected` is asked now; `is_member` is what run `run` found."""

    profile_id: str
    is_selected: bool
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
    responses=problems(403, 404, 422),
)
def explain_rule_for_person(body: RuleWhyIn, caller: Reader, context: ContextDep, locale: LocaleDep) -> WhyOut:
    """Each condition, whether it holds, and the actual value."""
    caller.require(PEOPLE)
    with context.store.read() as session:
        profile_id = own_profile(session, caller.workspace_id, body.profile_id)
        catalog = load_catalog(session, caller.workspace_id)
        hidden = _hidden_paths(body.rule, hidden_traits(session, caller))
        why = audiences.why_rule(
            session, context.warehouse, catalog, body.rule, profile_id, context.clock.now(), locale=locale
        )
    return _why(why, hidden)


@router.get(
    "/audiences/{audience_id}/members",
    operation_id="list_audience_members",
    summary="Who is in it",
    responses=problems(403, 404),
)
def list_audience_members(
    audience_id: AudienceId, caller: Reader, session: ReadSession, context: ContextDep, page: PageQuery
) -> Page[str]:
    """Ids of the people in the newest finished run."""
    caller.require(PEOPLE)
    audience = audiences.get_audience(session, caller.workspace_id, audience_id)
    return _people(
        audiences.list_members(context.warehouse, audience, after=page.after_int() or 0, limit=page.limit + 1), page
    )


@router.get(
    "/audiences/{audience_id}/runs/{run}/entered",
    operation_id="list_audience_entered",
    summary="Who entered",
    responses=problems(403, 404),
)
def list_audience_entered(
    audience_id: AudienceId, run: int, caller: Reader, session: ReadSession, context: ContextDep, page: PageQuery
) -> Page[str]:
    """Ids of the people who are in this run and were not in the one before it."""
    caller.require(PEOPLE)
    found = audiences.get_run(session, caller.workspace_id, audience_id, run)
    after, limit = page.after_int() or 0, page.limit + 1
    return _people(audiences.list_entered(session, context.warehouse, found, after=after, limit=limit), page)


@router.get(
    "/audiences/{audience_id}/runs/{run}/exited",
    operation_id="list_audience_exited",
    summary="Who exited",
    responses=problems(403, 404),
)
def list_audience_exited(
    audience_id: AudienceId, run: int, caller: Reader, session: ReadSession, context: ContextDep, page: PageQuery
) -> Page[str]:
    """Ids of the people who were in the run before this one and no longer are."""
    caller.require(PEOPLE)
    found = audiences.get_run(session, caller.workspace_id, audience_id, run)
    after, limit = page.after_int() or 0, page.limit + 1
    return _people(audiences.list_exited(session, context.warehouse, found, after=after, limit=limit), page)


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
) -> MembershipWhyOut:
    """Each condition of the newest definition, whether it holds now, and the actual value."""
    caller.require(PEOPLE)
    audience = audiences.get_audience(session, caller.workspace_id, audience_id)
    person = own_profile(session, caller.workspace_id, profile_id)
    version = audiences.get_version(session, caller.workspace_id, audience_id, audience.current_version)
    found = audiences.why_member(session, context.warehouse, audience, person, context.clock.now(), locale=locale)
    return MembershipWhyOut(
        profile_id=encode_profile_id(found.profile_id),
        is_selected=found.is_selected,
        is_member=found.is_member,
        run=found.run,
        asked_at=found.now,
        why=_why(found.why, _hidden_paths(version.rule, hidden_traits(session, caller))),
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


def _people(found: Sequence[int], page: PageRequest) -> Page[str]:
    return page_of(found, page, encode_profile_id, lambda profile_id: (profile_id,))


def _hidden_paths(rule: dict[str, Any], traits: frozenset[str]) -> frozenset[str]:
    """The paths of conditions on traits that the caller may not see."""
    leaves = conditions_of(rules.decode(rule))
    return frozenset(path for leaf, path in leaves if isinstance(leaf, tree.Trait) and leaf.trait in traits)


def _why(why: Why, hidden: frozenset[str]) -> WhyOut:
    is_hidden = why.path in hidden and why.actual is not None
    return WhyOut(
        path=why.path,
        kind=why.kind,
        sentence=why.sentence,
        holds=why.holds,
        actual=None if is_hidden else why.actual,
        is_hidden=is_hidden,
        parts=[_why(part, hidden) for part in why.parts],
    )
