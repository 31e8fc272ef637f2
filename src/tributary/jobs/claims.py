"""The life of a job in the store: claimed under a lease, kept alive, ended, retried, or taken back from the dead.

Each function is one short transaction. A worker owns a job while the row names it as `lease_owner` with the same
`attempt`; every write checks that, so that a worker that was thought dead cannot overwrite its successor's work.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from tributary.store import Session
from tributary.store.tables.jobs import Job

_FIRST_DELAY = timedelta(seconds=5)
_LONGEST_DELAY = timedelta(minutes=15)
KEEP_ENDED = timedelta(days=7)
KEEP_FAILED = timedelta(days=30)


def _due(now: datetime, kinds: Collection[str]) -> list[ColumnElement[bool]]:
    other = aliased(Job)
    is_busy = exists().where(
        Job.key.is_not(None),
        other.workspace_id == Job.workspace_id,
        other.kind == Job.kind,
        other.key == Job.key,
        other.state == "running",
    )
    return [Job.state == "queued", Job.not_before <= now, Job.kind.in_(kinds), ~is_busy]


def has_work(session: Session, *, now: datetime, kinds: Collection[str]) -> bool:
    """Whether `claim` or `next_silent` would find something: a look that takes no lock."""
    due = select(Job.id).where(*_due(now, kinds)).limit(1)
    silent = select(Job.id).where(Job.state == "running", Job.lease_until <= now).limit(1)
    return session.scalar(due) is not None or session.scalar(silent) is not None


def claim(session: Session, *, now: datetime, kinds: Collection[str], owner: str, lease: timedelta) -> Job | None:
    """Take the most urgent due job of these kinds: highest priority, then oldest. None when nothing is due.

    Jobs that another worker is just taking are skipped (PostgreSQL); on SQLite the write transaction excludes others.
    """
    job = session.scalars(
        select(Job)
        .where(*_due(now, kinds))
        .order_by(Job.priority.desc(), Job.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Job)
    ).one_or_none()
    if job is None:
        return None
    job.state, job.live_key = "running", None
    job.attempt += 1
    job.lease_owner, job.lease_until = owner, now + lease
    job.started_at, job.finished_at = now, None
    job.done, job.total = 0, None
    return job


def keep(session: Session, job: Job, *, now: datetime, lease: timedelta, done: int, total: int | None) -> bool:
    """Extend the lease and show the progress. False: the job is no longer this worker's."""
    kept = session.execute(
        update(Job)
        .where(*_mine(job))
        .values(lease_until=now + lease, done=done, total=total)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(kept)


def own(session: Session, job: Job) -> Job | None:
    """The job, locked, if it is still the one that this worker claimed."""
    return session.scalars(
        select(Job).where(*_mine(job)).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _mine(job: Job) -> list[ColumnElement[bool]]:
    return [
        Job.id == job.id,
        Job.state == "running",
        Job.lease_owner == job.lease_owner,
        Job.attempt == job.attempt,
    ]


def next_silent(session: Session, *, now: datetime) -> Job | None:
    """A running job whose worker has let its lease run out, locked. None when there is none."""
    return session.scalars(
        select(Job)
        .where(Job.state == "running", Job.lease_until <= now)
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def end(job: Job, state: str, *, now: datetime) -> None:
    """Put the job in a final state."""
    job.state, job.live_key, job.finished_at = state, None, now
    job.lease_owner = job.lease_until = None


def end_failed(
    session: Session,
    job: Job,
    *,
    now: datetime,
    code: str,
    text: str,
    attempts: int,
    wait: timedelta,
) -> None:
    """Note the error; queue the job again after `wait` while it has had fewer than `attempts`, else let it rest."""
    job.error_code, job.error = code, text
    if job.is_cancel_requested:
        end(job, "cancelled", now=now)
    elif job.attempt >= attempts:
        end(job, "failed", now=now)
    else:
        requeue(session, job, now=now, at=now + wait)


def requeue(session: Session, job: Job, *, now: datetime, at: datetime) -> None:
    """Queue the job again, unless a newer one with its key waits already: then that one does the work."""
    if put_back(session, job, at):
        return
    waiting = session.scalars(
        select(Job)
        .where(Job.workspace_id == job.workspace_id, Job.kind == job.kind, Job.live_key == job.key)
        .with_for_update()
    ).one_or_none()
    if waiting is not None and waiting.not_before < at:
        waiting.not_before = at  # the pause after a failure also holds for the successor
    end(job, "superseded", now=now)


def put_back(session: Session, job: Job, at: datetime) -> bool:
    """Make the job queued from `at` on. False, and nothing changed, when another one with its key is queued."""
    session.flush()
    try:
        with session.begin_nested():
            job.state, job.live_key, job.not_before = "queued", job.key, at
            job.lease_owner = job.lease_until = None
            session.flush()
    except IntegrityError:
        session.refresh(job)
        return False
    return True


def forget(session: Session, *, now: datetime) -> int:
    """Delete jobs that ended long ago: failed ones after 30 days, the others after 7; how many."""
    is_old = (Job.state == "failed") & (Job.finished_at < now - KEEP_FAILED) | (
        Job.state.in_(("succeeded", "cancelled", "superseded")) & (Job.finished_at < now - KEEP_ENDED)
    )
    return len(session.execute(delete(Job).where(is_old).returning(Job.id)).all())


def backoff(attempt: int, jitter: random.Random) -> timedelta:
    """The pause after the `attempt`-th failure: 5 s, doubling, at most 15 min, times a random factor of 0.5 to 1.5.

    The randomness keeps jobs that failed together from coming back together.
    """
    pause: timedelta = min(_FIRST_DELAY * int(2 ** min(attempt - 1, 20)), _LONGEST_DELAY)
    return pause * (0.5 + jitter.random())
