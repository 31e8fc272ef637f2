"""The background job of access: what has ended is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tributary.access.sessions import purge_ended
from tributary.core.clock import Clock
from tributary.jobs import Handler, JobRun, Schedule
from tributary.store import Store

_PURGE = "access.purge"

SCHEDULES = (Schedule(_PURGE, _PURGE, every=timedelta(hours=1)),)


def job_handlers(store: Store, clock: Clock) -> Mapping[str, Handler]:
    """The handler of every job kind of this package, for the job runner."""

    def purge(_run: JobRun) -> None:
        with store.begin() as session:
            purge_ended(session, clock.now())

    return {_PURGE: purge}
