"""The routes of profiles, quarantine and counters, over what the pipeline stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary.access import Passwords
from tributary.core.ids import encode_profile_id
from tributary.jobs import Runner
from tributary.pipeline import PipelineStatus, job_handlers
from tributary.settings import Settings

API = "/api/v1"


@pytest.fixture
def context(rig: PipelineRig, passwords: Passwords) -> Any:
    """The API's context over the rig's engines, in place of the one without a warehouse."""
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
def people(rig: PipelineRig) -> PipelineRig:
    rig.send({"type": "page", "anonymousId": "a1", "messageId": "m1", "properties": {"email": "anna@shop.example"}})
    rig.send(
        {
            "type": "identify", "userId": "anna-17", "messageId": "m2",
            "traits": {"email": "anna@shop.example", "phone": "13812341234", "name": "张三", "city": "上海"},
        }
    )  # fmt: skip
    rig.run()
    rig.clock.advance(60)
    rig.send({"type": "track", "event": "X", "userId": "anna-17", "anonymousId": "a1", "messageId": "m3"})
    rig.send({"type": "group", "userId": "anna-17", "groupId": "acme", "messageId": "m4"})
    rig.send({"type": "identify", "userId": "bert", "messageId": "m5", "traits": {"email": "anna@shop.example"}})
    rig.run()
    return rig


def test_personal_data_is_hidden_until_it_is_asked_for(
    people: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    person = people.profile("user_id", "anna-17")
    url = f"{API}/profiles/{encode_profile_id(person.id)}"
    viewer = make_user(role="viewer", workspace_id=1)
    found = api_client.get(url, as_=viewer).json()
    values = {name: each["value"] for name, each in found["traits"].items()}
    assert values == {
        "email": "a***@shop.example", "phone": "138****1234", "name": "张*", "city": "上海", "$groups": ["acme"],
    }  # fmt: skip
    assert found["is_masked"]
    assert {(each["type"], each["value"]) for each in found["identifiers"]} == {
        ("user_id", "a****7"), ("anonymous_id", "a1"), ("email", "a***@shop.example"), ("phone", "138****1234"),
    }  # fmt: skip
    acme = {"id": "acme", "account_id": "acc_YWNtZQ", "kind": "account", "name": None, "traits": {}}
    assert found["groups"] == [{**acme, "since": "2026-01-01T00:01:00Z"}]
    everything = [
        api_client.get(f"{API}/profiles", as_=viewer).text,
        api_client.get(f"{API}/profiles", params={"search": "anna"}, as_=viewer).text,
        api_client.get(f"{url}/timeline", as_=viewer).text,
        api_client.get(f"{url}/links", as_=viewer).text,
    ]
    for text in everything:
        assert "anna@" not in text
        assert "anna-17" not in text
        assert "13812341234" not in text
        assert "张三" not in text
    assert api_client.get(f"{url}?reveal=true", as_=viewer).status_code == 403
    assert people.rows("audit_log", "action") == []


def test_revealing_needs_the_scope_and_is_written_down(
    people: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    person = people.profile("user_id", "anna-17")
    url, owner = f"{API}/profiles/{encode_profile_id(person.id)}", make_user(role="owner", workspace_id=1)
    found = api_client.get(f"{url}?reveal=true", as_=owner).json()
    assert found["traits"]["phone"]["value"] == "+8613812341234"
    assert found["traits"]["phone"]["identifier"] == {"type": "user_id", "value": "anna-17"}
    assert not found["is_masked"]
    timeline = api_client.get(f"{url}/timeline?reveal=true", as_=owner).json()["items"]
    assert [each["message_id"] for each in timeline] == ["m4", "m3", "m2", "m1"]
    assert timeline[-1]["properties"] == {"email": "anna@shop.example"}
    actions = [row[0] for row in people.rows("audit_log", "action, target_id")]
    assert actions == ["profile.read_revealed", "profile.timeline_read_revealed"]


def test_a_timeline_shows_what_was_bought_and_hides_who_bought_it(
    people: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    order = {
        "products": [{"name": "Desk fan", "price": " 5 "}], "receiver": {"name": "李四"}, "buyer_no": "ANNA-17",
        "title": " 张三 ", "page": "https://shop.example/?m=anna@shop.example",
    }  # fmt: skip
    people.send({"type": "track", "event": "Order Completed", "userId": "anna-17", "properties": order})
    people.run()
    url = f"{API}/profiles/{encode_profile_id(people.profile('user_id', 'anna-17').id)}/timeline"
    viewer = make_user(role="viewer", workspace_id=1)
    event = next(each for each in api_client.get(url, as_=viewer).json()["items"] if each["event"] == "Order Completed")
    assert event["properties"]["products"][0]["name"] == "Desk fan"
    assert event["properties"] | {"products": 0} == {
        "products": 0, "receiver": {"name": "李*"}, "buyer_no": "A****7", "title": "张*",
        "page": "https://shop.example/?m=a***@shop.example",
    }  # fmt: skip
    assert "张三" not in str(event["changes"])


def test_people_are_listed_found_and_paged(
    people: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    viewer = make_user(role="viewer", workspace_id=1)
    first = api_client.get(f"{API}/profiles?limit=1", as_=viewer).json()
    second = api_client.get(f"{API}/profiles?limit=1&cursor={first['next_cursor']}", as_=viewer).json()
    assert second["next_cursor"] is None
    ids = [first["items"][0]["id"], second["items"][0]["id"]]
    expected = [people.profile("user_id", name).id for name in ("bert", "anna-17")]
    assert ids == [encode_profile_id(each) for each in expected]
    asked = {"type": "phone", "value": "138 1234 1234"}
    assert api_client.get(f"{API}/profiles/lookup", params=asked, as_=viewer).json()["id"] == ids[1]
    asked = {"type": "phone", "value": "13912341234"}
    assert api_client.get(f"{API}/profiles/lookup", params=asked, as_=viewer).json() is None
    url = f"{API}/profiles/{ids[1]}/timeline"
    page = api_client.get(f"{url}?limit=3", as_=viewer).json()
    rest = api_client.get(f"{url}?limit=3&cursor={page['next_cursor']}", as_=viewer).json()
    assert [each["message_id"] for each in page["items"] + rest["items"]] == ["m4", "m3", "m2", "m1"]
    named = api_client.get(f"{url}?event=X&event=$page", as_=viewer).json()["items"]
    assert [each["event"] for each in named] == ["X", "$page"]


def test_links_say_why_and_why_not(people: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]) -> None:
    owner = make_user(role="owner", workspace_id=1)
    person = people.profile("user_id", "anna-17")
    merged = next(row[0] for row in people.rows("profile_aliases", "profile_id"))
    url = f"{API}/profiles/{encode_profile_id(merged)}/links?reveal=true"  # an absorbed id leads on
    found = api_client.get(url, as_=owner, headers={"Accept-Language": "en"}).json()
    assert [each["survivor_id"] for each in found["merges"]] == [encode_profile_id(person.id)]
    assert found["merges"][0]["message_id"] == "m3"
    refused = [each for each in found["links"] if not each["is_linked"]]
    assert [(each["identifier"]["value"], each["other"]["value"]) for each in refused] == [
        ("bert", "anna@shop.example"),
    ]
    assert refused[0]["reason"].startswith("not linked because the profile would own more user_id values")


def test_another_workspace_sees_nothing(
    people: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    people.send(b"broken")
    people.run()
    stranger = make_user(role="owner")
    ids = [row[0] for row in people.rows("quarantined_events", "id")]
    for profile_id in [row[0] for row in people.rows("profiles", "profile_id")]:
        for path in ("", "/timeline", "/links"):
            url = f"{API}/profiles/{encode_profile_id(profile_id)}{path}"
            assert api_client.get(url, as_=stranger).status_code == 404
    assert api_client.get(f"{API}/profiles", as_=stranger).json()["items"] == []
    assert api_client.get(f"{API}/profiles?search=anna", as_=stranger).json()["items"] == []
    assert api_client.get(f"{API}/quarantine", as_=stranger).json()["items"] == []
    assert api_client.get(f"{API}/counters", as_=stranger).json()["items"] == []
    assert api_client.get(f"{API}/quarantine/{ids[0]}", as_=stranger).status_code == 404
    assert api_client.post(f"{API}/quarantine/replay", json={"ids": ids}, as_=stranger).status_code == 404


@pytest.mark.parametrize("path", ["/profiles", "/profiles/prf_00000001", "/quarantine", "/counters"])
def test_a_program_without_the_scope_is_refused(
    api_client: ApiClient, make_token: Callable[..., Actor], path: str
) -> None:
    assert api_client.get(f"{API}{path}").status_code == 401
    assert api_client.get(f"{API}{path}", as_=make_token("tags:read")).status_code == 403


def test_quarantine_is_mended_through_the_api(
    rig: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    rig.send({"type": "buy", "event": "X", "userId": "anna-17", "properties": {"phone": "13812341234"}}, b"a", b"b")
    rig.run()
    owner = make_user(role="owner", workspace_id=1)
    reasons = api_client.get(f"{API}/quarantine/reasons", as_=owner).json()["items"]
    assert [(each["reason"], each["count"]) for each in reasons] == [("invalid_json", 2), ("unknown_type", 1)]
    of_source = [
        api_client.get(f"{API}/quarantine/reasons", params={"source_id": each}, as_=owner).json()["items"]
        for each in ("src_web", "src_other")
    ]
    assert of_source == [reasons, []]
    (bought,) = api_client.get(f"{API}/quarantine?reason=unknown_type", as_=owner).json()["items"]
    url = f"{API}/quarantine/{bought['id']}"
    masked = api_client.get(url, as_=owner).json()
    assert (masked["raw"], masked["body"]["properties"], masked["body"]["userId"]) == (
        None, {"phone": "138****1234"}, "a****7",
    )  # fmt: skip
    body = api_client.get(f"{url}?reveal=true", as_=owner).json()
    assert body["body"]["properties"] == {"phone": "13812341234"}
    assert "13812341234" in body["raw"]
    corrected = {**body["body"], "type": "track"}
    assert api_client.post(f"{url}/replay", json={"event": corrected}, as_=owner).json() == {"count": 1}
    assert api_client.post(f"{url}/replay", json={"event": corrected}, as_=owner).status_code == 409
    rest = [each["id"] for each in api_client.get(f"{API}/quarantine", as_=owner).json()["items"]]
    assert api_client.post(f"{API}/quarantine/discard", json={"ids": rest[:1]}, as_=owner).json() == {"count": 1}
    assert api_client.post(f"{API}/quarantine/reopen", json={"ids": rest}, as_=owner).json() == {"count": 1}
    assert len(api_client.get(f"{API}/quarantine", as_=owner).json()["items"]) == len(rest)
    assert api_client.post(f"{API}/quarantine/discard", json={"ids": rest[:1]}, as_=owner).json() == {"count": 1}
    selection = {"ids": [], "reason": "invalid_json"}
    assert api_client.post(f"{API}/quarantine/replay", json=selection, as_=owner).json() == {"count": 1}
    rig.run()
    assert [row["event"] for row in rig.events()] == ["X"]
    assert {row[0] for row in rig.rows("audit_log", "action")} == {
        "quarantine.read_revealed", "quarantine.replayed", "quarantine.discarded", "quarantine.reopened",
    }  # fmt: skip


def test_a_large_replay_is_a_job(rig: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]) -> None:
    owner = make_user(role="owner", workspace_id=1)
    rig.send(*[b"x"] * 100, {"type": "buy", "event": "X", "userId": "u", "messageId": "m-1"})
    rig.run()
    url = f"{API}/quarantine/replay"
    assert api_client.post(url, json={"reason": "invalid_json"}, as_=owner).json() == {"count": 100}
    rig.run()
    (found,) = api_client.get(f"{API}/quarantine", params={"search": "m-"}, as_=owner).json()["items"]
    answer = api_client.post(url, json={"reason": "invalid_json", "ids": [found["id"]]}, as_=owner)
    assert answer.status_code == 202, answer.text
    job_url = f"{API}/jobs/{answer.json()['job_id']}"
    assert api_client.get(job_url, as_=owner).json()["state"] == "queued"
    Runner(rig.store, rig.clock, job_handlers(rig.store, rig.producer, rig.clock)).run_all()
    job = api_client.get(job_url, as_=owner, headers={"Accept-Language": "en"}).json()
    assert (job["state"], job["done"], job["total"]) == ("succeeded", 101, 101)
    assert job["title"] == "Replay quarantined events"
    assert rig.run() == 101
    many = {"ids": [f"qtn_{number}" for number in range(101)]}
    assert api_client.post(url, json=many, as_=owner).status_code == 404


def test_counters_balance(rig: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]) -> None:
    rig.send({"type": "page", "userId": "u1", "messageId": "m"}, b"x")
    rig.clock.advance(timedelta(minutes=2))
    rig.send({"type": "page", "userId": "u1", "messageId": "m"}, source_id="src_web")
    rig.run()
    viewer = make_user(role="viewer", workspace_id=1)
    found = api_client.get(f"{API}/counters", as_=viewer).json()
    assert [(each["received"], each["stored"], each["duplicate"], each["quarantined"]) for each in found["items"]] == [
        (2, 1, 0, 1),
        (1, 0, 1, 0),
    ]
    assert found["total"] == {"received": 3, "stored": 1, "duplicate": 1, "quarantined": 1, "suppressed": 0}
    many = {"since": "2020-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    assert api_client.get(f"{API}/counters", params=many, as_=viewer).status_code == 400


def test_the_pipeline_shows_how_it_is_doing(
    people: PipelineRig, context: Any, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    viewer = make_user(role="viewer", workspace_id=1)
    context.pipeline_status = lambda: PipelineStatus(is_running=True, lag_records=3, last_error="Unavailable")
    found = api_client.get(f"{API}/counters/pipeline", as_=viewer).json()
    assert (found["is_running"], found["lag_records"], found["last_error"]) == (True, 3, "Unavailable")


def test_search_takes_an_identifier_as_people_write_it(
    people: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    people.send(
        {"type": "track", "event": "X", "userId": "wen", "context": {"externalIds": [
            {"type": "wechat_openid:wx12", "id": "oAbC-123"}, {"type": "phone", "id": "+44 20 7946 0958"}]}}
    )  # fmt: skip
    people.run()
    marketer = make_user(role="marketer", workspace_id=1)
    anna = encode_profile_id(people.profile("user_id", "anna-17").id)
    wen = encode_profile_id(people.profile("user_id", "wen").id)

    def found(search: str) -> list[str]:
        answer = api_client.get(f"{API}/profiles", params={"search": search}, as_=marketer)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    for text in (
        "13812341234", "138 1234 1234", "138-1234-1234", "+86 138 1234 1234", "0086 13812341234", "(+86) 138.1234.1234",
        "１３８１２３４１２３４", "138 12", "+86138-1", "anna@shop.example", " Anna@Shop.Example ", "ANNA@s", "anna-17",
        "a1", anna, anna.upper(), f" {anna} ",
    ):  # fmt: skip
        assert found(text)[:1] == [anna], text
    assert found("oAbC-123") == found("oAbC") == found("+44 20 7946 0958") == found("004420794") == [wen]
    absorbed = next(row[0] for row in people.rows("profile_aliases", "profile_id"))
    assert found(encode_profile_id(absorbed)) == [anna]
    for nobody in ("张三", "prf_zzzzzzzz", "\u200b"):
        assert found(nobody) == []
    asked = {"search": "张三", "locale": "zh"}
    assert "姓名" in api_client.get(f"{API}/profiles", params=asked, as_=marketer).json()["note"]
    assert api_client.get(f"{API}/profiles", params={"search": "anna"}, as_=marketer).json()["note"] is None


def test_people_are_listed_by_id_and_by_what_the_overview_counts(
    people: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    people.clock.advance(timedelta(days=8))
    people.send({"type": "page", "anonymousId": "visitor", "messageId": "m9"})
    people.run()
    viewer = make_user(role="viewer", workspace_id=1)
    anna, bert, visitor = (
        encode_profile_id(people.profile(type_, value).id)
        for type_, value in (("user_id", "anna-17"), ("user_id", "bert"), ("anonymous_id", "visitor"))
    )

    def found(**params: Any) -> list[str]:
        answer = api_client.get(f"{API}/profiles", params=params, as_=viewer)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    since = (people.clock.now() - timedelta(days=7)).isoformat()
    assert found(identified=True) == [bert, anna]
    assert found(identified=False) == [visitor]
    assert found(first_seen_since=since) == found(last_seen_since=since) == [visitor]
    assert found(first_seen_since=since, identified=True) == []
    page = api_client.get(f"{API}/profiles", params={"identified": True, "limit": 1}, as_=viewer).json()
    assert found(identified=True, limit=1, cursor=page["next_cursor"]) == [anna]
    absorbed = encode_profile_id(next(row[0] for row in people.rows("profile_aliases", "profile_id")))
    assert found(ids=f"{visitor},prf_zzzzzzzz,{absorbed},{anna},nonsense") == [visitor, anna]
    many = ",".join(encode_profile_id(number) for number in range(51))
    assert api_client.get(f"{API}/profiles", params={"ids": many}, as_=viewer).status_code == 400
    assert api_client.get(f"{API}/profiles", params={"ids": anna, "search": "x"}, as_=viewer).status_code == 400
    names = {each["id"]: each["display_name"] for each in api_client.get(f"{API}/profiles", as_=viewer).json()["items"]}
    assert names == {anna: "张*", bert: "b****t", visitor: None}
    stranger = make_user(role="owner")
    assert api_client.get(f"{API}/profiles", params={"ids": anna}, as_=stranger).json()["items"] == []
    assert api_client.get(f"{API}/profiles", params={"identified": True}, as_=stranger).json()["items"] == []


def test_a_timeline_jumps_to_a_date(rig: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]) -> None:
    start = rig.clock.now()
    rig.clock.advance(timedelta(days=5))
    for hour in range(0, 96, 12):  # in Shanghai, 8 hours ahead: every day at 8:00 and 20:00
        at = (start + timedelta(hours=hour)).isoformat()
        rig.send({"type": "track", "event": "A" if hour % 24 else "B", "userId": "u", "messageId": f"h{hour}",
                  "timestamp": at})  # fmt: skip
    rig.run()
    viewer = make_user(role="viewer", workspace_id=1)
    url = f"{API}/profiles/{encode_profile_id(rig.profile('user_id', 'u').id)}/timeline"

    def ids(**params: Any) -> list[str]:
        return [each["message_id"] for each in api_client.get(url, params=params, as_=viewer).json()["items"]]

    assert ids(until="2026-01-02T12:00:00Z", limit=2) == ["h36", "h24"]
    assert ids(since="2026-01-03T12:00:00Z") == ["h84", "h72", "h60"]
    assert ids(since="2026-01-02T00:00:00+00:00", until="2026-01-02T12:00:00Z", event="B") == ["h24"]
    first = api_client.get(url, params={"until": "2026-01-02T12:00:00Z", "limit": 2}, as_=viewer).json()
    assert ids(until="2026-01-02T12:00:00Z", limit=9, cursor=first["next_cursor"]) == ["h12", "h0"]
    days = api_client.get(f"{url}/days", as_=viewer).json()
    assert (days["timezone"], days["is_complete"]) == ("Asia/Shanghai", True)
    assert days["items"] == [{"day": f"2026-01-0{number}", "events": 2} for number in (4, 3, 2, 1)]
    only = api_client.get(f"{url}/days", params={"event": "B"}, as_=viewer).json()["items"]
    assert [each["events"] for each in only] == [1, 1, 1, 1]
    assert api_client.get(f"{url}/days", as_=make_user(role="owner")).status_code == 404


def test_a_trait_says_how_it_was_chosen(
    rig: PipelineRig, api_client: ApiClient, make_user: Callable[..., Actor]
) -> None:
    from tributary.profiles import TraitStrategy, save_strategy

    with rig.store.begin() as session:
        save_strategy(session, 1, "city", TraitStrategy("source_priority", ["src_crm"]))
    for source_id, city, email in (("src_web", "Beijing", "a@x.cn"), ("src_crm", "Shanghai", "a@x.cn"),
                                   ("src_app", "Shanghai", "b@x.cn"), ("src_pos", "Wuhan", None)):  # fmt: skip
        rig.clock.advance(60)
        traits = (
            {"city": city, "email": email, "only": source_id}
            if source_id == "src_web"
            else {"city": city, "email": email}
        )
        rig.send({"type": "identify", "userId": "u", "traits": traits}, source_id=source_id)
        rig.send({"type": "group", "userId": "u", "groupId": source_id}, source_id=source_id)
    rig.run()
    viewer = make_user(role="viewer", workspace_id=1)
    url = f"{API}/profiles/{encode_profile_id(rig.profile('user_id', 'u').id)}"
    traits = api_client.get(url, as_=viewer).json()["traits"]
    assert {name: (each["rule"], each["others"]) for name, each in traits.items()} == {
        "city": ("source_priority", 2), "only": ("most_recent", 0), "$groups": ("union", 0),
    }  # fmt: skip
    assert traits["city"]["value"] == "Shanghai"
