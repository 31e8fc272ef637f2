"""What a rule selects before it is saved: how many, who for example, and the SQL that decides it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tributary import audiences, rules
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession
from tributary.api.definitions import NoteOut, RuleIn, show_notes
from tributary.api.locale import LocaleDep
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.governance import load_catalog
from tributary.governance.notes import notes_on
from tributary.warehouse import show_sql

router = APIRouter(prefix="/audiences", tags=["audiences"])

Reader = Annotated[Principal, requires("audiences:read")]


class StepOut(BaseModel):
    """One condition: whom it holds for alone, and who is left (or, under `any`, gathered) after it."""

    path: str
    sentence: str
    alone: int
    after: int


class EstimateOut(BaseModel):
    """How many people a rule selects now. `is_exact` is always true here: nothing is sampled."""

    size: int
    people: int = Field(description="Everybody in the workspace.")
    is_exact: bool
    sentence: str
    steps: list[StepOut]
    sample: list[str] = Field(description="Ids of up to 20 people, spread evenly over the result.")
    notes: list[NoteOut] = Field(description="Names in the rule that may be mistyped: nobody has them.")
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


@router.post("/estimate", operation_id="estimate_rule", summary="Count an unsaved rule", responses=problems(422, 429))
def estimate_rule(body: RuleIn, caller: Reader, context: ContextDep, locale: LocaleDep) -> EstimateOut:
    """How many people a rule selects now, who for example, and how many are left after each condition."""
    with context.store.read() as session:  # let go before the warehouse is asked: that may take seconds
        catalog = load_catalog(session, caller.workspace_id)
    found = audiences.estimate_rule(context.warehouse, catalog, body.rule, context.clock.now(), locale=locale)
    return EstimateOut(
        size=found.size,
        people=found.people,
        is_exact=True,
        sentence=rules.explain(rules.decode(body.rule), catalog, locale),
        steps=[StepOut.model_validate(step, from_attributes=True) for step in found.steps],
        sample=[encode_profile_id(profile_id) for profile_id in found.sample],
        notes=show_notes(notes_on(context.warehouse, catalog, body.rule, locale)),
        computed_at=found.now,
    )


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
