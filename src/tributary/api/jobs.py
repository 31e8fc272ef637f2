"""Background jobs: what runs, what waits, what failed and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tributary import jobs
from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.locale import Text
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.problems import problems
from tributary.governance.lineage import Item, ItemKind, names_of
from tributary.store import Session
from tributary.store.tables.jobs import Job

router = APIRouter(prefix="/jobs", tags=["jobs"])

Reader = Annotated[Principal, requires("jobs:read")]
Writer = Annotated[Principal, requires("jobs:write")]
State = Literal["queued", "running", "succeeded", "failed", "cancelled", "superseded"]

# What people call the kinds of jobs.
JOB_TITLES: Mapping[str, str] = {
    "access.purge": "Clear ended sessions",
    "audience.promote": "Make the fields of an audience fast",
    "audience.prune": "Clear old members of audiences",
    "audience.refresh": "Compute an audience",
    "audience.refresh_due": "Compute the audiences that are due",
    "campaign.headlines": "Renew the main numbers of campaigns",
    "campaign.launch": "Launch a campaign",
    "identity.apply": "Put identity rules in force",
    "identity.match": "Look for people who may be one",
    "identity.match_daily": "Begin the daily search for people who may be one",
    "identity.recover": "Bring decisions about identities into the warehouse",
    "identity.settle": "Put right what came while identity rules changed",
    "identity.unmerge": "Part people who were joined",
    "identity.what_if": "Find out what identity rules would change",
    "profiles.rechoose": "Choose the values of a trait anew",
    "quarantine.replay": "Replay quarantined events",
    "simulation.load": "Load the demo data",
    "sources.publish": "Publish the write keys",
    "tag.promote": "Make the fields of a tag fast",
    "tag.prune": "Clear old values of tags",
    "tag.recompute": "Compute a tag",
    "tag.recompute_due": "Compute the tags that are due",
}


class JobOut(BaseModel):
    """A background job. `superseded`: it failed, and a newer job for the same thing took over."""

    id: str
    kind: str
    title: Text = Field(description="What people call this kind of job.")
    state: State
    subject_kind: Literal["audience", "tag", "campaign"] | None = Field(
        description="What it works on; null for jobs about nothing that has a name."
    )
    subject_id: str | None
    subject_name: str | None = Field(description="Null as well for callers who may not see such things.")
    payload: dict[str, Any]
    attempt: int = Field(description="How often it was begun.")
    max_attempts: int
    done: int = Field(description="Progress, in units of the kind of job.")
    total: int | None
    error_code: str | None
    error: Text | None = Field(description="What went wrong at the last attempt, and what to do about it.")
    is_cancel_requested: bool
    not_before: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@router.get("", operation_id="list_jobs", summary="Background jobs")
def list_jobs(
    caller: Reader,
    session: ReadSession,
    page: PageQuery,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    kind: Annotated[str | None, Query(max_length=64, description="Only those of this kind.")] = None,
) -> Page[JobOut]:
    """The workspace's jobs, newest first."""
    rows = jobs.list_jobs(
        session, caller.workspace_id, before=page.after_text(), limit=page.limit + 1, state=state, kind=kind
    )
    return page_of(rows, page, _shown(session, caller, rows), lambda row: (row.id,))


@router.get("/{job_id}", operation_id="get_job", summary="One job", responses=problems(404))
def get_job(job_id: str, caller: Reader, session: ReadSession) -> JobOut:
    """How far a job is."""
    return _out(session, caller, jobs.get_job(session, caller.workspace_id, job_id))


@router.post("/{job_id}/cancel", operation_id="cancel_job", summary="Cancel a job", responses=problems(404, 409))
def cancel_job(job_id: str, caller: Writer, session: WriteSession, context: ContextDep) -> JobOut:
    """A waiting job is cancelled at once; a running one stops at its next check."""
    job = jobs.cancel_job(session, caller.workspace_id, job_id, now=context.clock.now())
    audit(session, caller, "job.cancelled", "job", job_id, {"kind": job.kind})
    return _out(session, caller, job)


@router.post("/{job_id}/retry", operation_id="retry_job", summary="Run a job again", responses=problems(404, 409))
def retry_job(job_id: str, caller: Writer, session: WriteSession) -> JobOut:
    """Queues a failed or cancelled job again."""
    job = jobs.retry_job(session, caller.workspace_id, job_id)
    audit(session, caller, "job.retried", "job", job_id, {"kind": job.kind})
    return _out(session, caller, job)


_SUBJECTS: tuple[ItemKind, ...] = ("audience", "tag", "campaign")


def _subject(job: Job) -> Item | None:
    for kind in _SUBJECTS:
        if isinstance(id_ := job.payload.get(f"{kind}_id"), str):
            return Item(kind, id_)
    return None


def _shown(session: Session, caller: Principal, rows: Sequence[Job]) -> Callable[[Job], JobOut]:
    """What turns one of these jobs into its entry."""
    subjects = {row.id: subject for row in rows if (subject := _subject(row)) is not None}
    visible = [each for each in subjects.values() if f"{each.kind}s:read" in caller.scopes]
    names = names_of(session, caller.workspace_id, visible)

    def out(job: Job) -> JobOut:
        subject = subjects.get(job.id)
        special = {
            "title": JOB_TITLES.get(job.kind, job.kind),
            "subject_kind": subject and subject.kind,
            "subject_id": subject and subject.id,
            "subject_name": subject and names.get(subject),
        }
        fields = {name: getattr(job, name) for name in JobOut.model_fields if name not in special}
        return JobOut.model_validate(fields | special)

    return out


def _out(session: Session, caller: Principal, job: Job) -> JobOut:
    return _shown(session, caller, [job])(job)
