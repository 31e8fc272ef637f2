"""The background jobs of tags, and when they run on their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from sqlalchemy import select

from tributary.core.clock import Clock
from tributary.governance import promote
from tributary.jobs import Handler, JobRun, Schedule, enqueue
from tributary.store import Store
from tributary.store.tables.tags import Tag
from tributary.tags.compute import prune_runs, recompute_tag
from tributary.tags.definition import TagKind, ValueType, decode_definition, fields_of
from tributary.tags.definitions import PROMOTE, RECOMPUTE, due_after, get_tag, get_version
from tributary.warehouse import Warehouse

_RECOMPUTE_DUE = "tag.recompute_due"
_PRUNE = "tag.prune"

SCHEDULES = (
    Schedule(_RECOMPUTE_DUE, _RECOMPUTE_DUE, every=timedelta(minutes=1)),
    Schedule(_PRUNE, _PRUNE, every=timedelta(hours=1)),
)


def job_handlers(store: Store, warehouse: Warehouse, clock: Clock) -> Mapping[str, Handler]:
    """The handlers of every job kind of this package, for the job runner."""

    def recompute(job: JobRun) -> None:
        tag_id = str(job.payload["tag_id"])
        recompute_tag(store, warehouse, clock, job.workspace_id, tag_id, checkpoint=job.check_cancelled)

    def promote_fields(job: JobRun) -> None:
        with store.read() as session:
            tag = get_tag(session, job.workspace_id, str(job.payload["tag_id"]))
            version = get_version(session, job.workspace_id, tag.id, tag.current_version)
            kind, value_type = cast("TagKind", tag.kind), cast("ValueType", tag.value_type)
            definition = decode_definition(kind, value_type, version.definition)
        promote(store, warehouse, job.workspace_id, fields_of(definition))

    def recompute_due(_job: JobRun) -> None:
        enqueue_due(store, clock)

    def prune(_job: JobRun) -> None:
        prune_runs(store, warehouse)

    return {RECOMPUTE: recompute, PROMOTE: promote_fields, _RECOMPUTE_DUE: recompute_due, _PRUNE: prune}


def enqueue_due(store: Store, clock: Clock) -> int:
    """Ask for every tag whose time has come to be computed, and note when it comes next; returns how many."""
    now = clock.now()
    with store.begin() as session:
        due = session.scalars(select(Tag).where(Tag.due_at <= now).with_for_update(skip_locked=True)).all()
        for tag in due:
            enqueue(session, RECOMPUTE, {"tag_id": tag.id}, workspace_id=tag.workspace_id, key=tag.id)
            tag.due_at = due_after(session, tag, now)
    return len(due)
