"""Is a source sending: its counts of the last day, and a test event that is seen arriving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary.access import Passwords
from tributary.settings import Settings

API = "/api/v1"


@pytest.fixture
def context(rig: PipelineRig, passwords: Passwords) -> Any:
    from tributary.api.context import Context

    return Context(
        settings=Settings(data_dir=rig.directory),
        clock=rig.clock,
        store=rig.store,
        warehouse=rig.warehouse,
        log=rig.log,
        producer=rig.producer,
        passwords=passwords,
    )


@pytest.fixture
def make_source(api_client: ApiClient, owner: Actor) -> Callable[..., str]:
    def make(name: str, kind: str = "server") -> str:
        answer = api_client.post(f"{API}/sources", json={"name": name, "kind": kind}, as_=owner)
        return str(answer.json()["id"])

    return make


@pytest.fixture
def owner(make_user: Callable[..., Actor]) -> Actor:
    return make_user(role="owner", workspace_id=1)


def test_a_test_event_is_received_like_every_other(
    rig: PipelineRig, api_client: ApiClient, owner: Actor, make_source: Callable[..., str]
) -> None:
    source_id = make_source("shop")
    url = f"{API}/sources/{source_id}/test-event"
    cursor = api_client.get(f"{API}/events/recent", as_=owner).json()["cursor"]
    sent = [api_client.post(url, json=body, as_=owner) for body in ({}, {"event": " 订单完成 "})]
    assert [answer.status_code for answer in sent] == [202, 202]
    rig.run()
    seen = api_client.get(f"{API}/events/recent", params={"after": cursor}, as_=owner).json()["items"]
    assert [each["message_id"] for each in reversed(seen)] == [answer.json()["message_id"] for answer in sent]
    assert [(each["event"], each["status"], each["source_id"]) for each in reversed(seen)] == [
        ("Test Event", "stored", source_id),
        ("订单完成", "stored", source_id),
    ]
    assert all(each["canonical"]["context"]["test"] is True for each in seen)
    assert len({each["profile_id"] for each in seen}) == 1


def test_a_test_event_is_refused_where_none_could_arrive(
    api_client: ApiClient, owner: Actor, make_user: Callable[..., Actor], make_source: Callable[..., str]
) -> None:
    source_id = make_source("shop")
    api_client.patch(f"{API}/sources/{source_id}", json={"is_enabled": False}, as_=owner)
    refused = api_client.post(f"{API}/sources/{source_id}/test-event", json={}, as_=owner, params={})
    assert refused.status_code == 409
    assert refused.json()["cure"]
    files = make_source("files", "import")
    assert api_client.post(f"{API}/sources/{files}/test-event", json={}, as_=owner).status_code == 409
    assert api_client.post(f"{API}/sources/{source_id}/test-event", json={"event": "  "}, as_=owner).status_code == 422
    viewer = make_user(role="viewer", workspace_id=1)
    assert api_client.post(f"{API}/sources/{source_id}/test-event", json={}, as_=viewer).status_code == 403


def test_health_counts_the_last_24_hours(
    rig: PipelineRig,
    api_client: ApiClient,
    owner: Actor,
    make_user: Callable[..., Actor],
    make_source: Callable[..., str],
) -> None:
    busy, silent, late = make_source("busy"), make_source("silent"), make_source("late")

    def send(source_id: str, *events: Any) -> None:
        rig.send(*events, source_id=source_id)
        rig.run()

    def page(message_id: str) -> dict[str, Any]:
        return {"type": "page", "userId": "u1", "messageId": message_id}

    send(late, page("m0"))
    rig.clock.advance(timedelta(hours=24))  # the first minute is outside now
    send(busy, page("m1"), b"broken")
    rig.clock.advance(timedelta(minutes=90))
    send(busy, page("m2"), page("m1"))
    viewer = make_user(role="viewer", workspace_id=1)
    found = api_client.get(f"{API}/sources/health", as_=viewer).json()
    by_id = {each["source_id"]: each for each in found["items"]}
    assert list(by_id) == [busy, silent, late]
    assert by_id[busy]["series"] == [0] * 22 + [2, 2]
    assert (by_id[busy]["received_24h"], by_id[busy]["quarantined_24h"]) == (4, 1)
    assert by_id[busy]["last_received_at"] == "2026-01-02T01:30:00Z"
    assert (by_id[silent]["received_24h"], by_id[silent]["last_received_at"]) == (0, None)
    assert (by_id[late]["received_24h"], by_id[late]["last_received_at"]) == (0, "2026-01-01T00:00:00Z")
    assert (found["received_24h"], found["quarantined_24h"]) == (4, 1)
    assert found["since"] == "2026-01-01T01:31:00Z"
    stranger = make_user(role="owner")
    assert api_client.get(f"{API}/sources/health", as_=stranger).json()["items"] == []
