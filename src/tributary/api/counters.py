"""Counters: what each source sent, and where every event ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from tributary import pipeline
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession
from tributary.api.problems import problems
from tributary.errors import InvalidRequest

router = APIRouter(prefix="/counters", tags=["counters"])

Reader = Annotated[Principal, requires("events:read")]
_MAX_STEPS = 3_000


class Sums(BaseModel):
    """received = stored + duplicate + quarantined + suppressed, always."""

    received: int
    stored: int
    duplicate: int
    quarantined: int
    suppressed: int


class CounterOut(Sums):
    """One source in the step that begins at `at`."""

    source_id: str
    at: datetime


class CounterList(BaseModel):
    """Counts per source and step, oldest first, steps without events left out; and their sum."""

    items: list[CounterOut]
    total: Sums


class PipelineOut(BaseModel):
    """How the worker that moves events into the stores is doing. It serves all workspaces."""

    is_running: bool
    lag_records: int = Field(description="Records of the log, each one request's events, that wait.")
    oldest_unread_at: datetime | None = Field(description="When the first of them came in.")
    events_per_second: float = Field(description="Over the last minute.")
    last_batch_at: datetime | None
    last_error: str | None = Field(description="Why it waits, or last waited.")
    last_error_at: datetime | None


@router.get("/pipeline", operation_id="get_pipeline", summary="Is the pipeline keeping up")
def get_pipeline(caller: Reader, context: ContextDep) -> PipelineOut:  # noqa: ARG001 (the caller's scope is checked)
    """The state of the pipeline in this process."""
    return PipelineOut.model_validate(context.pipeline_status(), from_attributes=True)


@router.get("", operation_id="list_counters", summary="Events per source and minute", responses=problems(400))
def list_counters(
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    since: Annotated[AwareDatetime | None, Query(description="From here on; by default one hour ago.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Up to here; by default now.")] = None,
    source_id: Annotated[str | None, Query(max_length=100)] = None,
    step_minutes: Annotated[int, Query(ge=1, le=1440, description="Length of a step.")] = 1,
) -> CounterList:
    """How many events arrived, by the time of their arrival, and what became of them."""
    end = until or context.clock.now() + timedelta(minutes=1)
    start = since or end - timedelta(hours=1)
    if (end - start) / timedelta(minutes=step_minutes) > _MAX_STEPS:
        raise InvalidRequest("That are too many steps.", cure="Ask for less time or longer steps.", path="step_minutes")
    found = pipeline.counters(session, caller.workspace_id, start, end, source_id=source_id, step_minutes=step_minutes)
    items = [CounterOut.model_validate(each, from_attributes=True) for each in found]
    sums = {name: sum(getattr(each, name) for each in items) for name in Sums.model_fields}
    return CounterList(items=items, total=Sums(**sums))
