"""Demo data in a workspace of one's own: asked for once, brought in through the log and the pipeline by a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary import audiences, simulation, tags
from tributary.access import Passwords
from tributary.jobs import Runner
from tributary.messaging import open_keys
from tributary.settings import Settings
from tributary.simulation.load import KIND

URL = "/api/v1/demo-data"
PEOPLE = 60
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def context(rig: PipelineRig, passwords: Passwords) -> Any:
    from tributary.api.context import Context

    settings = Settings(data_dir=rig.directory)
    return Context(
        settings=settings,
        clock=rig.clock,
        store=rig.store,
        warehouse=rig.warehouse,
        log=rig.log,
        producer=rig.producer,
        keys=open_keys(rig.store, settings.keys_dir),
        passwords=passwords,
    )


@pytest.fixture
def owner(make_user: Callable[..., Actor]) -> Actor:
    return make_user("owner", workspace_id=1)


class Worker:
    """The job runner; while a job waits for the pipeline, the pipeline runs, or what a test puts in its place."""

    def __init__(self, context: Any, rig: PipelineRig) -> None:
        self.meanwhile: Callable[[], Any] = rig.run
        self.context = context
        store, clock = context.store, context.clock
        own = simulation.job_handlers(
            store, clock, context.keys.hasher, context.producer, people=PEOPLE, pause=lambda _: self.meanwhile()
        )
        handlers = {
            **own,
            **audiences.job_handlers(store, rig.warehouse, clock),
            **tags.job_handlers(store, rig.warehouse, clock),
            "sources.publish": lambda _: None,
        }
        self.runner = Runner(store, clock, handlers)

    def run(self) -> None:
        self.runner.run_all()


@pytest.fixture
def worker(context: Any, rig: PipelineRig) -> Worker:
    return Worker(context, rig)


def job_of(client: ApiClient, owner: Actor, job_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/v1/jobs/{job_id}", as_=owner, headers=ENGLISH).json()
    return answer


def sums(rig: PipelineRig) -> dict[str, int]:
    totals = rig.totals()
    assert totals["received"] == sum(totals[name] for name in ("stored", "duplicate", "quarantined", "suppressed"))
    return totals


def test_people_their_history_tags_and_audiences_come_and_no_mail_goes(
    api_client: ApiClient, owner: Actor, worker: Worker, rig: PipelineRig
) -> None:
    assert api_client.get(URL, as_=owner).json() == {"loaded": False, "job_id": None}
    answer = api_client.post(URL, as_=owner)
    assert answer.status_code == 202
    job_id = answer.json()["job_id"]
    assert api_client.get(URL, as_=owner).json() == {"loaded": False, "job_id": job_id}
    worker.run()

    job = job_of(api_client, owner, job_id)
    assert (job["state"], job["done"], job["total"], job["kind"]) == ("succeeded", 100, 100, KIND)
    assert api_client.get(URL, as_=owner).json() == {"loaded": True, "job_id": None}
    (source,) = api_client.get("/api/v1/sources", as_=owner).json()["items"]
    assert (source["name"], source["kind"]) == ("Demo shop", "server")
    totals = sums(rig)
    assert totals["stored"] > 1_000
    assert totals["duplicate"] > 0
    assert totals["quarantined"] > 0
    assert rig.ask("SELECT DISTINCT source_id FROM events") == [(source["id"],)]
    ((names, oldest, newest),) = rig.ask("SELECT uniqExact(event), min(timestamp), max(timestamp) FROM events")
    assert names > 4
    assert timedelta(days=80) < newest - oldest <= timedelta(days=90), "wrong clocks of clients are made good"

    listed = api_client.get("/api/v1/audiences", as_=owner).json()["items"]
    assert len(listed) == 3
    assert all(audience["size"] is not None for audience in listed)
    assert sum(audience["size"] for audience in listed) > 0
    listed = api_client.get("/api/v1/tags", as_=owner).json()["items"]
    assert len(listed) == 2
    assert rig.rows("deliveries", "*") == []
    (run,) = api_client.get("/api/v1/imports", as_=owner).json()["items"]
    assert (run["file_name"], run["status"]) == ("Demo data", "finished")
    assert sum(run["summary"]["events"].values()) == totals["received"]
    actions = [entry["action"] for entry in api_client.get("/api/v1/audit", as_=owner).json()["items"]]
    assert {"demo_data.requested", "demo_data.loaded", "source.created"} <= set(actions)


def test_it_is_loaded_once(api_client: ApiClient, owner: Actor, worker: Worker, rig: PipelineRig) -> None:
    first = api_client.post(URL, as_=owner).json()
    assert api_client.post(URL, as_=owner).json() == first, "while it runs, the same job is named"
    worker.run()
    before = rig.totals()
    answer = api_client.post(URL, as_=owner)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert api_client.post(f"/api/v1/jobs/{first['job_id']}/retry", as_=owner).status_code == 409
    worker.run()
    assert rig.totals() == before


def test_it_does_not_get_mixed_up_with_real_people(
    api_client: ApiClient, owner: Actor, rig: PipelineRig, make_user: Callable[..., Actor]
) -> None:
    rig.send({"type": "identify", "userId": "real", "traits": {"city": "上海"}})
    rig.run()
    answer = api_client.post(URL, as_=owner, headers=ENGLISH)
    assert answer.status_code == 409
    assert "people of its own" in answer.json()["detail"]
    assert api_client.get(URL, as_=owner).json() == {"loaded": False, "job_id": None}
    assert api_client.get("/api/v1/sources", as_=owner).json()["items"] == []
    elsewhere = make_user("owner")
    assert api_client.post(URL, as_=elsewhere).status_code == 202, "another workspace is empty"


def test_cancelled_and_asked_for_again_it_goes_on_with_the_same_events(
    api_client: ApiClient, owner: Actor, worker: Worker, rig: PipelineRig
) -> None:
    job_id = api_client.post(URL, as_=owner).json()["job_id"]
    worker.meanwhile = lambda: api_client.post(f"/api/v1/jobs/{job_id}/cancel", as_=owner)
    worker.run()
    assert job_of(api_client, owner, job_id)["state"] == "cancelled"
    assert api_client.get(URL, as_=owner).json() == {"loaded": False, "job_id": job_id}
    rig.run()  # what is in the log comes in all the same
    before = sums(rig)

    rig.clock.advance(900)
    again = api_client.post(URL, as_=owner).json()["job_id"]
    assert again != job_id
    worker.run()
    assert api_client.get(URL, as_=owner).json() == {"loaded": True, "job_id": None}
    assert sums(rig) == before, "nothing was written twice"


def test_a_job_that_dies_while_writing_writes_the_same_events_again(
    api_client: ApiClient, owner: Actor, worker: Worker, rig: PipelineRig, context: Any, monkeypatch: Any
) -> None:
    job_id = api_client.post(URL, as_=owner).json()["job_id"]
    append, count = context.producer.append_sync, iter(range(10_000))

    def dies(payload: bytes) -> Any:
        if next(count) == 5:
            raise RuntimeError("power cut")
        return append(payload)

    monkeypatch.setattr(context.producer, "append_sync", dies)
    worker.run()
    assert job_of(api_client, owner, job_id)["state"] == "queued"
    rig.clock.advance(900)
    worker.run()
    assert job_of(api_client, owner, job_id)["state"] == "succeeded"
    once, events = sums(rig), rig.ask("SELECT count(), uniqExact(message_id) FROM events")
    assert events[0][0] == events[0][1] == once["stored"], "each event is stored once"


def test_a_pipeline_that_does_not_move_is_an_error_that_is_tried_again(
    api_client: ApiClient, owner: Actor, worker: Worker, rig: PipelineRig
) -> None:
    job_id = api_client.post(URL, as_=owner).json()["job_id"]
    worker.meanwhile = lambda: rig.clock.advance(60)
    worker.runner.run_once()
    job = job_of(api_client, owner, job_id)
    assert (job["state"], job["error_code"]) == ("queued", "unavailable")
    assert "The pipeline does not take the demo data" in job["error"]


def test_only_an_owner_may(api_client: ApiClient, owner: Actor, make_user: Callable[..., Actor]) -> None:
    engineer = make_user("engineer", workspace_id=1)
    assert api_client.post(URL, as_=engineer).status_code == 403
    assert api_client.get(URL, as_=engineer).status_code == 200
