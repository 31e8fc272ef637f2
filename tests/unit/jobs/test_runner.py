"""Working on jobs: order, retries, leases, takeover after a crash, cancelling, schedules. On both engines."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tributary.errors import InvalidRequest, Unavailable
from tributary.jobs import Runner, Schedule, StopJob, cancel_job, enqueue, get_job
from tributary.jobs.claims import backoff
from tributary.store.tables.access import Workspace
from tributary.store.tables.jobs import Job

KIND = "test.work"


class Bench:
    """A store, a clock and what the handler did."""

    def __init__(self, store, clock):
        self.store, self.clock, self.ran = store, clock, []

    def ask(self, payload=None, **options):
        with self.store.begin() as session:
            return enqueue(session, KIND, payload or {}, **{"workspace_id": 1, **options})

    def job(self, job_id):
        with self.store.read() as session:
            job = get_job(session, 1, job_id)
            session.expunge(job)
            return job

    def runner(self, handler=None, **options):
        def note(run):
            self.ran.append(run.id)
            if handler is not None:
                handler(run)

        return Runner(self.store, self.clock, {KIND: note}, jitter=random.Random(1), **options)


@pytest.fixture
def bench(store, clock):
    return Bench(store, clock)


def fail_with(error):
    def handler(run):
        raise error

    return handler


def test_jobs_run_by_priority_then_age_and_only_when_due(bench):
    low, first, second = bench.ask(priority=-1), bench.ask(), bench.ask()
    urgent = bench.ask(priority=5)
    later = bench.ask(not_before=bench.clock.now() + timedelta(minutes=1))
    runner = bench.runner()
    assert runner.run_all() == 4
    assert bench.ran == [urgent, first, second, low]
    bench.clock.advance(60)
    assert runner.run_once()
    assert bench.job(later).state == "succeeded"


def test_jobs_that_ended_long_ago_are_forgotten_failed_ones_later(bench):
    good, bad = bench.ask(), bench.ask({"fail": True})

    def handler(run):
        if run.payload:
            raise InvalidRequest("no")

    runner = bench.runner(handler)

    def left():
        with bench.store.read() as session:
            return set(session.scalars(select(Job.id)))

    runner.run_all()
    bench.clock.advance(timedelta(days=7))
    runner.run_once()
    assert left() == {good, bad}
    bench.clock.advance(timedelta(hours=1))
    runner.run_once()
    assert left() == {bad}
    bench.clock.advance(timedelta(days=30))
    waiting = bench.ask(not_before=bench.clock.now() + timedelta(days=1))
    runner.run_once()
    assert left() == {waiting}


def test_kinds_without_a_handler_stay_queued(bench):
    with bench.store.begin() as session:
        job = enqueue(session, "unknown", {}, workspace_id=1)
    assert not bench.runner().run_once()
    assert bench.job(job).state == "queued"


def test_what_the_handler_gets_and_what_is_shown_afterwards(bench):
    job = bench.ask({"audience_id": "aud_1"}, workspace_id=1, request_id="req_12345678")
    seen = {}

    def handler(run):
        seen.update(payload=run.payload, workspace=run.workspace_id, attempt=run.attempt, request=run.request_id)
        run.progress(3, 10)
        run.progress(10)

    bench.runner(handler).run_once()
    assert seen == {"payload": {"audience_id": "aud_1"}, "workspace": 1, "attempt": 1, "request": "req_12345678"}
    row = bench.job(job)
    assert (row.state, row.done, row.total, row.error) == ("succeeded", 10, 10, None)
    assert row.started_at == row.finished_at == bench.clock.now()


def test_an_outage_is_retried_with_growing_pauses_until_the_attempts_are_used_up(bench):
    job = bench.ask(max_attempts=4)
    runner = bench.runner(fail_with(Unavailable("SMTP does not answer.", cure="Check the server.")))
    pauses = []
    while runner.run_once():
        row = bench.job(job)
        if row.state == "queued":
            pauses.append((row.not_before - bench.clock.now()).total_seconds())
            assert not runner.run_once(), "it waits for its time"
            bench.clock.set(row.not_before)
    assert len(bench.ran) == 4
    assert all(2.5 * 2**n <= pause <= 7.5 * 2**n for n, pause in enumerate(pauses))
    assert (row.state, row.error_code) == ("failed", "unavailable")
    assert row.error == "SMTP does not answer. Check the server."


def test_a_mistake_is_not_retried(bench):
    job = bench.ask()
    bench.runner(fail_with(InvalidRequest("The audience is gone."))).run_all()
    assert (bench.job(job).state, bench.job(job).attempt) == ("failed", 1)


def test_an_unexpected_error_is_tried_three_times_and_its_text_stays_out_of_the_record(bench):
    job = bench.ask()
    runner = bench.runner(fail_with(ValueError("wang@example.com")))
    for _ in range(5):
        runner.run_once()
        bench.clock.advance(timedelta(hours=1))
    row = bench.job(job)
    assert (row.state, row.attempt) == ("failed", 3)
    assert "ValueError at test_runner.py" in row.error
    assert "wang" not in row.error


def test_success_after_a_failure_clears_the_error(bench):
    job = bench.ask()
    errors = [Unavailable("down"), None]

    def handler(run):
        if error := errors.pop(0):
            raise error

    runner = bench.runner(handler)
    runner.run_once()
    assert bench.job(job).error == "down"
    bench.clock.advance(60)
    runner.run_once()
    assert (bench.job(job).state, bench.job(job).error) == ("succeeded", None)


def test_a_provider_that_says_when_to_come_back_is_obeyed(bench):
    job = bench.ask()
    bench.runner(fail_with(Unavailable("busy", retry_after=600))).run_once()
    assert bench.job(job).not_before == bench.clock.now() + timedelta(seconds=600)


def test_a_request_during_the_run_queues_a_second_job_which_waits_for_the_first(bench):
    first = bench.ask(key="aud_1")
    other = bench.runner()
    seen = []

    def handler(run):
        if run.id == first:
            seen.append(bench.ask(key="aud_1"))
            assert not other.run_once(), "the same thing is never worked on twice at a time"

    bench.runner(handler).run_all()
    (second,) = seen
    assert second != first
    assert bench.ran == [first, second]


def test_a_failed_job_gives_way_to_the_newer_request_for_the_same_thing(bench):
    first = bench.ask(key="aud_1")
    seen = []

    def handler(run):
        if run.id == first:
            seen.append(bench.ask(key="aud_1"))
            raise Unavailable("down")

    runner = bench.runner(handler)
    runner.run_once()
    (second,) = seen
    assert bench.job(first).state == "superseded"
    assert bench.job(first).error == "down"
    assert bench.job(second).not_before > bench.clock.now(), "the pause holds for the successor"
    bench.clock.advance(60)
    runner.run_once()
    assert bench.job(second).state == "succeeded"


def test_the_job_of_a_worker_that_died_is_taken_over_after_its_lease(bench):
    job = bench.ask()

    class Killed(BaseException):
        """Unwinds the worker as a kill would: nothing is written."""

    with pytest.raises(Killed):
        bench.runner(fail_with(Killed()), lease=timedelta(seconds=30)).run_once()
    survivor = bench.runner()
    assert not survivor.run_once()
    assert bench.job(job).state == "running"
    bench.clock.advance(31)
    assert survivor.run_once()
    row = bench.job(job)
    assert (row.state, row.attempt) == ("succeeded", 2)


def test_a_job_that_kills_its_workers_does_not_do_so_for_ever(bench):
    job = bench.ask(max_attempts=3)

    class Killed(BaseException):
        pass

    for _ in range(3):
        with pytest.raises(Killed):
            bench.runner(fail_with(Killed())).run_once()
        bench.clock.advance(31)
    assert not bench.runner().run_once()
    row = bench.job(job)
    assert (row.state, row.error_code, row.attempt) == ("failed", "worker_lost", 3)


def test_a_worker_that_was_thought_dead_cannot_overwrite_its_successor(bench):
    job = bench.ask()
    stopped = []

    def slow(run):
        bench.clock.advance(31)  # a pause longer than the lease, without a sign of life
        bench.runner().run_once()
        run.progress(1, 2)
        try:
            run.check_cancelled()
        except StopJob:
            stopped.append(run.id)
        raise InvalidRequest("late and wrong")

    bench.runner(slow).run_once()
    assert stopped == [job]
    row = bench.job(job)
    assert (row.state, row.attempt, row.error_code, row.done) == ("succeeded", 2, None, 0)


def test_heartbeats_extend_the_lease_and_show_progress(bench):
    job = bench.ask()
    runner = bench.runner(lambda run: None, lease=timedelta(seconds=30))

    def handler(run):
        with bench.store.read() as session:
            claimed = session.scalars(select(Job).where(Job.id == job)).one()
            session.expunge(claimed)
        bench.clock.advance(20)
        run.progress(5, 9)
        runner.heartbeat(claimed, run)
        bench.clock.advance(20)
        assert not bench.runner().run_once(), "the lease was extended"
        assert (bench.job(job).done, bench.job(job).total) == (5, 9)

    runner._handlers[KIND] = handler
    runner.run_once()
    assert bench.job(job).state == "succeeded"


def test_a_running_job_stops_at_its_next_check_when_cancelled(bench):
    job = bench.ask()

    def handler(run):
        run.check_cancelled()
        with bench.store.begin() as session:
            cancel_job(session, 1, job, now=bench.clock.now())
        run.check_cancelled()
        pytest.fail("it went on")

    bench.runner(handler).run_once()
    assert bench.job(job).state == "cancelled"


def test_a_cancelled_job_that_fails_is_not_retried(bench):
    job = bench.ask()

    def handler(run):
        with bench.store.begin() as session:
            cancel_job(session, 1, job, now=bench.clock.now())
        raise Unavailable("down")

    bench.runner(handler).run_once()
    assert bench.job(job).state == "cancelled"


def test_stopping_the_worker_queues_its_job_again_without_losing_an_attempt(bench):
    job = bench.ask()
    is_running, go_on = threading.Event(), threading.Event()

    def handler(run):
        is_running.set()
        assert go_on.wait(10)
        run.check_cancelled()

    runner = bench.runner(handler, concurrency=1)
    runner.start()
    assert is_running.wait(10)
    stopper = threading.Thread(target=runner.stop)
    stopper.start()
    while not runner._is_stopping.is_set():
        pass
    go_on.set()
    stopper.join(10)
    row = bench.job(job)
    assert (row.state, row.attempt, row.lease_owner) == ("queued", 0, None)


def test_started_threads_work_and_wake(bench):
    ids = {bench.ask() for _ in range(5)}
    done = threading.Event()

    def handler(run):
        if len(bench.ran) == 6:
            done.set()

    runner = bench.runner(handler, concurrency=2, poll_seconds=60)
    runner.start()
    try:
        ids.add(bench.ask())
        runner.wake()
        assert done.wait(20)
    finally:
        runner.stop()
    assert set(bench.ran) == ids


def test_stopping_waits_once_and_not_once_for_each_thread(bench):
    go_on, running = threading.Event(), threading.Semaphore(0)

    def handler(_run):
        running.release()
        go_on.wait(10)

    for _ in range(4):
        bench.ask()
    runner = bench.runner(handler, concurrency=4, poll_seconds=0.01)
    runner.start()
    for _ in range(4):
        assert running.acquire(timeout=10)
    threads = list(runner._threads)
    begun = time.monotonic()
    runner.stop(timeout=0.3)
    assert time.monotonic() - begun < 0.9  # four times 0.3 is more
    go_on.set()
    for thread in threads:
        thread.join(10)


def test_two_workers_share_the_jobs_and_run_none_twice(bench):
    ids = [bench.ask({"n": n}, key=f"k{n % 10}" if n % 2 else None) for n in range(40)]
    wanted = set(ids)
    first, second = bench.runner(), bench.runner()
    threads = [threading.Thread(target=runner.run_all) for runner in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    first.run_all()
    assert sorted(bench.ran) == sorted(wanted)
    with bench.store.read() as session:
        assert set(session.scalars(select(Job.state))) == {"succeeded"}


def test_a_job_that_an_open_transaction_asks_for_again_waits_for_its_commit(bench):
    """Else the worker would not see the change for which the job was asked again."""
    bench.ask(key="same")
    other = bench.runner()
    with bench.store.begin() as session:
        enqueue(session, KIND, {}, workspace_id=1, key="same")
        if not bench.store.is_sqlite:  # there, one open write transaction keeps all others out
            assert not other.run_once()
    assert other.run_once()


def test_a_request_made_while_a_worker_claims_is_never_lost(bench):
    """Each request commits a new version; whatever the interleaving, the last run must see the last version."""
    seen = []
    finished = threading.Event()
    with bench.store.begin() as session:
        session.add(
            Workspace(id=1, name="0", timezone="UTC", locale="en", currency="EUR", created_at=bench.clock.now())
        )

    def handler(run):
        with bench.store.read() as session:
            seen.append(int(session.scalars(select(Workspace.name)).one()))

    runner = bench.runner(handler)

    def work():
        while not finished.is_set():
            runner.run_once()

    thread = threading.Thread(target=work)
    thread.start()
    for version in range(1, 80):
        with bench.store.begin() as session:
            enqueue(session, KIND, {}, workspace_id=1, key="same")
            session.execute(update(Workspace).values(name=str(version)))
    finished.set()
    thread.join(30)
    runner.run_all()
    assert seen[-1] == 79


_WORKER = """
import sys, time
from tributary.core.clock import SystemClock
from tributary.jobs import Runner
from tributary.store import open_store

def handler(run):
    print("working", flush=True)
    time.sleep(60)

Runner(open_store(sys.argv[1]), SystemClock(), {"test.work": handler}).run_once()
"""


def test_a_killed_process_loses_no_job(bench, store_url):
    job = bench.ask()
    worker = subprocess.Popen([sys.executable, "-c", _WORKER, store_url], stdout=subprocess.PIPE, text=True)
    assert worker.stdout.readline() == "working\n"
    worker.kill()
    worker.wait()
    worker.stdout.close()
    assert bench.job(job).state == "running"
    bench.clock.set(bench.job(job).lease_until)
    assert bench.runner().run_once()
    assert (bench.job(job).state, bench.job(job).attempt) == ("succeeded", 2)


def test_a_schedule_fires_once_per_interval_and_makes_up_once_for_missed_ones(bench):
    schedule = Schedule("hourly", KIND, timedelta(hours=1), payload={"x": 1}, workspace_id=1)
    first, second = bench.runner(schedules=[schedule]), bench.runner(schedules=[schedule])
    assert not first.run_once()
    bench.clock.advance(timedelta(hours=1))
    assert [first.run_all(), second.run_all()] == [1, 0]
    bench.clock.advance(timedelta(hours=5, minutes=30))
    assert [second.run_all(), first.run_all()] == [1, 0]
    bench.clock.advance(timedelta(minutes=30))
    assert first.run_all() == 1


def test_a_shorter_interval_takes_effect_at_the_next_start(bench):
    bench.runner(schedules=[Schedule("s", KIND, timedelta(days=1), workspace_id=1)]).run_once()
    runner = bench.runner(schedules=[Schedule("s", KIND, timedelta(minutes=1), workspace_id=1)])
    runner.run_once()
    bench.clock.advance(60)
    assert runner.run_all() == 1


def test_a_schedule_for_a_kind_without_handler_is_refused(store, clock):
    with pytest.raises(ValueError, match="nobody"):
        Runner(store, clock, {}, schedules=[Schedule("s", "unknown", timedelta(hours=1))])


_TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001 (only differences matter)


@given(_TIMES, _TIMES, st.integers(1, 10**6))
def test_the_next_time_of_a_schedule_is_the_first_one_after_now(now, anchor, every):
    schedule = Schedule("s", "k", timedelta(seconds=every), anchor=anchor)
    following = schedule.next_after(now)
    assert now < following <= now + schedule.every
    assert (following - schedule.anchor) % schedule.every == timedelta(0)


@given(st.integers(1, 100), st.integers())
def test_pauses_grow_to_a_limit_and_spread(attempt, seed):
    pause = backoff(attempt, random.Random(seed)).total_seconds()
    middle = min(5 * 2 ** (attempt - 1), 900)
    assert middle * 0.5 <= pause <= middle * 1.5
