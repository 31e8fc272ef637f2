"""Asking for jobs: in the caller's transaction, gathered by key, cancelled and retried. On both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tributary.errors import Conflict, NotFound
from tributary.jobs import cancel_job, enqueue, get_job, list_jobs, retry_job


@pytest.fixture
def ask(store):
    def ask(kind="mail.send", payload=None, **options):
        with store.begin() as session:
            return enqueue(session, kind, payload or {}, **{"workspace_id": 1, **options})

    return ask


@pytest.fixture
def look(store):
    def look(job_id, workspace_id=1):
        with store.read() as session:
            job = get_job(session, workspace_id, job_id)
            session.expunge(job)
            return job

    return look


def test_a_job_vanishes_with_the_change_it_belongs_to(store):
    with pytest.raises(RuntimeError), store.begin() as session:
        enqueue(session, "mail.send", {}, workspace_id=1)
        raise RuntimeError
    with store.read() as session:
        assert list_jobs(session, 1) == []


def test_requests_with_the_same_key_become_one_job_with_the_newest_payload(ask, look):
    first = ask(key="aud_1", payload={"version": 1})
    assert ask(key="aud_1", payload={"version": 2}) == first
    job = look(first)
    assert (job.payload, job.requests) == ({"version": 2}, 2)


def test_keys_of_other_workspaces_and_kinds_are_other_keys(ask):
    ids = {ask(key="a"), ask(key="b"), ask(key="a", workspace_id=2), ask("other", key="a"), ask(), ask()}
    assert len(ids) == 6


def test_a_second_request_can_only_pull_a_job_forward(ask, look, clock):
    later, sooner = clock.now() + timedelta(hours=2), clock.now() + timedelta(hours=1)
    job = ask(key="a", not_before=later)
    ask(key="a", not_before=sooner)
    assert look(job).not_before == sooner
    ask(key="a", not_before=later)
    assert look(job).not_before == sooner
    ask(key="a")
    assert look(job).not_before < clock.now()


def test_jobs_of_another_workspace_are_not_there(store, ask):
    job = ask()
    with store.begin() as session:
        for call in (lambda: get_job(session, 2, job), lambda: retry_job(session, 2, job)):
            with pytest.raises(NotFound):
                call()
        assert list_jobs(session, 2) == []


def test_list_is_newest_first_and_filtered_and_pages(store, ask):
    ids = [ask(), ask("other"), ask()]
    with store.read() as session:
        assert [job.id for job in list_jobs(session, 1)] == sorted(ids, reverse=True)
        assert [job.id for job in list_jobs(session, 1, kind="other")] == [ids[1]]
        assert list_jobs(session, 1, state="running") == []
        top = list_jobs(session, 1, limit=1)[0].id
        assert {job.id for job in list_jobs(session, 1, before=top)} == set(ids) - {top}


def test_a_waiting_job_is_cancelled_at_once_and_its_key_is_free(store, ask, look, clock):
    job = ask(key="a")
    with store.begin() as session:
        cancel_job(session, 1, job, now=clock.now())
    assert look(job).state == "cancelled"
    assert ask(key="a") != job
    with store.begin() as session, pytest.raises(Conflict):
        cancel_job(session, 1, job, now=clock.now())


def test_a_cancelled_job_can_be_queued_again_unless_a_newer_one_waits(store, ask, look, clock):
    job = ask(key="a")
    with store.begin() as session:
        cancel_job(session, 1, job, now=clock.now())
    with store.begin() as session:
        retry_job(session, 1, job)
    assert (look(job).state, look(job).is_cancel_requested) == ("queued", False)
    with store.begin() as session:
        cancel_job(session, 1, job, now=clock.now())
    ask(key="a")
    with pytest.raises(Conflict, match="newer"), store.begin() as session:
        retry_job(session, 1, job)
    assert look(job).state == "cancelled"


def test_a_job_that_has_not_ended_cannot_be_retried(store, ask):
    job = ask()
    with pytest.raises(Conflict), store.begin() as session:
        retry_job(session, 1, job)
