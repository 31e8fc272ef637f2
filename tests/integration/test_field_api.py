"""The catalogue for editors: names, types, how much there is of each, and values to choose from."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from fixtures.api import ApiClient
from fixtures.warehouse import make_events, make_profiles
from tributary import governance
from tributary.core.clock import ManualClock
from tributary.governance import field_values, observe_fields
from tributary.warehouse import Budget


@pytest.fixture
def context(context: Any, warehouse: Any) -> Any:
    context.warehouse = warehouse
    return context


@pytest.fixture
def shop(api_client: ApiClient, context: Any, make_user: Any) -> Any:
    """Eight people, six of them with a city, and their orders; another workspace with other fields."""
    owner, now = make_user(), context.clock.now()
    other = make_user()
    mine = {"workspace_id": owner.workspace_id}
    for id_ in range(1, 9):
        traits: dict[str, Any] = {"email": f"p{id_}@example.com"}
        if id_ <= 6:
            traits |= {"city": "上海" if id_ <= 4 else "Paris", "interests": ["shoes", "bags"][: id_ % 3]}
        make_profiles(context.warehouse, [{"profile_id": id_, "traits": traits, **mine}])
    note = {"total": 7.5, "note": "call 13812345678"}
    orders = [
        {"profile_id": 1, "timestamp": now - timedelta(days=1), "properties": {"total": 5, "name": "Hat"}},
        {"profile_id": 2, "timestamp": now - timedelta(days=2), "properties": {"total": 5}},
        {"profile_id": 3, "timestamp": now - timedelta(days=3), "properties": note},
        {"profile_id": 3, "timestamp": now - timedelta(days=60), "properties": {"total": 9}},
    ]
    make_events(context.warehouse, [{"event": "Order Completed", **mine, **order} for order in orders])
    make_events(
        context.warehouse, [{"profile_id": 4, "event": "Door Opened", "timestamp": now, "properties": {}, **mine}]
    )
    make_profiles(
        context.warehouse, [{"profile_id": 50, "traits": {"city": "secret"}, "workspace_id": other.workspace_id}]
    )
    seen = [
        ("trait", "", "city", "text"),
        ("trait", "", "email", "text"),
        ("trait", "", "interests", "list"),
        ("trait", "", "vip", "boolean"),
        ("property", "Order Completed", "total", "number"),
        ("property", "Order Completed", "name", "text"),
        ("property", "Order Completed", "note", "text"),
        ("property", "$identify", "name", "text"),
    ]
    with context.store.begin() as session:
        observe_fields(session, owner.workspace_id, seen, now)
        observe_fields(session, other.workspace_id, [("trait", "", "theirs", "text")], now)

    def get(path: str, *, status: int = 200, as_: Any = owner) -> Any:
        answer = api_client.request("GET", f"/api/v1{path}", as_=as_)
        assert answer.status_code == status, answer.text
        return answer.json()

    get.now, get.other, get.workspace_id = now, other, owner.workspace_id  # type: ignore[attr-defined]
    return get


def named(fields: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(field for field in fields if field["name"] == name)


class TestFields:
    def test_traits_come_with_type_label_and_share_of_people(self, shop):
        found = shop("/fields?locale=zh")["traits"]

        city = named(found, "city")
        assert {name: city[name] for name in ("type", "label", "is_personal", "coverage")} == {
            "type": "text",
            "label": "城市",
            "is_personal": False,
            "coverage": 0.75,
        }
        assert datetime.fromisoformat(city["last_seen"]) == shop.now
        assert named(found, "email")["is_personal"]
        assert (named(found, "interests")["type"], named(found, "interests")["label"]) == ("list", None)
        assert named(found, "vip")["coverage"] == 0
        assert (named(found, "plan")["last_seen"], named(found, "plan")["coverage"]) == (None, 0)
        assert [field["name"] for field in found[:2]] == ["email", "city"]
        assert "theirs" not in str(found)

    def test_events_come_with_volume_and_their_properties(self, shop):
        found = shop("/fields?locale=en")["events"]

        assert [event["name"] for event in found[:2]] == ["Order Completed", "Door Opened"]
        order = found[0]
        assert (order["label_hint"], order["kind"], order["volume_30d"]) == ("Order completed", "track", 3)
        assert named(order["properties"], "total")["coverage"] == 1
        assert named(order["properties"], "name")["coverage"] == 0.25
        assert not named(order["properties"], "name")["is_personal"]
        assert (found[1]["properties"], found[1]["label_hint"]) == ([], None)
        assert datetime.fromisoformat(found[1]["last_seen"]).year

    def test_protocol_events_have_their_kind_and_people_in_them_are_hidden(self, shop):
        found = shop("/fields")["events"]
        assert {event["name"]: event["kind"] for event in found if event["name"].startswith("$")} == {
            "$page": "page",
            "$screen": "screen",
            "$identify": "identify",
        }
        assert named(named(found, "$identify")["properties"], "name")["is_personal"]
        assert named(found, "$page")["volume_30d"] == 0
        assert named(found, "$page")["last_seen"] is None

    def test_what_costs_too_much_is_left_open(self, shop, monkeypatch):
        monkeypatch.setattr(sys.modules[governance.field_facts.__module__], "_BUDGET", Budget("tiny", 5, 1_000, 1))
        found = shop("/fields")
        assert named(found["traits"], "city")["coverage"] is None
        assert named(found["events"], "Order Completed")["volume_30d"] is None

    def test_answers_are_kept_for_a_while(self, shop, context):
        assert isinstance(context.clock, ManualClock)
        shop("/fields")
        mine = {"workspace_id": shop.workspace_id, "event": "Door Opened", "properties": {}}
        make_events(context.warehouse, [{"profile_id": 5, "timestamp": shop.now, **mine}])
        assert named(shop("/fields")["events"], "Door Opened")["volume_30d"] == 1
        context.clock.advance(timedelta(minutes=20))
        assert named(shop("/fields")["events"], "Door Opened")["volume_30d"] == 2


class TestValues:
    def test_the_commonest_come_first(self, shop):
        assert shop("/fields/values?kind=trait&name=city") == {
            "items": [{"value": "上海", "count": 4}, {"value": "Paris", "count": 2}],
            "is_hidden": False,
            "is_exact": True,
        }
        assert shop("/fields/values?kind=property&event=Order%20Completed&name=total")["items"] == [
            {"value": 5, "count": 2},
            {"value": 7.5, "count": 1},
            {"value": 9, "count": 1},
        ]

    def test_entries_of_lists_count_one_by_one(self, shop):
        assert shop("/fields/values?kind=trait&name=interests")["items"] == [
            {"value": "shoes", "count": 4},
            {"value": "bags", "count": 2},
        ]

    def test_they_can_be_searched_in_any_letter_case_and_limited(self, shop):
        assert [each["value"] for each in shop("/fields/values?kind=trait&name=city&search=PAR")["items"]] == ["Paris"]
        assert [each["value"] for each in shop("/fields/values?kind=trait&name=city&limit=1")["items"]] == ["上海"]
        assert shop("/fields/values?kind=trait&name=city&search=%25")["items"] == []

    def test_personal_fields_give_none(self, shop):
        hidden = {"items": [], "is_hidden": True, "is_exact": True}
        assert shop("/fields/values?kind=trait&name=email") == hidden
        assert shop("/fields/values?kind=property&event=$identify&name=name") == hidden
        assert shop("/fields/values?kind=property&event=Order%20Completed&name=email") == hidden
        note = shop("/fields/values?kind=property&event=Order%20Completed&name=note")
        assert (note["items"], note["is_hidden"]) == ([], False)

    def test_the_name_of_a_product_is_no_persons(self, shop):
        found = shop("/fields/values?kind=property&event=Order%20Completed&name=name")
        assert found["items"] == [{"value": "Hat", "count": 1}]

    def test_unknown_fields_have_none_and_a_property_needs_its_event(self, shop):
        assert shop("/fields/values?kind=trait&name=theirs")["items"] == []
        assert shop("/fields/values?kind=property&name=total", status=400)["path"] == "query.event"

    def test_of_many_people_a_sample_is_counted(self, shop, monkeypatch):
        monkeypatch.setattr(field_values, "_FROM_TEXT", 4)
        found = shop("/fields/values?kind=trait&name=city")
        assert not found["is_exact"]
        assert {each["value"] for each in found["items"]} <= {"上海", "Paris"}
