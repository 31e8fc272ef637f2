"""Whoever sees personal data masked does not find it out by asking: by rules, searches, tags and live events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.warehouse import make_events, make_profiles
from tributary import tags
from tributary.core.ids import encode_profile_id
from tributary.governance import observe_fields
from tributary.identity import identifier_id
from tributary.jobs import Runner
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import ProfileRow

API = "/api/v1"
GUESS = {"kind": "trait", "trait": "email", "op": "starts_with", "value": "anna@"}
HAS = {"kind": "trait", "trait": "email", "op": "is_set"}
CITY = {"kind": "trait", "trait": "city", "op": "starts_with", "value": "上"}


def bought_with(**condition: Any) -> dict[str, Any]:
    return {"kind": "event", "event": "Order Completed", "where": [{"property": "phone", **condition}]}


def total(property_: str, function: str) -> dict[str, Any]:
    compare = {"op": "gt", "value": 1}
    return {
        "kind": "event_aggregate", "event": "Order Completed", "function": function, "property": property_,
        "compare": compare,
    }  # fmt: skip


GUESSES = [
    (GUESS, ""),
    ({**GUESS, "op": "is", "value": "anna@shop.example"}, ""),
    ({**GUESS, "op": "in", "value": ["a@shop.example", "anna@shop.example"]}, ""),
    ({"kind": "trait", "trait": "birthday", "op": "before", "value": "1990-01-01"}, ""),
    ({"kind": "all", "rules": [CITY, {"kind": "not", "rule": GUESS}]}, "all[1].not"),
    (bought_with(op="contains", value="1381234"), ""),
    ({"kind": "last_time", "event": "$identify", "op": "in_last", "value": 1, "unit": "days", "where": [
        {"property": "email", "op": "ends_with", "value": "shop.example"}]}, ""),
    (total("id_card", "max"), ""),
]  # fmt: skip
HARMLESS = [
    CITY,
    HAS,
    {"kind": "not", "rule": HAS},
    bought_with(op="is_set"),
    total("id_card", "distinct"),
    total("total", "sum"),
]


@pytest.fixture
def context(context: Any, warehouse: Any) -> Any:
    context.warehouse = warehouse
    return context


@pytest.fixture
def owner(context: Any, make_user: Callable[..., Actor]) -> Actor:
    """Of a workspace with two people: Anna from 上海, who ordered once, and somebody from Paris."""
    owner = make_user()
    mine = {"workspace_id": owner.workspace_id}
    people = {
        1: {"city": "上海", "email": "anna@shop.example", "birthday": "1988-08-08"},
        2: {"city": "Paris", "email": "p2@shop.example"},
    }
    make_profiles(context.warehouse, [{"profile_id": id_, "traits": traits, **mine} for id_, traits in people.items()])
    order = {"event": "Order Completed", "timestamp": context.clock.now(), **mine}
    bought = {"total": 5, "phone": "13812341234", "id_card": 310104}
    make_events(context.warehouse, [{"profile_id": 1, "properties": bought, **order}])
    fields = [("total", "number"), ("phone", "text"), ("id_card", "number")]
    with context.store.begin() as session:
        observe_fields(
            session,
            owner.workspace_id,
            [("property", "Order Completed", name, type_) for name, type_ in fields]
            + [("property", "$identify", "email", "text")],
            context.clock.now(),
        )
        session.add_all(
            ProfileRow(
                profile_id=id_,
                version=1,
                first_seen_ms=0,
                last_seen_ms=0,
                traits=json.dumps({name: [value, 0, "m", "s", 1] for name, value in traits.items()}),
                **mine,
            )
            for id_, traits in people.items()
        )
    return owner


@pytest.fixture
def analyst(owner: Actor, make_user: Callable[..., Actor]) -> Actor:
    return make_user("analyst", workspace_id=owner.workspace_id)


@pytest.fixture
def post(api_client: ApiClient) -> Callable[..., Any]:
    def post(path: str, body: Any, as_: Actor, status: int = 200) -> Any:
        answer = api_client.post(f"{API}{path}", json=body, as_=as_)
        assert answer.status_code == status, answer.text
        return answer.json()

    return post


def test_a_value_cannot_be_found_out_by_a_rule(post: Any, owner: Actor, analyst: Actor) -> None:
    seen = post("/audiences", {"name": "seen", "rule": CITY}, analyst, 201)["id"]
    for rule, path in GUESSES:
        refuses(post, owner, analyst, seen, rule, path)


def refuses(post: Any, owner: Actor, analyst: Actor, seen: str, rule: Any, path: str) -> None:
    level = {"levels": [{"value": "x", "rule": rule}]}
    tag = {"kind": "rule", "value_type": "text", "definition": level}
    asked = [
        ("/audiences/estimate", {"rule": rule}, path),
        (f"/audiences/{seen}/impact", {"rule": rule}, path),
        ("/audiences", {"name": "a", "rule": rule}, path),
        ("/tags/preview", tag, "levels[0].rule" + (path and f".{path}")),
        ("/tags", {"name": "t", **tag}, "levels[0].rule" + (path and f".{path}")),
    ]
    for url, body, place in asked:
        refused = post(f"{url}?locale=zh", body, analyst, 422)
        assert (refused["path"], "个人信息" in refused["detail"], bool(refused["cure"])) == (place, True, True), url
    (problem,) = post("/rules/explain?locale=zh", {"rule": rule}, analyst)["problems"]
    assert (problem["path"], problem["is_blocking"], "个人信息" in problem["message"]) == (path, True, True)
    assert post("/rules/explain", {"rule": rule}, owner)["problems"] == []
    post("/audiences/estimate", {"rule": rule}, owner)
    post("/tags/preview", tag, owner)


def test_what_tells_no_value_may_be_asked(post: Any, analyst: Actor) -> None:
    for number, rule in enumerate(HARMLESS):
        assert post("/rules/explain", {"rule": rule}, analyst)["problems"] == []
        post("/audiences/estimate", {"rule": rule}, analyst)
        post("/audiences", {"name": f"a{number}", "rule": rule}, analyst, 201)


def test_an_audience_cannot_be_changed_to_ask(post: Any, api_client: ApiClient, analyst: Actor) -> None:
    made = post("/audiences", {"name": "a", "rule": CITY}, analyst, 201)
    change = {"base_version": 1, "rule": GUESS}
    assert api_client.patch(f"{API}/audiences/{made['id']}", json=change, as_=analyst).status_code == 422
    tag = {"name": "t", "kind": "rule", "value_type": "text", "definition": {"levels": [{"value": "x", "rule": CITY}]}}
    made = post("/tags", tag, analyst, 201)
    change = {"base_version": 1, "definition": {"levels": [{"value": "x", "rule": GUESS}]}}
    assert api_client.patch(f"{API}/tags/{made['id']}", json=change, as_=analyst).status_code == 422


def test_a_condition_that_somebody_saved_who_may_can_be_used(
    post: Any, api_client: ApiClient, owner: Actor, analyst: Actor
) -> None:
    made = post("/audiences", {"name": "a", "rule": GUESS}, owner, 201)
    both = {"kind": "all", "rules": [CITY, GUESS]}
    assert post("/audiences/estimate", {"rule": both}, analyst)["size"] == 1
    change = {"base_version": 1, "rule": both}
    assert api_client.patch(f"{API}/audiences/{made['id']}", json=change, as_=analyst).status_code == 200
    other = {"kind": "all", "rules": [CITY, {**GUESS, "value": "annb@"}]}
    post("/audiences/estimate", {"rule": other}, analyst, 422)
    post(f"/audiences/{made['id']}/archive", {}, owner)
    post("/audiences/estimate", {"rule": both}, analyst, 422)


@pytest.mark.parametrize(
    ("measure", "path"),
    [
        ({"function": "sum", "event": "Order Completed", "property": "id_card"}, "measure.property"),
        (
            {"function": "count", "event": "Order Completed",
             "where": [{"property": "phone", "op": "starts_with", "value": "138"}]},
            "measure.where",
        ),
    ],
)  # fmt: skip
def test_a_measure_tells_no_value(post: Any, analyst: Actor, measure: Any, path: str) -> None:
    body = {"kind": "statistic", "value_type": "number", "definition": {"measure": measure}}
    assert post("/tags/preview", body, analyst, 422)["path"] == path
    assert post("/tags", {"name": "t", **body}, analyst, 422)["path"] == path


def test_values_of_older_tags_are_masked(
    post: Any, api_client: ApiClient, context: Any, owner: Actor, analyst: Actor
) -> None:
    """Tags that show personal values can no longer be made; those that were made are not shown to all."""
    made = {}
    for name, value_type, personal in (
        ("telephone", "text", {"function": "last", "property": "phone"}),
        ("number", "number", {"function": "max", "property": "id_card"}),
    ):
        with context.store.begin() as session:
            tag = tags.create_tag(
                session, owner.principal, name=name, kind="statistic", value_type=value_type,
                definition={"measure": {"event": "Order Completed", **personal}},
            )  # fmt: skip
            made[name] = tag.id
    Runner(context.store, context.clock, tags.job_handlers(context.store, context.warehouse, context.clock)).run_all()

    def get(path: str, status: int = 200, as_: Actor = analyst, **params: Any) -> Any:
        answer = api_client.get(f"{API}{path}", as_=as_, params=params)
        assert answer.status_code == status, answer.text
        assert "13812341234" not in answer.text
        assert "310104" not in answer.text
        return answer.json()

    assert [each["top"] for each in get("/tags", sort="name")["items"]] == [
        [{"value": "****", "people": 1}],
        [{"value": "1****4", "people": 1}],
    ]
    person = encode_profile_id(1)
    assert [each["value"] for each in get(f"/profiles/{person}/tags")["items"]] == ["****", "1****4"]
    for tag_id in made.values():
        detail = get(f"/tags/{tag_id}")
        shown = (
            detail,
            detail["last_run"],
            get(f"/tags/{tag_id}/runs")["items"][0],
            get(f"/tags/{tag_id}/distribution"),
        )
        for spread in (each["distribution"] for each in shown):
            assert (spread["coverage"], spread["mean"], spread["deciles"]) == (1, None, None)
        (tagged,) = get(f"/tags/{tag_id}/people")["items"]
        assert tagged["value"] in {"****", "1****4"}
    assert get(f"/tags/{made['number']}/people", status=400, low=300_000)["path"] == "value"
    assert get(f"/tags/{made['telephone']}/people", status=400, value="13812341234")["path"] == "value"
    assert len(get(f"/tags/{made['number']}/people", as_=owner, low=300_000)["items"]) == 1

    asked = {"kind": "tag", "tag": made["number"], "op": "gt", "value": 300_000}
    post("/audiences/estimate", {"rule": asked}, analyst, 422)
    post("/audiences/estimate", {"rule": {"kind": "tag", "tag": made["number"], "op": "is_set"}}, analyst)
    post("/audiences/estimate", {"rule": asked}, owner)
    why = post("/audiences/why", {"rule": asked, "profile_id": person}, analyst)
    assert (why["holds"], why["actual"], why["is_hidden"]) == (None, None, True)


def test_a_search_finds_masked_identifiers_only_as_a_whole(
    api_client: ApiClient, context: Any, owner: Actor, analyst: Actor
) -> None:
    owned = [
        ("email", "anna@shop.example"),
        ("user_id", "anna-17"),
        ("phone", "+8613812345678"),
        ("anonymous_id", "zz-1"),
    ]
    with context.store.begin() as session:
        session.add_all(
            Identifier(
                id=identifier_id(owner.workspace_id, type_, value), workspace_id=owner.workspace_id, profile_id=1,
                type=type_, value=value, degree=0,
                first_seen_ms=0, source_id="s", message_id="m",
            )
            for type_, value in owned
        )  # fmt: skip

    def found(search: str, as_: Actor = analyst) -> int:
        return len(api_client.get(f"{API}/profiles", params={"search": search}, as_=as_).json()["items"])

    for beginning in ("anna", "anna@shop.exampl", "anna-1", "138", "1381234567"):
        assert (found(beginning), found(beginning, owner)) == (0, 1), beginning
    for whole in ("zz", encode_profile_id(1), "Anna@Shop.example", "138 1234 5678", "anna-17"):
        assert found(whole) == 1, whole
    answer = api_client.get(f"{API}/profiles", params={"search": "138", "locale": "zh"}, as_=analyst).json()
    assert "完整" in answer["note"]
