"""The overview: numbers that lead to their people, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary.access import Passwords
from tributary.audiences import create_audience, refresh_audience
from tributary.messaging import Content, create_campaign
from tributary.pipeline import PipelineStatus
from tributary.settings import Settings
from tributary.store.tables.audiences import Audience, AudienceRun
from tributary.store.tables.messaging import Campaign, Delivery

API = "/api/v1"
RULE = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}


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
def owner(make_user: Callable[..., Actor], rig: PipelineRig) -> Actor:
    return make_user(role="owner", workspace_id=1)


def test_every_number_leads_to_its_people(
    rig: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    rig.send(
        {"type": "identify", "userId": "old", "traits": {"city": "上海"}}, {"type": "page", "anonymousId": "a-old"}
    )
    rig.run()
    rig.clock.advance(timedelta(days=9))
    rig.send({"type": "page", "anonymousId": "a-new"}, {"type": "page", "userId": "old"})
    rig.send({"type": "identify", "userId": "new", "anonymousId": "a-2", "traits": {}})
    rig.run()
    rig.send({"type": "alias", "userId": "old", "previousId": "a-old"})
    rig.run()
    viewer = make_user(role="viewer", workspace_id=1)
    found = api_client.get(f"{API}/overview/people", as_=viewer).json()
    numbers = {name: found[name] for name in ("people", "identified", "new_7d", "active_7d")}
    assert numbers == {"people": 3, "identified": 2, "new_7d": 2, "active_7d": 3}
    for name, number in numbers.items():
        listed = api_client.get(f"{API}/profiles", params=found["filters"][name], as_=viewer).json()["items"]
        assert len(listed) == number, name
    assert api_client.get(f"{API}/overview/people", as_=make_user(role="owner")).json()["people"] == 0


def test_a_new_workspace_is_told_how_to_begin(api_client: ApiClient, owner: Actor) -> None:
    found = api_client.get(f"{API}/overview/to-do", as_=owner).json()["items"]
    assert [(each["code"], each["target_type"], each["target_id"]) for each in found] == [
        ("no_source", "source", None), ("no_audience", "audience", None), ("no_campaign", "campaign", None),
    ]  # fmt: skip


def test_what_waits_is_listed_by_urgency_and_by_what_one_may_see(
    rig: PipelineRig,
    context: Any,
    api_client: ApiClient,
    owner: Actor,
    make_user: Callable[..., Actor],
    make_token: Callable[..., Actor],
) -> None:
    made = [
        api_client.post(f"{API}/sources", json={"name": name, "kind": "server"}, as_=owner).json()["id"]
        for name in ("shop", "never")
    ]
    rig.send({"type": "page", "userId": "u1"}, b"broken", b"worse", source_id=made[0])
    rig.run()
    rig.clock.advance(timedelta(hours=25))
    context.pipeline_status = lambda: PipelineStatus(
        lag_records=7, oldest_unread_at=rig.clock.now() - timedelta(minutes=2)
    )
    make_things(rig, owner)
    owner = make_user(role="owner", workspace_id=1)  # sessions do not last a day
    found = api_client.get(f"{API}/overview/to-do", as_=owner).json()["items"]
    assert [(each["code"], each["count"], each["name"]) for each in found] == [
        ("pipeline_behind", 7, None),
        ("campaign_failed", 1, "failed"),
        ("deliveries_unknown", 2, "failed"),
        ("audience_failed", 1, "broken audience"),
        ("source_silent", 1, "shop"),
        ("quarantine_waiting", 2, None),
        ("audience_outdated", 1, "old audience"),
        ("campaign_scheduled", 2, None),
        ("campaign_draft_ready", 1, "ready"),
    ]
    by_code = {each["code"]: each for each in found}
    assert by_code["source_silent"]["target_id"] == made[0]
    assert by_code["campaign_scheduled"]["target_id"] is None
    viewer = make_user(role="viewer", workspace_id=1)
    seen = {each["code"] for each in api_client.get(f"{API}/overview/to-do", as_=viewer).json()["items"]}
    assert seen == by_code.keys() - {"quarantine_waiting"}
    token = make_token("tags:read", by=owner)
    assert api_client.get(f"{API}/overview/to-do", as_=token).json()["items"] == []
    stranger = api_client.get(f"{API}/overview/to-do", as_=make_user(role="owner")).text
    assert "shop" not in stranger
    assert "audience" not in stranger.replace("no_audience", "").replace('"target_type":"audience"', "")


def make_things(rig: PipelineRig, owner: Actor) -> None:
    """Audiences that failed and are outdated, and campaigns in several states."""
    by = replace(owner.principal, clock=rig.clock)
    content = Content.model_validate({"arms": [{"name": "a", "weight": 1, "subject": "Hi", "text": "Hello"}]})
    empty = Content.model_validate({"arms": [{"name": "a", "weight": 1}]})
    with rig.store.begin() as session:
        ids = {
            name: create_audience(session, by, name=name, rule=RULE).id
            for name in ("old audience", "broken audience", "good audience")
        }
    for audience_id in ids.values():
        refresh_audience(rig.store, rig.warehouse, rig.clock, 1, audience_id)
    with rig.store.begin() as session:
        session.get_one(Audience, ids["old audience"]).current_version = 2
        broken = session.get_one(Audience, ids["broken audience"])
        session.get_one(AudienceRun, {"audience_id": broken.id, "run": broken.last_run}).state = "failed"
        audience_id = ids["good audience"]
        states = {
            "failed": "paused", "one": "scheduled", "two": "scheduled", "ready": "draft", "unfinished": "draft",
            "over": "done",
        }  # fmt: skip
        for name, state in states.items():
            made = create_campaign(
                session, by, name=name, audience_id=audience_id, content=empty if name == "unfinished" else content
            )
            row = session.get_one(Campaign, made.id)
            row.state = state
            if name == "failed":
                row.error = {"code": "unavailable", "message": "No."}
                session.flush()
                for number in range(2):
                    session.add(delivery(rig, row.id, number))


def delivery(rig: PipelineRig, campaign_id: str, number: int) -> Delivery:
    now = rig.clock.now()
    return Delivery(
        id=f"dlv_{number}", workspace_id=1, campaign_id=campaign_id, profile_id=number, version=1, arm="a",
        state="unknown", message_id=f"m{number}", address_key=f"k{number}", attempts=1, not_before=now,
        created_at=now, updated_at=now,
    )  # fmt: skip
