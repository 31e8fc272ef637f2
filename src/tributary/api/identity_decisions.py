"""Deciding who is one person: join, part, remove and take back, each shown before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from tributary import audiences, tags
from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import Context, ContextDep, ReadSession
from tributary.api.identity_texts import (
    decode_identifier_id,
    decode_link_id,
    decode_merge_id,
    encode_identifier_id,
)
from tributary.api.people import Reveal, note_revealed, own_profile, personal_traits
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.core.scan import EVENTS, scan
from tributary.core.sql import bind, raw
from tributary.errors import BudgetExceeded, Conflict, InvalidRequest, NotFound, Unavailable
from tributary.identity import (
    IdentifierTypes,
    Resolver,
    absorbed_by,
    canonical_profile_id,
    identifiers_of,
    load_types,
    names_of,
)
from tributary.identity.decisions import (
    Decision,
    decisions_about,
    keep_apart,
    keep_together,
    pair_of_merge,
    remove_identifier,
    revoke,
)
from tributary.pipeline import Effect
from tributary.profiles import Profile, display_name, get_profiles, mask_identifier, mask_trait
from tributary.store import Session, bulk
from tributary.store.tables.identity import Edge, Identifier, IdentityDecision
from tributary.warehouse import INTERACTIVE

router = APIRouter(tags=["identity"])

Reader = Annotated[Principal, requires("identity:read")]
Writer = Annotated[Principal, requires("identity:write")]
Action = Callable[[Session, Resolver], Decision]

_MOST_PEOPLE = 50  # of an answer
_ACTIONS = {
    "together": "identity.joined",
    "apart": "identity.parted",
    "remove": "identity.identifier_removed",
    "revoke": "identity.revoked",
}


class DecisionIn(Body):
    """What to decide. Exactly one way of saying about whom:

    `together`: two `profiles`, or two `identifiers`. `apart`: one `link`, one `merge`, two `identifiers`, or one of the
    `identifiers` of one of the `profiles`, which then goes its own way. `remove`: one of the `identifiers`.
    `revoke`: one `decision`.
    """

    kind: Literal["together", "apart", "remove", "revoke"]
    profiles: list[str] = Field(default=[], max_length=2, description="Ids of people, `prf_…`.")
    identifiers: list[str] = Field(default=[], max_length=2, description="Ids of identifiers, `idn_…`.")
    link: str | None = Field(default=None, max_length=40, description="Id of a link, `lnk_…`, of the person's graph.")
    merge: str | None = Field(default=None, max_length=40, description="Id of a merge, `mrg_…`, of the person's graph.")
    decision: str | None = Field(default=None, max_length=40, description="Id of a decision, `dec_…`.")
    reason: str = Field(default="", max_length=500, description="Why, for whoever reads it later.")


class DecisionIdentifier(BaseModel):
    """An identifier that a decision is about; its value is masked, and empty if it was removed."""

    id: str
    type: str
    value: str


class DecisionOut(BaseModel):
    """A decision. `unbound` was said by a server: what came before counts no more."""

    id: str
    kind: Literal["together", "apart", "unbound", "removed"]
    identifiers: list[DecisionIdentifier]
    reason: str
    decided_by: str
    at: datetime
    is_revoked: bool
    revoked_by: str
    revoked_at: datetime | None


class DecisionList(BaseModel):
    """The decisions about a person, the newest first."""

    items: list[DecisionOut]


class AffectedAudience(BaseModel):
    """An audience that the profile is in, as it was computed last."""

    id: str
    name: str


class AffectedTag(BaseModel):
    """A tag's value for the profile, as it was computed last."""

    id: str
    name: str
    value: str | float


class AffectedPerson(BaseModel):
    """A profile as it is after the decision. Audiences and tags are computed anew soon after; `events` is null if the
    warehouse did not answer in time.
    """

    id: str
    display_name: str | None
    traits: dict[str, Any]
    identifiers: list[DecisionIdentifier]
    events: int | None
    audiences: list[AffectedAudience]
    tags: list[AffectedTag]


class AffectedMerge(BaseModel):
    """A profile that is no more, and the one that has all of it."""

    id: str
    into: str


class DecisionEffect(BaseModel):
    """What a decision does: the profiles that it touches as they are then. `decision` is null in a preview, and
    `changes_people` false if everybody stays who they are.
    """

    decision: DecisionOut | None
    changes_people: bool
    people: list[AffectedPerson]
    merged: list[AffectedMerge]
    unowned: list[DecisionIdentifier] = Field(description="Identifiers that are nobody's then: nothing came by them.")
    is_masked: bool


@router.post(
    "/identity/decisions/preview",
    operation_id="preview_identity_decision",
    summary="What a decision would do",
    responses=problems(400, 404, 409, 503),
)
def preview_identity_decision(
    body: DecisionIn, caller: Writer, context: ContextDep, reveal: Reveal = False
) -> DecisionEffect:
    """Who there would be if this were decided. Nothing is changed."""
    action = _action(body, caller, context)
    after = _After(context, caller)
    effect = context.identity.preview(caller.workspace_id, caller.actor_id, action, after.look)
    return after.out(effect, None, reveal=reveal)


@router.post(
    "/identity/decisions",
    operation_id="decide_identity",
    summary="Decide who is one person",
    status_code=201,
    responses=problems(400, 404, 409, 503),
)
def decide_identity(body: DecisionIn, caller: Writer, context: ContextDep, reveal: Reveal = False) -> DecisionEffect:
    """Do it. It holds whatever evidence comes, until it is revoked; a removal is for good."""
    action = _action(body, caller, context)

    def recorded(session: Session, resolver: Resolver) -> Decision:
        decision = action(session, resolver)
        details = {"identifiers": [encode_identifier_id(each) for each in decision.identifiers]}
        audit(session, caller, _ACTIONS[body.kind], "identity_decision", decision.id, details)
        return decision

    effect = context.identity.apply(caller.workspace_id, caller.actor_id, recorded)
    after = _After(context, caller)
    with context.store.read() as session:
        after.look(session, effect)
    return after.out(effect, effect.result, reveal=reveal)


@router.get(
    "/profiles/{profile_id}/decisions",
    operation_id="list_profile_decisions",
    summary="What was decided about a person",
    responses=problems(404),
)
def list_profile_decisions(
    profile_id: str, caller: Reader, session: ReadSession, context: ContextDep, reveal: Reveal = False
) -> DecisionList:
    """Decisions about the identifiers of a person, revoked ones included."""
    canonical = canonical_profile_id(session, own_profile(session, caller.workspace_id, profile_id))
    if reveal:
        note_revealed(context, caller, "identity.graph_read", [canonical])
    # Removed ones too: that they were removed is one of the decisions.
    ids = session.scalars(select(Identifier.id).where(Identifier.profile_id == canonical)).all()
    found = decisions_about(session, caller.workspace_id, ids)
    names = names_of(session, {each for one in found for each in one.identifiers})
    return DecisionList(items=[_decision_out(each, names, is_masked=not reveal) for each in found])


def _action(body: DecisionIn, caller: Principal, context: Context) -> Action:
    """What the request asks for, checked as far as it can be without the lock."""
    by, now, reason, workspace_id = caller.actor_id, context.clock.now(), body.reason.strip(), caller.workspace_id
    region = context.settings.pipeline.default_region
    with context.store.read() as session:
        types = load_types(session, workspace_id, region=region)
        if body.kind == "revoke":
            decision_id = _named_decision(session, workspace_id, body)
            return lambda session, resolver: revoke(session, resolver, workspace_id, decision_id, by=by, now=now)
        if body.kind == "remove":
            (one,) = _exactly(body, identifiers=1)
            return lambda session, resolver: remove_identifier(
                session, resolver, workspace_id, decode_identifier_id(one), by=by, reason=reason, now=now
            )
        pair = _pair(session, workspace_id, body, types)
    decide = keep_together if body.kind == "together" else keep_apart
    return lambda session, resolver: decide(session, resolver, workspace_id, pair, by=by, reason=reason, now=now)


def _named_decision(session: Session, workspace_id: int, body: DecisionIn) -> str:
    (decision_id,) = _exactly(body, decision=True)
    row = session.get(IdentityDecision, decision_id)
    if row is None or row.workspace_id != workspace_id:
        raise NotFound("There is no such decision.", cure="List the decisions about the person.")
    return decision_id


def _pair(session: Session, workspace_id: int, body: DecisionIn, types: IdentifierTypes) -> tuple[int, int]:
    """The two identifiers that a decision to join or part is about."""
    if len(body.identifiers) == 2:
        one, other = _exactly(body, identifiers=2)
        return decode_identifier_id(one), decode_identifier_id(other)
    if body.kind == "together":
        one, other = _exactly(body, profiles=2)
        return _leader(session, workspace_id, one, types), _leader(session, workspace_id, other, types)
    if body.link is not None:
        (text,) = _exactly(body, link=True)
        edge = session.get(Edge, decode_link_id(text))
        if edge is None or edge.workspace_id != workspace_id:
            raise NotFound("There is no such link.", cure="Take the links from the person's graph.")
        return edge.identifier_a, edge.identifier_b
    if body.merge is not None:
        (text,) = _exactly(body, merge=True)
        return pair_of_merge(session, workspace_id, decode_merge_id(text))
    profile, identifier = _exactly(body, profiles=1, identifiers=1)
    wanted = decode_identifier_id(identifier)
    return wanted, _leader(session, workspace_id, profile, types, without=wanted)


def _exactly(body: DecisionIn, **wanted: int | bool) -> list[str]:
    """The ids that this way of saying it needs, and that there are no others.

    Raises:
        InvalidRequest: too few or too many.
    """
    given = {
        "profiles": body.profiles,
        "identifiers": body.identifiers,
        "link": [body.link] if body.link is not None else [],
        "merge": [body.merge] if body.merge is not None else [],
        "decision": [body.decision] if body.decision is not None else [],
    }
    if any(len(ids) != int(wanted.get(name, 0)) for name, ids in given.items()):
        raise InvalidRequest(
            "It is not clear about whom this decision is.",
            cure="Give exactly one of the ways: see the description of the body.",
            path="body",
        )
    return [each for name in wanted for each in given[name]]


def _leader(
    session: Session, workspace_id: int, profile: str, types: IdentifierTypes, *, without: int | None = None
) -> int:
    """The identifier that stands for a person best: the most trusted one, among those the oldest."""
    canonical = canonical_profile_id(session, own_profile(session, workspace_id, profile))
    owned = identifiers_of(session, workspace_id, canonical)
    if without is not None and without not in {each.id for each in owned}:
        raise NotFound("The person has no such identifier.", cure="Take the identifiers from the person's graph.")
    others = [each for each in owned if each.id != without]
    if not others:
        raise Conflict(
            "The person has no identifier that a decision could be about.", cure="Choose another person or identifier."
        )

    def trust(type_: str) -> int:
        found = types.get(type_)
        return found.priority if found else 1000

    return min(others, key=lambda each: (trust(each.type), each.first_seen, each.id)).id


class _After:
    """Takes up what the profiles are after a decision, and says it once the lock is gone."""

    def __init__(self, context: Context, caller: Principal) -> None:
        self._context = context
        self._caller = caller
        self._profiles: dict[int, Profile] = {}
        self._others: dict[int, list[int]] = {}
        self._names: dict[int, tuple[str, str]] = {}
        self._unowned: list[tuple[int, str, str]] = []
        self._personal: frozenset[str] = frozenset()

    def look(self, session: Session, effect: Effect[Decision]) -> None:
        """Read what is needed of the store."""
        shown = sorted(effect.profiles)[:_MOST_PEOPLE]
        self._profiles = get_profiles(session, self._caller.workspace_id, shown)
        self._others = {each: absorbed_by(session, each) for each in self._profiles}
        self._names = names_of(session, effect.result.identifiers)
        columns = ("id", "type", "value", "profile_id", "is_removed")
        moved = bulk.fetch(session, Identifier, columns, "id", effect.moved)
        self._unowned = sorted(row[:3] for row in moved if not row[3] and not row[4])
        self._personal = personal_traits(session, self._caller.workspace_id)

    def out(self, effect: Effect[Decision], decision: Decision | None, *, reveal: bool) -> DecisionEffect:
        """The answer."""
        if reveal:
            note_revealed(self._context, self._caller, "identity.decided", self._profiles)
        return DecisionEffect(
            decision=_decision_out(decision, self._names, is_masked=not reveal) if decision else None,
            changes_people=bool(effect.moved),
            people=[self._person(each, reveal=reveal) for each in self._profiles.values()],
            merged=[
                AffectedMerge(id=encode_profile_id(old), into=encode_profile_id(into)) for old, into in effect.merged
            ],
            unowned=[
                DecisionIdentifier(
                    id=encode_identifier_id(id_),
                    type=type_,
                    value=value if reveal else mask_identifier(type_, value),
                )
                for id_, type_, value in self._unowned
            ],
            is_masked=not reveal,
        )

    def _person(self, profile: Profile, *, reveal: bool) -> AffectedPerson:
        context, workspace_id = self._context, self._caller.workspace_id
        ids = [profile.id, *self._others[profile.id]]
        with context.store.read() as session:
            inside = audiences.audiences_of_ids(session, context.warehouse, workspace_id, ids)
            values = tags.values_of_ids(session, context.warehouse, workspace_id, profile.id, ids[1:])
        called = display_name(profile)
        name = called.value if called is not None else None
        if called is not None and not reveal:
            name = mask_trait(called.name, called.value, self._personal | {called.name})
        return AffectedPerson(
            id=encode_profile_id(profile.id),
            display_name=name,
            traits={
                key: value if reveal else mask_trait(key, value, self._personal)
                for key, value in profile.plain_traits().items()
            },
            identifiers=[
                DecisionIdentifier(
                    id=encode_identifier_id(each.id),
                    type=each.type,
                    value=each.value if reveal else mask_identifier(each.type, each.value),
                )
                for each in profile.identifiers
            ],
            events=self._events(ids),
            audiences=[AffectedAudience(id=each.id, name=each.name) for each in inside],
            tags=[AffectedTag(id=each.tag_id, name=each.name, value=each.value) for each in values],
        )

    def _events(self, ids: Sequence[int]) -> int | None:
        where = raw("profile_id IN ") + bind(list(ids), "Array(UInt64)")
        question = raw("SELECT count()") + scan(EVENTS, self._caller.workspace_id, where)
        try:
            ((count,),) = self._context.warehouse.query(
                question, workspace_id=self._caller.workspace_id, budget=INTERACTIVE
            )
        except (BudgetExceeded, Unavailable):
            return None
        return int(count)


def _decision_out(each: Decision, names: dict[int, tuple[str, str]], *, is_masked: bool) -> DecisionOut:
    return DecisionOut.model_validate(
        {
            "id": each.id,
            "kind": each.kind,
            "identifiers": [
                {
                    "id": encode_identifier_id(identifier),
                    "type": names[identifier][0],
                    "value": mask_identifier(*names[identifier]) if is_masked else names[identifier][1],
                }
                for identifier in each.identifiers
                if identifier in names
            ],
            "reason": each.reason,
            "decided_by": each.decided_by,
            "at": each.at,
            "is_revoked": bool(each.revoked_by),
            "revoked_by": each.revoked_by,
            "revoked_at": each.revoked_at,
        }
    )
