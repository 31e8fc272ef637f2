"""A person's messages: what was sent, or why not, and what the person did then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary.access import Passwords, system_principal
from tributary.audiences import create_audience
from tributary.core.ids import encode_profile_id
from tributary.messaging import Content, create_campaign
from tributary.settings import Settings
from tributary.store.tables.messaging import Campaign, Delivery

API = "/api/v1"
RULE = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}
CONTENT = {
    "arms": [{"name": "a", "weight": 1, "subject": "Hello {{ name }}", "text": "…"}],
    "goal": {"event": "Order Completed", "window_hours": 24},
}


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
def campaign(rig: PipelineRig) -> str:
    """A campaign that was launched now."""
    by = replace(system_principal(1), clock=rig.clock)
    with rig.store.begin() as session:
        audience_id = create_audience(session, by, name="all", rule=RULE).id
        content = Content.model_validate(CONTENT)
        made = create_campaign(session, by, name="Spring", audience_id=audience_id, content=content)
        row = session.get_one(Campaign, made.id)
        row.state, row.launched_at = "done", rig.clock.now()
        return row.id


def add_delivery(rig: PipelineRig, campaign_id: str, number: int, profile_id: int, **more: Any) -> None:
    now = rig.clock.now()
    row = {
        "id": f"dlv_{number}", "workspace_id": 1, "campaign_id": campaign_id, "profile_id": profile_id, "version": 1,
        "arm": "a", "state": "sent", "message_id": f"m{number}", "address_key": f"k{number}", "attempts": 1,
        "not_before": now, "created_at": now, "updated_at": now, "sent_at": now,
    }  # fmt: skip
    with rig.store.begin() as session:
        session.add(Delivery(**(row | more)))


def test_messages_are_listed_with_what_came_of_them(
    rig: PipelineRig, campaign: str, api_client: ApiClient, make_user: Callable[..., Actor], make_token: Any
) -> None:
    rig.send({"type": "page", "userId": "anna"}, {"type": "page", "anonymousId": "cookie"})
    rig.run()
    anna, cookie = rig.profile("user_id", "anna").id, rig.profile("anonymous_id", "cookie").id
    add_delivery(rig, campaign, 1, anna)
    add_delivery(rig, campaign, 2, cookie, state="rejected", reason="consent_missing", sent_at=None)
    rig.send({"type": "identify", "userId": "anna", "anonymousId": "cookie"})  # it was her all along
    rig.run()
    sent_at = rig.clock.now()

    def did(event: str, minutes: int, **properties: Any) -> None:
        at = (sent_at + timedelta(minutes=minutes)).isoformat()
        rig.send({"type": "track", "event": event, "userId": "anna", "timestamp": at, "properties": properties})

    rig.clock.advance(timedelta(days=3))
    did("Email Opened", 30, delivery_id="dlv_1")
    did("Email Opened", 20, delivery_id="dlv_1")
    did("Email Opened", 5, delivery_id="dlv_9")
    did("Email Link Clicked", 10, delivery_id="dlv_1")  # pictures were loaded only later
    did("Order Completed", -5)
    did("Order Completed", 60)
    did("Order Completed", 50)
    rig.run()
    viewer = make_user(role="viewer", workspace_id=1)
    url = f"{API}/profiles/{encode_profile_id(anna)}/messages"
    found = api_client.get(url, params={"locale": "zh"}, as_=viewer).json()["items"]
    refused, sent = found
    assert (refused["id"], refused["state"], refused["reason"], refused["reason_text"]) == (
        "dlv_2", "rejected", "consent_missing", "没有授权同意",
    )  # fmt: skip
    assert (refused["sent_at"], refused["converted_at"], refused["opened_at"]) == (None, None, None)
    assert (sent["campaign_name"], sent["campaign_id"], sent["arm"], sent["subject"]) == (
        "Spring", campaign, "a", "Hello {{ name }}",
    )  # fmt: skip
    minutes = {"opened_at": 10, "clicked_at": 10, "converted_at": 50}
    assert {name: sent[name] for name in minutes} == {
        name: (sent_at + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")
        for name, number in minutes.items()
    }
    page = api_client.get(f"{url}?limit=1", as_=viewer).json()
    rest = api_client.get(url, params={"limit": 1, "cursor": page["next_cursor"]}, as_=viewer).json()
    assert [each["id"] for each in page["items"] + rest["items"]] == ["dlv_2", "dlv_1"]
    assert rest["next_cursor"] is None
    absorbed = f"{API}/profiles/{encode_profile_id(cookie)}/messages"
    assert len(api_client.get(absorbed, as_=viewer).json()["items"]) == 2
    assert api_client.get(url, as_=make_user(role="owner")).status_code == 404
    only_people = make_token("profiles:read", by=make_user(role="owner", workspace_id=1))
    assert api_client.get(url, as_=only_people).status_code == 403


def test_who_got_nothing_has_no_messages(rig: PipelineRig, api_client: ApiClient, make_user: Any) -> None:
    rig.send({"type": "page", "userId": "anna"})
    rig.run()
    url = f"{API}/profiles/{encode_profile_id(rig.profile('user_id', 'anna').id)}/messages"
    answer = api_client.get(url, as_=make_user(role="viewer", workspace_id=1))
    assert answer.json() == {"items": [], "next_cursor": None}
