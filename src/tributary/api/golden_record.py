"""Which value of a trait wins when sources disagree: seen, tried on some people, and changed for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.locale import LocaleDep
from tributary.api.people import personal_traits
from tributary.api.person_summaries import PersonSummary, summaries
from tributary.api.problems import problems
from tributary.errors import InvalidRequest
from tributary.governance import known_traits
from tributary.jobs import enqueue
from tributary.pipeline.rechoose import RECHOOSE_JOB
from tributary.profiles import (
    GROUPS_TRAIT,
    Strategies,
    Strategy,
    TraitStrategy,
    load_strategies,
    mask_trait,
    save_strategy,
)
from tributary.profiles.rechoose import choose_again, said_of
from tributary.profiles.survivorship import Entry
from tributary.store import Session
from tributary.store.tables.profiles import ProfileRow
from tributary.store.tables.sources import Source
from tributary.warehouse import INTERACTIVE

router = APIRouter(prefix="/identity/golden-record", tags=["identity"])

Reader = Annotated[Principal, requires("identity:read")]
Writer = Annotated[Principal, requires("identity:write")]

_SAMPLE = 300  # people that a preview looks at
_EXAMPLES = 10


class TraitChoiceIn(Body):
    """How one trait is chosen. `sources` are ids of sources, best first, and count for `source_priority` only."""

    trait: str = Field(min_length=1, max_length=200)
    strategy: Strategy
    sources: list[str] = Field(default=[], max_length=50)


class TraitChoiceOut(BaseModel):
    """How a trait is chosen. `is_default`: nobody has said anything else than the most recent value."""

    trait: str
    label: str | None
    is_personal: bool
    strategy: Strategy
    sources: list[str]
    is_default: bool


class TraitChoices(BaseModel):
    """All known traits, those with a strategy of their own first."""

    items: list[TraitChoiceOut]


class TraitChoiceSaved(BaseModel):
    """What holds from now on, and the job that chooses anew for everybody who is there."""

    item: TraitChoiceOut
    job_id: str


class ChoiceExample(BaseModel):
    """A person whose value would be another one; masked."""

    person: PersonSummary
    before: Any
    after: Any


class ChoicePreview(BaseModel):
    """Of `people` looked at, the newest ones, `changed` would have another value."""

    people: int
    changed: int
    examples: list[ChoiceExample]


@router.get("", operation_id="list_trait_choices", summary="Which value of each trait wins")
def list_trait_choices(caller: Reader, session: ReadSession, locale: LocaleDep) -> TraitChoices:
    """How each trait of the golden record is chosen when sources disagree."""
    labels = known_traits(session, caller.workspace_id, locale)
    strategies = load_strategies(session, caller.workspace_id)
    personal = personal_traits(session, caller.workspace_id)
    names = {*labels, *strategies} - {GROUPS_TRAIT}
    items = [_out(name, strategies, labels, name in personal) for name in names]
    return TraitChoices(items=sorted(items, key=lambda each: (each.is_default, each.trait)))


@router.put("", operation_id="set_trait_choice", summary="Change which value of a trait wins", responses=problems(400))
def set_trait_choice(
    body: TraitChoiceIn, caller: Writer, session: WriteSession, context: ContextDep, locale: LocaleDep
) -> TraitChoiceSaved:
    """It holds for new data within seconds; a job chooses anew for everybody who is there."""
    workspace_id = caller.workspace_id
    save_strategy(session, workspace_id, body.trait, _strategy(session, workspace_id, body))
    job_id = enqueue(
        session, RECHOOSE_JOB, {"trait": body.trait}, workspace_id=workspace_id, key=body.trait, clock=context.clock,
        request_id=caller.request_id,
    )  # fmt: skip
    audit(session, caller, "golden_record.changed", "trait", body.trait, {"strategy": body.strategy})
    personal = personal_traits(session, workspace_id)
    labels = known_traits(session, workspace_id, locale)
    item = _out(body.trait, load_strategies(session, workspace_id), labels, body.trait in personal)
    return TraitChoiceSaved(item=item, job_id=job_id)


@router.post(
    "/preview",
    operation_id="preview_trait_choice",
    summary="Whose value of a trait would be another one",
    responses=problems(400, 422, 503),
)
def preview_trait_choice(
    body: TraitChoiceIn, caller: Reader, session: ReadSession, context: ContextDep
) -> ChoicePreview:
    """What another way of choosing would make of some people, the newest ones. Nothing is changed."""
    workspace_id = caller.workspace_id
    wanted = _strategy(session, workspace_id, body)
    strategies = {**load_strategies(session, workspace_id), body.trait: wanted}
    query = select(ProfileRow.profile_id).where(
        ProfileRow.workspace_id == workspace_id, ProfileRow.merged_into.is_(None)
    )
    ids = list(session.scalars(query.order_by(ProfileRow.profile_id.desc()).limit(_SAMPLE)))
    said = said_of(session, context.warehouse, workspace_id, ids, body.trait, budget=INTERACTIVE)
    choices = choose_again(session, workspace_id, ids, body.trait, strategies, said)
    changed = [each for each in choices if each.is_changed]
    shown = changed[:_EXAMPLES]
    summary = summaries(session, context, caller, [each.profile_id for each in shown])
    personal = personal_traits(session, workspace_id)

    def masked(entry: Entry | None) -> Any:
        return None if entry is None else mask_trait(body.trait, entry[0], personal)

    return ChoicePreview(
        people=len(choices),
        changed=len(changed),
        examples=[
            ChoiceExample(person=summary(each.profile_id), before=masked(each.before), after=masked(each.after))
            for each in shown
        ],
    )


def _strategy(session: Session, workspace_id: int, body: TraitChoiceIn) -> TraitStrategy:
    """What the caller asks for.

    Raises:
        InvalidRequest: the trait is not a customer's own, or a source is not there or missing.
    """
    if body.trait.startswith("$"):
        raise InvalidRequest(
            f"{body.trait} is kept by Tributary itself.", cure="Choose a trait that events state.", path="trait"
        )
    if body.strategy != "source_priority":
        return TraitStrategy(body.strategy)
    known = set(session.scalars(select(Source.id).where(Source.workspace_id == workspace_id)))
    if not body.sources:
        raise InvalidRequest(
            "No source is named.", cure="Name the sources that count most, the best first.", path="sources"
        )
    for name_or_id in body.sources:
        if name_or_id not in known:
            raise InvalidRequest(f"There is no source {name_or_id!r}.", cure="Choose one of the list.", path="sources")
    return TraitStrategy(body.strategy, list(dict.fromkeys(body.sources)))


def _out(name: str, strategies: Strategies, labels: Mapping[str, str | None], is_personal: bool) -> TraitChoiceOut:
    rule = strategies.get(name, TraitStrategy())
    return TraitChoiceOut(
        trait=name,
        label=labels.get(name),
        is_personal=is_personal,
        strategy=rule.strategy,
        sources=rule.sources,
        is_default=name not in strategies,
    )
