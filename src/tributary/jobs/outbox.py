"""Asking for work: a row in the caller's own transaction, so that a change and its job commit or vanish together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from tributary.core.clock import Clock, SystemClock
from tributary.core.ids import new_id
from tributary.errors import BugError, Conflict, NotFound
from tributary.jobs.claims import put_back
from tributary.store import Session, upsert
from tributary.store.tables.jobs import Job

DEFAULT_MAX_ATTEMPTS = 12  # with the backoff of `claims`, about an hour of trying
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
FINAL_STATES = frozenset({"succeeded", "failed", "cancelled", "superseded"})


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    workspace_id: int,
    key: str | None = None,
    not_before: datetime | None = None,
    priority: int = 0,
    max_attempts: int = DEFAULT_MAX_ATTEMPTS,
    request_id: str | None = None,
    clock: Clock | None = None,
) -> str:
    """Ask for a job of `kind` and return its id. It becomes visible to workers when the caller commits.

    `payload` holds ids and small scalars. With a `key`, requests are gathered: while a job of this workspace, kind and
    key is still queued, its id is returned, its payload replaced by the newer one and its time pulled forward if
    `not_before` is earlier. A job that already runs does not count — it may have read the old state — so a new one is
    queued, and it starts only after the running one has ended. Higher `priority` runs first. `workspace_id` 0 is the
    installation itself.
    """
    row = {
        "id": new_id("job"),
        "workspace_id": workspace_id,
        "kind": kind,
        "payload": payload,
        "key": key,
        "live_key": key,
        "requests": 1,
        "state": "queued",
        "priority": priority,
        "not_before": not_before or AT_ONCE,
        "attempt": 0,
        "max_attempts": max_attempts,
        "is_cancel_requested": False,
        "done": 0,
        "request_id": request_id,
        "created_at": (clock or SystemClock()).now(),
    }
    if key is None:
        session.execute(Job.__table__.insert(), row)  # type: ignore[attr-defined]
        return str(row["id"])
    # Updating the queued row locks it until the caller commits. Otherwise a worker could run it before the caller's
    # change is visible, and the change would never be worked on.
    upsert(
        session,
        Job,
        [row],
        key=["workspace_id", "kind", "live_key"],
        update=["payload", "request_id"],
        add=["requests"],
    )
    found = session.execute(
        select(Job.id, Job.not_before).where(Job.workspace_id == workspace_id, Job.kind == kind, Job.live_key == key)
    ).one_or_none()
    if found is None:
        raise BugError(f"The job {kind} with key {key!r} vanished while it was being queued.")
    if found.not_before > (not_before or AT_ONCE):
        session.execute(update(Job).where(Job.id == found.id).values(not_before=not_before or AT_ONCE))
    return str(found.id)


def get_job(session: Session, workspace_id: int, job_id: str) -> Job:
    """One job of the workspace.

    Raises:
        NotFound: there is none with this id here.
    """
    job = session.scalars(select(Job).where(Job.id == job_id, Job.workspace_id == workspace_id)).one_or_none()
    if job is None:
        raise NotFound(f"There is no job {job_id!r} in this workspace.", cure="Check the id.")
    return job


def list_jobs(
    session: Session,
    workspace_id: int,
    *,
    before: str | None = None,
    limit: int = 50,
    state: str | None = None,
    kind: str | None = None,
) -> Sequence[Job]:
    """The newest jobs first, those with an id below `before`."""
    query = select(Job).where(Job.workspace_id == workspace_id)
    if before is not None:
        query = query.where(Job.id < before)
    if state is not None:
        query = query.where(Job.state == state)
    if kind is not None:
        query = query.where(Job.kind == kind)
    return session.scalars(query.order_by(Job.id.desc()).limit(limit)).all()


def cancel_job(session: Session, workspace_id: int, job_id: str, *, now: datetime) -> Job:
    """Cancel a job: at once while it waits; a running one is asked to stop and does so at its next check.

    Raises:
        NotFound: there is none with this id here.
        Conflict: the job has ended already.
    """
    job = _locked(session, workspace_id, job_id)
    if job.state in FINAL_STATES:
        raise Conflict(f"The job has already ended: {job.state}.", cure="Nothing needs to be cancelled.")
    job.is_cancel_requested = True
    if job.state == "queued":
        job.state, job.live_key, job.finished_at = "cancelled", None, now
    return job


def retry_job(session: Session, workspace_id: int, job_id: str) -> Job:
    """Queue a failed or cancelled job again, with all its attempts.

    Raises:
        NotFound: there is none with this id here.
        Conflict: the job has not failed, or another one with its key is queued already.
    """
    job = _locked(session, workspace_id, job_id)
    if job.state not in {"failed", "cancelled"}:
        raise Conflict(f"Only a failed or cancelled job can be retried; this one is {job.state}.", cure="Wait for it.")
    job.attempt, job.is_cancel_requested, job.finished_at = 0, False, None
    if not put_back(session, job, AT_ONCE):
        raise Conflict("A newer job for the same thing is queued already.", cure="Wait for that one.")
    return job


def _locked(session: Session, workspace_id: int, job_id: str) -> Job:
    job = session.scalars(
        select(Job).where(Job.id == job_id, Job.workspace_id == workspace_id).with_for_update()
    ).one_or_none()
    if job is None:
        raise NotFound(f"There is no job {job_id!r} in this workspace.", cure="Check the id.")
    return job
