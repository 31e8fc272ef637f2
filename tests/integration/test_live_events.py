"""The live view: what arrived lately, whatever became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary.access import Passwords
from tributary.core.ids import encode_profile_id
from tributary.core.scan import RECENT_EVENTS
from tributary.pipeline import recent_events
from tributary.settings import PipelineSettings, Settings

API = "/api/v1"
URL = f"{API}/events/recent"


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
def viewer(make_user: Callable[..., Actor], rig: PipelineRig) -> Actor:
    return make_user(role="viewer", workspace_id=1)


def order(message_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Order Completed", "messageId": message_id, "userId": "anna-17", **more}


def send_all_kinds(rig: PipelineRig) -> None:
    rig.send({"type": "page", "userId": "anna-17", "messageId": "m1"})
    rig.send(order("m2", properties={"total": " 5.50 ", "receiver": {"name": "张三"}, "phone": "13812341234"}))
    rig.send({"type": "page", "userId": "anna-17", "messageId": "m1"})
    rig.send({"type": "buy", "event": "X", "userId": "anna-17", "messageId": "m4"}, b"broken")
    rig.run(suppressed=None)


def test_every_event_is_shown_with_what_became_of_it(rig: PipelineRig, api_client: ApiClient, viewer: Actor) -> None:
    send_all_kinds(rig)
    found = api_client.get(URL, as_=viewer, params={"locale": "zh"}).json()
    assert (found["total"], found["shown"], found["is_sampled"], found["is_masked"]) == (5, 5, False, True)
    by_id = {each["message_id"]: each for each in found["items"] if each["status"] != "duplicate"}
    assert sorted(each["status"] for each in found["items"]) == [
        "changed", "duplicate", "quarantined", "quarantined", "stored",
    ]  # fmt: skip
    changed = by_id["m2"]
    assert changed["raw"]["properties"]["total"] == " 5.50 "
    assert changed["canonical"]["properties"]["total"] == 5.5
    assert changed["changes"]["properties.total"]["was"] == " 5.50 "
    assert changed["profile_id"] == by_id["m1"]["profile_id"] == encode_profile_id(rig.profile("user_id", "anna-17").id)
    bad = by_id["m4"]
    assert (bad["reason"], bad["canonical"], bad["profile_id"]) == ("unknown_type", None, None)
    assert "事件类型" in bad["reason_text"]
    assert bad["raw"]["type"] == "buy"
    assert api_client.get(f"{API}/quarantine/{bad['quarantine_id']}", as_=viewer).status_code == 403
    assert [each["raw"] for each in found["items"] if each["reason"] == "invalid_json"] == [None]
    for secret in ("13812341234", "张三", "anna-17"):
        assert secret not in str(found)


def test_revealing_is_written_down_once_a_look(
    rig: PipelineRig, api_client: ApiClient, viewer: Actor, make_user: Callable[..., Actor]
) -> None:
    send_all_kinds(rig)
    assert api_client.get(f"{URL}?reveal=true", as_=viewer).status_code == 403
    owner = make_user(role="owner", workspace_id=1)
    found = api_client.get(f"{URL}?reveal=true", as_=owner).json()
    assert "13812341234" in str(found)
    person = encode_profile_id(rig.profile("user_id", "anna-17").id)
    assert api_client.get(URL, params={"reveal": True, "after": found["cursor"]}, as_=owner).json()["items"] == []
    ((action, details),) = rig.rows("audit_log", "action, details")
    assert action == "events.recent_read_revealed"
    assert person in details


def test_polling_brings_each_event_once(rig: PipelineRig, api_client: ApiClient, viewer: Actor) -> None:
    cursor = api_client.get(URL, as_=viewer).json()["cursor"]
    seen: list[str] = []
    for round_ in range(5):
        rig.send(*[order(f"m{round_}-{number}") for number in range(3)])
        rig.run()
        found = api_client.get(URL, params={"after": cursor}, as_=viewer).json()
        assert [each["message_id"] for each in found["items"]] == [f"m{round_}-{number}" for number in (2, 1, 0)]
        seen += [each["id"] for each in found["items"]]
        cursor = found["cursor"]
        assert api_client.get(URL, params={"after": cursor}, as_=viewer).json()["items"] == []
    assert len(set(seen)) == 15
    assert api_client.get(URL, params={"after": "nonsense"}, as_=viewer).status_code == 400


def test_a_batch_that_becomes_visible_late_is_not_missed(rig: PipelineRig) -> None:
    """Two workers: number 7 is in the warehouse before number 6 is."""

    def insert(*batches: int) -> None:
        from tributary.pipeline.recent import _table

        now = rig.clock.now_ms()
        tail = (now, now, "stored", "page", "$page", "src", "m", 1, [], "", "", "", "{}", "", "", "{}", "{}", "{}")
        rows = [(1, batch, 0, 1, now, *tail) for batch in batches]
        rig.warehouse.insert("recent_events", _table(rows), token=f"t{batches}")

    def look(after: Any) -> Any:
        found = recent_events(rig.warehouse, 1, rig.clock.now(), after=after)
        return found.place, [int(each.id.split("-")[0], 16) for each in found.items]

    insert(5, 7)
    place, batches = look(None)
    assert batches == [7, 5]
    insert(6)
    place, batches = look(place)
    assert batches == [6]
    insert(8, 50)
    place, batches = look(place)
    assert batches == [50, 8]
    insert(49, 51)
    assert look(place)[1] == [51, 49]


def test_filters_narrow_what_is_shown(rig: PipelineRig, api_client: ApiClient, viewer: Actor) -> None:
    send_all_kinds(rig)
    rig.clock.advance(60)
    rig.send({"type": "identify", "userId": "bert", "messageId": "m6", "traits": {"phone": "13912341234"}})
    rig.send({"type": "page", "userId": "bert", "messageId": "m7"}, source_id="src_app")
    rig.run()

    def ids(**params: Any) -> list[str]:
        return sorted(each["message_id"] for each in api_client.get(URL, params=params, as_=viewer).json()["items"])

    person = encode_profile_id(rig.profile("user_id", "bert").id)
    assert ids(person=person) == ["m6", "m7"]
    assert ids(person="139-1234-1234") == ["m6", "m7"]
    assert ids(person="anna-17") == ["m1", "m1", "m2", "m4"]  # the duplicate and the one in quarantine are hers, too
    assert ids(person="nobody") == []
    assert api_client.get(URL, params={"person": "prf_zzzzzzzz"}, as_=viewer).status_code in {400, 404}
    assert ids(source_id="src_app") == ["m7"]
    assert ids(status="duplicate") == ["m1"]
    assert ids(status=["changed", "duplicate"]) == ["m1", "m2", "m6"]
    assert ids(event="Order Completed") == ["m2"]
    since = (rig.clock.now() - timedelta(seconds=30)).isoformat()
    assert ids(since=since) == ["m6", "m7"]
    assert ids(limit=1) == ["m7"]
    page = api_client.get(URL, params={"limit": 1}, as_=viewer).json()
    assert (page["total"], page["shown"], page["is_sampled"]) == (7, 1, False)
    names = api_client.get(f"{API}/events/names", as_=viewer).json()["items"]
    assert [each["name"] for each in names] == ["$identify", "$page", "Order Completed", "X"]


def test_quarantined_events_do_not_spell_out_what_is_in_them(
    rig: PipelineRig, api_client: ApiClient, viewer: Actor, make_user: Callable[..., Actor]
) -> None:
    rig.send({"type": "buy", "messageId": "m1", "userId": 'an"na', "traits": {"phone": "13812341234"}})
    rig.run()
    owner = make_user(role="owner", workspace_id=1)

    def found(person: str, as_: Actor) -> int:
        return len(api_client.get(URL, params={"person": person}, as_=as_).json()["items"])

    for part in ("1381234", '"13812341234', ':"138', "phone:1"):
        assert found(part, viewer) == 0, part
    assert found("1381234", owner) == 1
    for whole in ("13812341234", 'an"na'):
        assert found(whole, viewer) == 1


def test_other_workspaces_see_nothing(rig: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]) -> None:
    send_all_kinds(rig)
    stranger = make_user(role="owner")
    found = api_client.get(URL, as_=stranger).json()
    assert (found["items"], found["total"]) == ([], 0)
    assert api_client.get(f"{API}/events/names", as_=stranger).json()["items"] == []


def test_nothing_of_suppressed_people_is_kept(rig: PipelineRig, api_client: ApiClient, viewer: Actor) -> None:
    rig.send(order("m1"))
    rig.run(suppressed=lambda _session, _workspace, claims: set(range(len(claims))))
    ((stored,),) = rig.ask("SELECT toString(tuple(*)) FROM recent_events")
    assert "anna" not in stored
    assert "m1" not in stored
    (shown,) = api_client.get(URL, as_=viewer).json()["items"]
    assert (shown["status"], shown["event"], shown["raw"]) == ("suppressed", "Order Completed", None)


def test_much_at_once_is_sampled_and_says_so(rig: PipelineRig, api_client: ApiClient, viewer: Actor) -> None:
    rig.send(*[order(f"m{number}") for number in range(500)], *[b"x"] * 3)
    rig.run(settings=PipelineSettings(max_wait_ms=0, recent_events=50))
    found = api_client.get(URL, params={"limit": 200}, as_=viewer).json()
    assert (found["total"], found["shown"], found["is_sampled"]) == (503, 50, True)
    found = api_client.get(URL, params={"status": "quarantined"}, as_=viewer).json()
    assert (found["total"], found["shown"]) == (3, 3)


def test_it_is_gone_after_a_day(
    rig: PipelineRig, api_client: ApiClient, viewer: Actor, make_user: Callable[..., Actor]
) -> None:
    send_all_kinds(rig)
    cursor = api_client.get(URL, as_=viewer).json()["cursor"]
    rig.clock.advance(timedelta(hours=25))
    viewer = make_user(role="viewer", workspace_id=1)  # sessions do not last so long
    found = api_client.get(URL, as_=viewer).json()
    assert (found["items"], found["total"]) == ([], 0)
    assert api_client.get(URL, params={"after": cursor}, as_=viewer).json()["cursor"] == cursor


def test_the_pipeline_goes_on_without_its_table(rig: PipelineRig) -> None:
    from tributary.core.sql import identifier, raw

    rig.warehouse.execute(raw("DROP TABLE ") + identifier(RECENT_EVENTS.name))
    rig.send(order("m1"))
    assert rig.run() == 1
    assert [each["message_id"] for each in rig.events()] == ["m1"]
    assert rig.totals()["stored"] == 1
