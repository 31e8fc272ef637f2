"""The background jobs of audiences, and when they run on their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from tributary import rules
from tributary.audiences.definitions import PROMOTE, REFRESH, due_after, get_audience, get_version
from tributary.audiences.refresh import prune_runs, refresh_audience
from tributary.core.clock import Clock
from tributary.governance import promote
from tributary.jobs import Handler, JobRun, Schedule, enqueue
from tributary.store import Store
from tributary.store.tables.audiences import Audience
from tributary.warehouse import Warehouse

_REFRESH_DUE = "audience.refresh_due"
_PRUNE = "audience.prune"

SCHEDULES = (
    Schedule(_REFRESH_DUE, _REFRESH_DUE, every=timedelta(minutes=1)),
    Schedule(_PRUNE, _PRUNE, every=timedelta(hours=1)),
)


def job_handlers(store: Store, warehouse: Warehouse, clock: Clock) -> Mapping[str, Handler]:
    """The handlers of every job kind of this package, for the job runner."""

    def refresh(job: JobRun) -> None:
        audience_id = str(job.payload["audience_id"])
        refresh_audience(store, warehouse, clock, job.workspace_id, audience_id, checkpoint=job.check_cancelled)

    def promote_fields(job: JobRun) -> None:
        with store.read() as session:
            audience = get_audience(session, job.workspace_id, str(job.payload["audience_id"]))
            rule = rules.decode(get_version(session, job.workspace_id, audience.id, audience.current_version).rule)
        promote(store, warehouse, job.workspace_id, rules.fields_used(rule))

    def refresh_due(_job: JobRun) -> None:
        enqueue_due(store, clock)

    def prune(_job: JobRun) -> None:
        prune_runs(store, warehouse)

    return {REFRESH: refresh, PROMOTE: promote_fields, _REFRESH_DUE: refresh_due, _PRUNE: prune}


def enqueue_due(store: Store, clock: Clock) -> int:
    """Ask for a refresh of every audience whose time has come, and note when it comes next; returns how many."""
    now = clock.now()
    with store.begin() as session:
        due = session.scalars(select(Audience).where(Audience.due_at <= now).with_for_update(skip_locked=True)).all()
        for audience in due:
            payload = {"audience_id": audience.id}
            enqueue(session, REFRESH, payload, workspace_id=audience.workspace_id, key=audience.id)
            audience.due_at = due_after(session, audience, now)
    return len(due)
