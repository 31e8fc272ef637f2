"""What a rule selects before it is saved: how many, who for example, and the SQL that decides it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import contextmanager_in_threadpool
from pydantic import BaseModel, Field

from tributary import audiences, rules
from tributary.access import Principal
from tributary.api.auth import requires, signed_in
from tributary.api.context import Context, ContextDep, ReadSession
from tributary.api.definitions import PEOPLE, NoteOut, RuleIn, show_notes
from tributary.api.hang_up import while_connected
from tributary.api.locale import LocaleDep
from tributary.api.person_summaries import PersonSummary, summaries
from tributary.api.personal import refuse_guesses
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.governance import load_catalog
from tributary.governance.notes import notes_on
from tributary.rules import Locale
from tributary.warehouse import Stop, show_sql

router = APIRouter(prefix="/audiences", tags=["audiences"])

Reader = Annotated[Principal, requires("audiences:read")]


class EstimateIn(RuleIn):
    """A rule to count."""

    key: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Made up by the client, one for each open editor. A newer estimate of the same caller and key "
        "stops the older one, which answers 409 `cancelled`.",
    )
    sample: bool = Field(
        default=False, description="Ask one in sixteen people and scale up, where asking all of them takes too long."
    )


class StepOut(BaseModel):
    """One part of the rule, conditions and groups at every depth, in the order of the tree.

    A group is a waterfall of its own, over everybody: `after` is what the parts of its group up to this one select
    together — fewer and fewer under `all`, more and more under `any`, and everybody else under `not`.
    """

    path: str = Field(description="As in problems: `all[1].any[0]`; empty for a rule of one condition.")
    kind: str
    depth: int = Field(description="0 for the parts of the outermost group.")
    sentence: str
    alone: int = Field(description="People for whom this part holds.")
    after: int


class EstimateOut(BaseModel):
    """How many people a rule selects now. Counts are exact, unless a sample was asked for and there are many people."""

    size: int
    people: int = Field(description="Everybody in the workspace, always exact.")
    is_exact: bool
    margin: int | None = Field(
        description="Of a sample: the true size is at most this far from `size`, in 19 of 20 cases. Null when exact."
    )
    sentence: str
    steps: list[StepOut]
    sample: list[str] = Field(description="Ids of up to 20 people, spread evenly over the result.")
    sample_people: list[PersonSummary] = Field(
        description="The same people with masked words; none for callers who may not see people."
    )
    notes: list[NoteOut] = Field(description="Names in the rule that may be mistyped: nobody has them.")
    computed_at: datetime
    duration_ms: int


class ImpactIn(RuleIn):
    """A rule that an audience may get."""

    against: audiences.Against = Field(
        default="rule",
        description="`rule`: the saved rule, asked now, so that only the change shows. `members`: who is in it, so "
        "that it shows what the next computation would do.",
    )
    key: str | None = Field(
        default=None, min_length=1, max_length=100, description="As for estimates; the two do not stop each other."
    )


class ImpactOut(BaseModel):
    """What a changed rule does to an audience. All counts are exact."""

    against: audiences.Against
    before: int
    after: int
    gained: int = Field(description="People who would come.")
    lost: int = Field(description="People who would go.")
    sample_gained: list[PersonSummary] = Field(
        description="Up to 20 of them, spread evenly, masked; none for callers who may not see people."
    )
    sample_lost: list[PersonSummary]
    computed_at: datetime


class SqlParamOut(BaseModel):
    """A value as the engine receives it, and its ClickHouse type."""

    type: str
    value: str


class RuleSqlOut(BaseModel):
    """The query for the people of a rule. `runnable` has the values written in: to be read and copied, never sent."""

    sql: str = Field(description="With placeholders such as `{p0:String}`.")
    params: dict[str, SqlParamOut]
    runnable: str


@router.post(
    "/estimate", operation_id="estimate_rule", summary="Count an unsaved rule", responses=problems(409, 422, 429)
)
async def estimate_rule(
    request: Request, body: EstimateIn, caller: Reader, context: ContextDep, locale: LocaleDep
) -> EstimateOut:
    """How many people a rule selects now, who for example, and how many are left after each condition.

    Counting stops when the caller hangs up.
    """
    async with contextmanager_in_threadpool(context.warehouse.stoppable(body.key and _slot(caller, body.key))) as stop:
        return await while_connected(request, caller, stop, lambda: _estimate(body, caller, context, locale, stop))


@router.post(
    "/{audience_id}/impact",
    operation_id="estimate_audience_change",
    summary="What a change of its rule does",
    responses=problems(404, 409, 422, 429),
)
async def estimate_audience_change(
    request: Request,
    audience_id: Annotated[str, Path(description="`aud_…`")],
    body: ImpactIn,
    caller: Reader,
    context: ContextDep,
) -> ImpactOut:
    """How many people would come and go, and who for example. Counting stops when the caller hangs up."""
    slot = body.key and _slot(caller, f"{audience_id} {body.key}")
    async with contextmanager_in_threadpool(context.warehouse.stoppable(slot)) as stop:
        return await while_connected(request, caller, stop, lambda: _impact(audience_id, body, caller, context, stop))


@router.delete(
    "/estimate/{key}", operation_id="cancel_estimate", summary="Stop counting an unsaved rule", status_code=204
)
def cancel_estimate(
    key: Annotated[str, Path(max_length=100, description="The `key` of the estimate.")],
    caller: Annotated[Principal, signed_in()],
    context: ContextDep,
) -> None:
    """Stop the caller's own estimate of this key, if one runs."""
    context.warehouse.stop(_slot(caller, key))


@router.post("/sql", operation_id="show_rule_sql", summary="A rule as SQL", responses=problems(422))
def show_rule_sql(body: RuleIn, caller: Reader, session: ReadSession, context: ContextDep) -> RuleSqlOut:
    """The query that gives the ids of the people whom a rule selects now, one row each."""
    catalog = load_catalog(session, caller.workspace_id)
    resolved = rules.resolve(rules.decode(body.rule), catalog, context.clock.now())
    shown = show_sql(rules.compile_members(resolved))
    return RuleSqlOut(
        sql=shown.text,
        params={name: SqlParamOut(type=param.type, value=param.value) for name, param in shown.params.items()},
        runnable=shown.runnable,
    )


def _slot(caller: Principal, key: str) -> str:
    """What an estimate of the same caller and key shares with the next one."""
    return f"estimate {caller.workspace_id} {caller.actor_id} {key}"


def _estimate(body: EstimateIn, caller: Principal, context: Context, locale: Locale, stop: Stop) -> EstimateOut:
    started = time.monotonic()
    with context.store.read() as session:  # let go before the warehouse is asked: that may take seconds
        catalog = load_catalog(session, caller.workspace_id)
        refuse_guesses(session, caller, body.rule)
    now = context.clock.now()
    found = audiences.estimate_rule(
        context.warehouse, catalog, body.rule, now, locale=locale, on_sample=body.sample, stop=stop
    )
    notes = notes_on(context.warehouse, catalog, body.rule, locale, stop=stop)
    return EstimateOut(
        size=found.size,
        people=found.people,
        is_exact=found.margin is None,
        margin=found.margin,
        sentence=rules.explain(rules.decode(body.rule), catalog, locale),
        steps=[StepOut.model_validate(step, from_attributes=True) for step in found.steps],
        sample=[encode_profile_id(profile_id) for profile_id in found.sample],
        sample_people=_people(context, caller, found.sample),
        notes=show_notes(notes),
        computed_at=found.now,
        duration_ms=round(1000 * (time.monotonic() - started)),
    )


def _impact(audience_id: str, body: ImpactIn, caller: Principal, context: Context, stop: Stop) -> ImpactOut:
    with context.store.read() as session:  # let go before the warehouse is asked: that may take seconds
        audience = audiences.get_audience(session, caller.workspace_id, audience_id)
        saved = audiences.get_version(session, caller.workspace_id, audience_id, audience.current_version).rule
        catalog = load_catalog(session, caller.workspace_id)
        refuse_guesses(session, caller, body.rule)
        session.expunge(audience)
    found = audiences.impact_of(
        context.warehouse, catalog, audience, saved, body.rule, context.clock.now(), against=body.against, stop=stop
    )
    return ImpactOut(
        against=body.against,
        before=found.before,
        after=found.after,
        gained=found.gained,
        lost=found.lost,
        sample_gained=_people(context, caller, found.sample_gained),
        sample_lost=_people(context, caller, found.sample_lost),
        computed_at=found.now,
    )


def _people(context: Context, caller: Principal, profile_ids: Sequence[int]) -> list[PersonSummary]:
    """Summaries of people, for callers who may see people at all."""
    if PEOPLE not in caller.scopes:
        return []
    with context.store.read() as session:
        return [*map(summaries(session, context, caller, profile_ids), profile_ids)]
