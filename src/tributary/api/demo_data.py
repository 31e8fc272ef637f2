"""Demo data in a workspace of one's own, to try things on before the first real event."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tributary import simulation
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.definitions import JobRef
from tributary.api.problems import problems
from tributary.sources import publish_after_commit

router = APIRouter(prefix="/demo-data", tags=["demo data"])

Reader = Annotated[Principal, requires("workspace:read")]
Owner = Annotated[Principal, requires("workspace:write")]


class DemoDataOut(BaseModel):
    """Whether the workspace has the demo data."""

    loaded: bool
    job_id: str | None = Field(description="The job that brings them, or that failed or was cancelled; else null.")


@router.get("", operation_id="get_demo_data", summary="Are there demo data")
def get_demo_data(caller: Reader, session: ReadSession) -> DemoDataOut:
    """Whether the demo data are there, and the job that is about it."""
    found = simulation.demo_data(session, caller.workspace_id)
    return DemoDataOut(loaded=found.is_loaded, job_id=found.job_id)


@router.post(
    "",
    operation_id="load_demo_data",
    summary="Fill the workspace with a made-up shop",
    status_code=202,
    responses=problems(409),
)
def load_demo_data(caller: Owner, session: WriteSession, context: ContextDep) -> JobRef:
    """Has a job bring 2,000 made-up people, their 90 days, tags and audiences into an empty workspace; sends no mail.

    The job reports per cent and can be cancelled; asked for again, it goes on where it was.
    """
    job_id = simulation.request_demo_data(session, caller)
    publish_after_commit(session, context.store, context.settings.source_snapshot, clock=context.clock)
    return JobRef(job_id=job_id)
