"""Finding people without a common identifier: its settings and its runs."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select

from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.locale import Text
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.problems import problems
from tributary.errors import NotFound
from tributary.identity.match_pairs import count_open
from tributary.identity.match_settings import (
    LEAST_REVIEW,
    MOST_MERGE,
    MatchingSettings,
    has_chinese,
    load_matching,
    save_matching,
)
from tributary.jobs import get_job
from tributary.pipeline.matching import begin_run
from tributary.store import Session
from tributary.store.tables.matching import MatchingSettingsRow, MatchRun

router = APIRouter(prefix="/identity/matching", tags=["identity"])

Reader = Annotated[Principal, requires("identity:read")]
Writer = Annotated[Principal, requires("identity:write")]
Names = Annotated[list[str], Field(max_length=10)]


class MatchFieldsOut(BaseModel):
    """The traits that feed each field, tried in this order; `a + b` joins two."""

    name: list[str]
    phone: list[str]
    email: list[str]
    address: list[str]
    birthday: list[str]
    id_card: list[str]


class MatchFieldsIn(Body):
    """The traits that feed each field, tried in this order; `lastName + firstName` joins two, the surname first.

    An empty list: the field is not compared. Absent fields keep what is built in. User ids come from identifiers.
    """

    name: Names | None = None
    phone: Names | None = None
    email: Names | None = None
    address: Names | None = None
    birthday: Names | None = None
    id_card: Names | None = None


class MatchingIn(Body):
    """How to match. `merge` and `review` are probabilities: from `review` on, people look at a pair; from `merge` on,
    it is joined without anybody, if `is_automatic`.
    """

    is_enabled: bool
    schedule: Literal["manual", "daily"] = "manual"
    merge: float = Field(default=0.99, ge=LEAST_REVIEW, le=MOST_MERGE)
    review: float = Field(default=0.5, ge=LEAST_REVIEW, lt=1)
    is_automatic: bool = False
    fields: MatchFieldsIn = MatchFieldsIn()


class MatchCarriedOut(BaseModel):
    """What a run did. `records` people of whom enough is known, `compared` pairs of them, `pairs` that are likely
    enough, of which `kept` were written down and `merged` were joined without anybody; `retired` ones were found no
    more.
    """

    records: int
    compared: int
    pairs: int
    kept: int
    merged: int
    retired: int
    seconds: dict[str, float] = Field(description="By phase.")


class MatchRunOut(BaseModel):
    """A run, and how far it is. The job can be cancelled."""

    id: str
    trigger: Literal["manual", "daily"]
    state: Literal["queued", "running", "succeeded", "failed", "cancelled", "superseded"]
    job_id: str
    done: int = Field(description="Of `total`, while it works.")
    total: int | None
    error: Text | None = Field(description="Why the last attempt failed.")
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    result: MatchCarriedOut | None


class MatchingOut(BaseModel):
    """How the workspace matches, and how that stands. `can_chinese`: Chinese names and addresses can be compared; if
    not, `cure` says how to get what is missing.
    """

    is_enabled: bool
    schedule: Literal["manual", "daily"]
    merge: float
    review: float
    is_automatic: bool
    fields: MatchFieldsOut
    updated_by: str | None
    updated_at: datetime | None
    open_pairs: int = Field(description="Pairs that wait for somebody.")
    last_run: MatchRunOut | None
    can_chinese: bool
    cure: Text | None


@router.get("", operation_id="get_identity_matching", summary="How people without a common identifier are found")
def get_identity_matching(caller: Reader, session: ReadSession) -> MatchingOut:
    """Settings, the last run, and how many pairs wait for somebody."""
    return _out(session, caller)


@router.put(
    "",
    operation_id="set_identity_matching",
    summary="Change how people without a common identifier are found",
    responses=problems(400),
)
def set_identity_matching(body: MatchingIn, caller: Writer, session: WriteSession, context: ContextDep) -> MatchingOut:
    """Keep the settings as a whole. Pairs that were found stay; the next run goes by these."""
    told = body.model_dump()
    told["fields"] = {name: traits for name, traits in told["fields"].items() if traits is not None}
    settings = msgspec.convert(told, MatchingSettings)
    save_matching(session, caller.workspace_id, settings, by=caller.actor_id, now=context.clock.now())
    audit(session, caller, "identity_matching.changed", "identity_matching", "")
    return _out(session, caller)


@router.post(
    "/runs",
    operation_id="run_identity_matching",
    summary="Look for people who may be one",
    status_code=202,
    responses=problems(409),
)
def run_identity_matching(caller: Writer, session: WriteSession, context: ContextDep) -> MatchRunOut:
    """Let a job compare all people. It needs minutes for a million of them."""
    row = begin_run(
        session, caller.workspace_id, trigger="manual", by=caller.actor_id, clock=context.clock,
        request_id=caller.request_id,
    )  # fmt: skip
    audit(session, caller, "identity_matching.run", "match_run", row.id)
    return _run_out(session, row)


@router.get("/runs", operation_id="list_identity_matching_runs", summary="Runs of matching", responses=problems(400))
def list_identity_matching_runs(caller: Reader, session: ReadSession, page: PageQuery) -> Page[MatchRunOut]:
    """The newest first; at most fifty are kept."""
    query = select(MatchRun).where(MatchRun.workspace_id == caller.workspace_id)
    after = page.after_text()
    if after is not None:
        query = query.where(MatchRun.id < after)
    rows = session.scalars(query.order_by(MatchRun.id.desc()).limit(page.limit + 1)).all()
    return page_of(rows, page, lambda row: _run_out(session, row), lambda row: (row.id,))


def _out(session: Session, caller: Principal) -> MatchingOut:
    settings = load_matching(session, caller.workspace_id)
    kept = session.get(MatchingSettingsRow, caller.workspace_id, populate_existing=True)
    newest = select(MatchRun).where(MatchRun.workspace_id == caller.workspace_id).order_by(MatchRun.id.desc())
    last = session.scalars(newest.limit(1)).first()
    can_chinese = has_chinese()
    found: dict[str, Any] = msgspec.to_builtins(settings)
    return MatchingOut(
        is_enabled=settings.is_enabled,
        schedule=settings.schedule,
        merge=settings.merge,
        review=settings.review,
        is_automatic=settings.is_automatic,
        fields=MatchFieldsOut.model_validate(found["fields"]),
        updated_by=kept.updated_by if kept is not None else None,
        updated_at=kept.updated_at if kept is not None else None,
        open_pairs=count_open(session, caller.workspace_id),
        last_run=_run_out(session, last) if last is not None else None,
        can_chinese=can_chinese,
        cure=None if can_chinese else "Install them: pip install 'tributary[matching]'.",
    )


def _run_out(session: Session, row: MatchRun) -> MatchRunOut:
    state, done, total, error = "succeeded" if row.finished_at else "failed", 0, None, None
    with suppress(NotFound):  # jobs are forgotten sooner than their results
        job = get_job(session, row.workspace_id, row.job_id)
        state, done, total, error = job.state, job.done, job.total, job.error
    return MatchRunOut.model_validate(
        {
            "id": row.id,
            "trigger": row.trigger,
            "state": state,
            "job_id": row.job_id,
            "done": done,
            "total": total,
            "error": error,
            "created_by": row.created_by,
            "created_at": row.created_at,
            "finished_at": row.finished_at,
            "result": row.result,
        }
    )
