"""Tell the collectors which write keys are good: one snapshot file, written after the commit of every change.

Collectors have no database. They read the snapshot, and read it again when a key is unknown to them.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tributary.collector.directory import SourceEntry, write_snapshot
from tributary.core.clock import Clock, SystemClock
from tributary.errors import Unavailable
from tributary.jobs import Handler, JobRun
from tributary.sources.service import KINDS_WITHOUT_HTTP, PUBLISH
from tributary.store import Store
from tributary.store.tables.sources import Source


def publish_sources(store: Store, path: Path, *, clock: Clock | None = None) -> int:
    """Write the snapshot of all workspaces' sources to `path` and return the number of write keys in it.

    The rotation's old key has an entry of its own until its time is over; a job publishes again at that moment, so
    that it really ends. Sources that nobody may send to over HTTP are left out.

    Raises:
        Unavailable: the store does not answer or the file cannot be written.
    """
    try:
        with _only_one(path), store.read() as session:
            # Read inside the lock: otherwise a slower publisher could put an older state over a newer one.
            entries = _entries(session, (clock or SystemClock()).now())
            write_snapshot(path, entries)
    except OSError as exc:
        raise Unavailable(
            f"The write keys cannot be published to {path}.", cure="Check the folder's owner and free space."
        ) from exc
    return len(entries)


def publish_after_commit(session: Session, store: Store, path: Path, *, clock: Clock | None = None) -> None:
    """Publish as part of this transaction's commit, so that a key works when its creator reads the answer."""

    def _publish(_session: Session) -> None:
        publish_sources(store, path, clock=clock)

    event.listen(session, "after_commit", _publish, once=True)


def job_handlers(store: Store, path: Path, clock: Clock) -> Mapping[str, Handler]:
    """The handlers of this package's jobs, for the job runner."""

    def publish(_job: JobRun) -> None:
        publish_sources(store, path, clock=clock)

    return {PUBLISH: publish}


def _entries(session: Session, now: datetime) -> list[SourceEntry]:
    query = select(Source).where(Source.kind.not_in(KINDS_WITHOUT_HTTP)).order_by(Source.id)
    entries = []
    for source in session.scalars(query):
        keys = [source.write_key]
        until = source.previous_key_valid_until
        if source.previous_write_key is not None and until is not None and now < until:
            keys.append(source.previous_write_key)
        entries += [
            SourceEntry(
                id=source.id,
                workspace_id=source.workspace_id,
                write_key=key,
                name=source.name,
                kind=source.kind,
                is_enabled=source.is_enabled,
                allowed_origins=list(source.allowed_origins),
            )
            for key in keys
        ]
    return entries


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """One publisher at a time, over all processes: the command line may publish beside a running server."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
