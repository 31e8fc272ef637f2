"""`Runner`: the worker. It claims jobs, keeps their leases alive, calls the handlers, and settles what became of them.

Delivery is at least once. A worker that dies falls silent; after its lease another one takes the job over. A handler
therefore must reach the same result when it runs again, and call `check_cancelled` now and then if it runs long.
"""

from __future__ import annotations

import logging
import os
import random
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tributary.core.clock import Clock
from tributary.errors import TributaryError
from tributary.jobs import claims, schedules
from tributary.jobs.schedules import Schedule
from tributary.store import Store
from tributary.store.tables.jobs import Job

log = logging.getLogger(__name__)

_UNEXPECTED_ATTEMPTS = 3  # for errors that are not ours: a driver's hiccup passes, a bug does not
_PROGRESS_SECONDS = 1.0  # how soon progress is shown
_CLEAN_EVERY = timedelta(hours=1)
_LOST = ("worker_lost", "The worker that ran this job stopped answering; it was killed or cut off.")


class StopJob(Exception):
    """Raised by `check_cancelled`: leave the work as it is and let this pass through."""


class JobRun:
    """What a handler gets: one attempt at one job."""

    def __init__(self, job: Job, store: Store, is_stopping: threading.Event) -> None:
        self.id = job.id
        self.workspace_id = job.workspace_id
        self.kind = job.kind
        self.payload: dict[str, Any] = job.payload
        self.attempt = job.attempt
        self.request_id = job.request_id
        self.done = 0
        self.total: int | None = None
        self._job = job
        self._store = store
        self._is_stopping = is_stopping

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far the work is, in units of the handler's choice. Shown within a second; costs nothing.

        It only notes the numbers, so that it may be called inside a transaction: writing here would wait for SQLite's
        one write lock, which that transaction holds.
        """
        self.done, self.total = done, total if total is not None else self.total

    def check_cancelled(self) -> None:
        """Raise `StopJob` when somebody cancelled the job, the worker is stopping, or the job is another worker's."""
        if self._is_stopping.is_set():
            raise StopJob
        with self._store.read() as session:
            row = session.execute(
                select(Job.is_cancel_requested, Job.lease_owner, Job.attempt).where(Job.id == self.id)
            ).one_or_none()
        if (
            row is None
            or row.is_cancel_requested
            or (row.lease_owner, row.attempt)
            != (
                self._job.lease_owner,
                self._job.attempt,
            )
        ):
            raise StopJob


Handler = Callable[[JobRun], None]


class Runner:
    """Runs jobs of the kinds it has handlers for, on `concurrency` threads once started.

    `lease` is how long a worker may stay silent before its jobs are taken over; it gives a sign of life three times
    as often. `poll_seconds` is how long an idle thread waits before it looks again, unless `wake` is called.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        handlers: Mapping[str, Handler],
        *,
        schedules: Sequence[Schedule] = (),
        concurrency: int = 2,
        lease: timedelta = timedelta(seconds=30),
        poll_seconds: float = 1.0,
        jitter: random.Random | None = None,
    ) -> None:
        unknown = sorted({schedule.kind for schedule in schedules} - handlers.keys())
        if unknown:
            raise ValueError(f"The schedules ask for jobs that nobody handles: {', '.join(unknown)}.")
        self._store = store
        self._clock = clock
        self._handlers = dict(handlers)
        self._schedules = tuple(schedules)
        self._concurrency = concurrency
        self._lease = lease
        self._poll_seconds = poll_seconds
        self._jitter = jitter or random.Random()
        self._owner = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._is_stopping = threading.Event()
        self._news = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._is_registered = False
        self._cleaned_at: datetime | None = None

    def run_once(self) -> bool:
        """Queue what the schedules say, take back silent jobs, and run one job here. False: nothing was due."""
        self._keep_house()
        if not self._has_work():
            return False
        now = self._clock.now()
        with self._store.begin() as session:
            schedules.fire_due(session, self._schedules, now=now)
        self._take_back()
        with self._store.begin() as session:
            job = claims.claim(
                session, now=self._clock.now(), kinds=self._handlers, owner=self._owner, lease=self._lease
            )
        if job is None:
            return False
        self._execute(job)
        return True

    def run_all(self, limit: int = 10_000) -> int:
        """Run due jobs here, one after the other, until none is due or `limit` ran; how many ran."""
        for count in range(limit):
            if not self.run_once():
                return count
        return limit

    def start(self) -> None:
        """Begin working on threads."""
        self._is_stopping.clear()
        for number in range(self._concurrency):
            thread = threading.Thread(target=self._loop, name=f"jobs-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 30) -> None:
        """Take no more jobs; ask running ones to stop at their next check, and wait `timeout` seconds for all of them.

        A job that is interrupted so is queued again and loses no attempt. One that does not end in time is taken over
        by another worker after its lease.
        """
        self._is_stopping.set()
        self.wake()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads.clear()

    def wake(self) -> None:
        """Look for work now."""
        with self._news:
            self._news.notify_all()

    def _loop(self) -> None:
        while not self._is_stopping.is_set():
            try:
                has_run = self.run_once()
            except Exception:  # a worker outlives an outage of the store; the log says what it was
                log.exception("worker cannot look for jobs")
                has_run = False
            if not has_run:
                with self._news:
                    if not self._is_stopping.is_set():
                        self._news.wait(self._poll_seconds)

    def _keep_house(self) -> None:
        now = self._clock.now()
        if self._cleaned_at is None or now - self._cleaned_at >= _CLEAN_EVERY:
            self._cleaned_at = now
            with self._store.begin() as session:
                claims.forget(session, now=now)

    def _has_work(self) -> bool:
        now = self._clock.now()
        if not self._is_registered:
            with self._store.begin() as session:
                schedules.register(session, self._schedules, now=now)
            self._is_registered = True
        with self._store.read() as session:
            return claims.has_work(session, now=now, kinds=self._handlers) or schedules.has_due(
                session, self._schedules, now=now
            )

    def _take_back(self) -> None:
        while True:
            with self._store.begin() as session:
                now = self._clock.now()
                job = claims.next_silent(session, now=now)
                if job is None:
                    return
                code, text = _LOST
                claims.end_failed(
                    session, job, now=now, code=code, text=text, attempts=job.max_attempts, wait=timedelta(0)
                )
                log.warning("job taken back", extra={"facts": {"job": job.id, "kind": job.kind, "state": job.state}})

    def _execute(self, job: Job) -> None:
        run = JobRun(job, self._store, self._is_stopping)
        error: BaseException | None = None
        with self._heartbeat(job, run):
            try:
                self._handlers[job.kind](run)
            except Exception as exc:  # noqa: BLE001 (whatever a handler raises is the job's outcome)
                error = exc
        try:
            self._settle(job, run, error)
        except TributaryError:
            # The lease runs out and the job is taken back: at least once is kept.
            log.exception("job outcome not recorded", extra={"facts": {"job": job.id, "kind": job.kind}})

    def _settle(self, job: Job, run: JobRun, error: BaseException | None) -> None:
        with self._store.begin() as session:
            now = self._clock.now()
            mine = claims.own(session, job)
            if mine is None:
                log.warning("job was taken over", extra={"facts": {"job": job.id, "kind": job.kind}})
                return
            mine.done, mine.total = run.done, run.total
            if error is None:
                mine.error_code = mine.error = None
                claims.end(mine, "succeeded", now=now)
            elif isinstance(error, StopJob) and mine.is_cancel_requested:
                claims.end(mine, "cancelled", now=now)
            elif isinstance(error, StopJob):
                mine.attempt -= 1
                claims.requeue(session, mine, now=now, at=now)
            else:
                code, text, attempts, wait = self._judge(error, mine)
                claims.end_failed(session, mine, now=now, code=code, text=text, attempts=attempts, wait=wait)
            facts = {"job": mine.id, "kind": mine.kind, "state": mine.state, "attempt": mine.attempt}
        if error is None or isinstance(error, StopJob):
            log.info("job ended", extra={"facts": facts})
        else:
            log.error("job attempt failed", extra={"facts": {**facts, "code": code}}, exc_info=error)

    def _judge(self, error: BaseException, job: Job) -> tuple[str, str, int, timedelta]:
        """Error code, text for people, how many attempts it deserves, and the pause before the next."""
        wait = claims.backoff(job.attempt, self._jitter)
        if not isinstance(error, TributaryError):
            # The text of a foreign error may quote a customer's data; the place in the code says as much.
            frames = traceback.extract_tb(error.__traceback__)
            where = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
            text = f"Unexpected {type(error).__name__}{where}. The log has the details."
            return "internal_error", text, min(_UNEXPECTED_ATTEMPTS, job.max_attempts), wait
        wait = max(wait, timedelta(seconds=float(error.attrs.get("retry_after", 0))))
        return error.code, str(error), job.max_attempts if error.retry else 0, wait

    @contextmanager
    def _heartbeat(self, job: Job, run: JobRun) -> Iterator[None]:
        ended = threading.Event()

        def beat() -> None:
            every = self._lease.total_seconds() / 3
            shown, last = (run.done, run.total), time.monotonic()
            while not ended.wait(min(every, _PROGRESS_SECONDS)):
                # Somebody may be watching the bar; but a job that says nothing new costs no writes.
                progress = (run.done, run.total)
                if progress != shown or time.monotonic() - last >= every:
                    self.heartbeat(job, run)
                    shown, last = progress, time.monotonic()

        thread = threading.Thread(target=beat, name=f"heartbeat-{job.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def heartbeat(self, job: Job, run: JobRun) -> None:
        """Extend the lease of a job that runs here, and show its progress."""
        try:
            with self._store.begin() as session:
                claims.keep(session, job, now=self._clock.now(), lease=self._lease, done=run.done, total=run.total)
        except TributaryError:
            log.warning("heartbeat failed", extra={"facts": {"job": job.id}}, exc_info=True)
