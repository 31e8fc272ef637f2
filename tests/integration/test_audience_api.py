"""Audiences and tags through the API, on a real store and warehouse."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.warehouse import make_events, make_profiles
from tributary import audiences, tags
from tributary.core.ids import encode_profile_id
from tributary.errors import Unavailable
from tributary.governance import observe_fields
from tributary.identity import identifier_id
from tributary.jobs import Runner
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import ProfileRow

CITY = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}
EMAIL = {"kind": "trait", "trait": "email", "op": "is_set"}
BOUGHT = {"kind": "event", "event": "Order Completed"}
NEAR_BUYERS = {"kind": "all", "rules": [CITY, BOUGHT]}
GUESS = {"kind": "trait", "trait": "email", "op": "starts_with", "value": "p1"}
GUESS_PROPERTY = {"property": "email", "op": "starts_with", "value": "p1"}
TIERS = {"levels": [{"value": "近", "rule": CITY}], "otherwise": "远"}


@pytest.fixture
def context(context: Any, warehouse: Any) -> Any:
    context.warehouse = warehouse
    return context


@dataclass
class Desk:
    """An operator at the API of workspace with five people, the first three of them in 上海, 1 and 4 with an order."""

    client: ApiClient
    context: Any
    actor: Actor

    def call(self, method: str, path: str, *, status: int = 200, as_: Actor | None = None, **options: Any) -> Any:
        answer = self.client.request(method, f"/api/v1{path}", as_=as_ or self.actor, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> Any:
        return self.call("POST", path, **options)

    def run_jobs(self) -> None:
        context = self.context
        handlers = {
            **audiences.job_handlers(context.store, context.warehouse, context.clock),
            **tags.job_handlers(context.store, context.warehouse, context.clock),
        }
        Runner(context.store, context.clock, handlers).run_all()


@pytest.fixture
def desk(api_client: ApiClient, context: Any, make_user: Any) -> Desk:
    owner = make_user()
    workspace_id, now = owner.workspace_id, context.clock.now()
    people = {id_: {"city": "上海" if id_ <= 3 else "Paris", "email": f"p{id_}@example.com"} for id_ in range(1, 6)}
    mine = {"workspace_id": workspace_id}
    make_profiles(context.warehouse, [{"profile_id": id_, "traits": traits, **mine} for id_, traits in people.items()])
    bought = {"event": "Order Completed", "timestamp": now - timedelta(days=1), "properties": {"total": 5}, **mine}
    make_events(context.warehouse, [{"profile_id": id_, **bought} for id_ in (1, 4)])
    with context.store.begin() as session:
        observe_fields(
            session,
            workspace_id,
            [
                ("property", "Order Completed", "total", "number"),
                ("property", "Order Completed", "email", "text"),
            ],
            now,
        )
        session.add_all(
            ProfileRow(
                profile_id=id_,
                workspace_id=workspace_id,
                version=1,
                first_seen_ms=0,
                last_seen_ms=0,
                traits=json.dumps(
                    {name: [value, 0, "m", "s", 1] for name, value in [("name", "张三"), *traits.items()]}
                ),
            )
            for id_, traits in people.items()
        )
    return Desk(api_client, context, owner)


def prf(*ids: int) -> list[str]:
    return [encode_profile_id(id_) for id_ in ids]


def member(id_: int) -> dict[str, Any]:
    return {
        "id": prf(id_)[0],
        "name": "张*",
        "email": "p***@example.com",
        "traits": {"city": "上海" if id_ <= 3 else "Paris"},
        "identifiers": [],
        "last_seen": "1970-01-01T00:00:00Z",
    }


def test_an_audience_from_estimate_to_members(desk: Desk):
    counted = desk.post("/audiences/estimate?locale=zh", json={"rule": NEAR_BUYERS})
    assert (counted["size"], counted["people"], counted["sample"]) == (1, 5, prf(1))
    assert [(step["path"], step["alone"], step["after"]) for step in counted["steps"]] == [
        ("all[0]", 3, 3),
        ("all[1]", 2, 1),
    ]

    made = desk.post("/audiences", status=201, json={"name": "附近买家", "rule": NEAR_BUYERS, "note": "first"})
    assert (made["version"], made["run"], made["members_version"], made["last_run"]) == (1, None, None, None)
    path = f"/audiences/{made['id']}"
    assert desk.get(f"{path}/members") == {"items": [], "next_cursor": None}

    desk.run_jobs()
    found = desk.get(path)
    assert (found["size"], found["members_version"], found["last_run"]["state"]) == (1, 1, "finished")
    assert desk.get(f"{path}/members")["items"] == [member(1)]
    assert [audience["name"] for audience in desk.get(f"/profiles/{prf(1)[0]}/audiences")["items"]] == ["附近买家"]
    assert desk.get(f"/profiles/{prf(2)[0]}/audiences")["items"] == []
    assert [row["id"] for row in desk.get("/audiences?search=买家")["items"]] == [made["id"]]


def test_versions_are_kept_compared_and_brought_back(desk: Desk):
    made = desk.post("/audiences", status=201, json={"name": "a", "rule": {"kind": "all", "rules": [CITY]}})
    path = f"/audiences/{made['id']}"
    desk.run_jobs()

    changed = desk.call("PATCH", path, json={"base_version": 1, "rule": NEAR_BUYERS, "note": "buyers only"})
    assert (changed["version"], changed["members_version"]) == (2, 1)
    stale = desk.call("PATCH", path, status=409, json={"base_version": 1, "name": "b"})
    assert stale["cure"]
    diff = desk.get(f"{path}/diff?before=1&after=2&locale=en")
    assert [(change["path"], change["kind"]) for change in diff["changes"]] == [("all[1]", "added")]
    assert [(change["sentence_before"], change["sentence_after"]) for change in diff["changes"]] == [
        (None, "did Order Completed")
    ]
    assert "Order Completed" in diff["sentence_after"]

    desk.run_jobs()
    (run, first) = desk.get(f"{path}/runs")["items"]
    assert (run["entered"], run["exited"], first["size"]) == (0, 2, 3)
    assert desk.get(f"{path}/runs/{run['run']}/exited")["items"] == [member(2), member(3)]
    assert desk.get(f"{path}/runs/{first['run']}/entered")["items"] == [member(1), member(2), member(3)]

    restored = desk.post(f"{path}/versions/1/restore", json={"base_version": 2})
    assert (restored["version"], restored["rule"]) == (3, {"kind": "all", "rules": [CITY]})
    assert [(row["version"], row["note"]) for row in desk.get(f"{path}/versions")["items"]] == [
        (3, "= v1"),
        (2, "buyers only"),
        (1, ""),
    ]


def test_pages_follow_each_other(desk: Desk):
    made = desk.post("/audiences", status=201, json={"name": "all", "rule": {"kind": "all", "rules": []}})
    desk.run_jobs()

    seen, cursor = [], None
    while True:
        query = f"?limit=2&cursor={cursor}" if cursor else "?limit=2"
        page = desk.get(f"/audiences/{made['id']}/members{query}")
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == prf(1, 2, 3, 4, 5)


def test_sentences_come_in_the_callers_language(desk: Desk):
    path = f"/audiences/{desk.post('/audiences', status=201, json={'name': 'a', 'rule': BOUGHT})['id']}"

    chinese = desk.get(path, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})["sentence"]
    english = desk.get(path, headers={"Accept-Language": "en"})["sentence"]

    assert chinese != english
    assert ("完成订单" in chinese, "Order Completed" in english) == (True, True)
    assert desk.get(f"{path}?locale=zh", headers={"Accept-Language": "en"})["sentence"] == chinese


def test_a_wrong_rule_is_answered_with_its_path_and_a_cure(desk: Desk):
    wrong = {"kind": "all", "rules": [CITY, {"kind": "trait", "trait": "citi", "op": "is", "value": "x"}]}

    for path, body in (("/audiences/estimate", {"rule": wrong}), ("/audiences", {"name": "a", "rule": wrong})):
        answer = desk.post(path, status=422, json=body)
        assert (answer["code"], answer["path"]) == ("invalid_rule", "all[1].trait")
        assert "city" in answer["cure"]


def test_a_name_that_nobody_has_is_noted_and_not_refused(desk: Desk):
    rule = {"kind": "all", "rules": [CITY, {"kind": "event", "event": "Order Complete"}]}
    expected = {
        "path": "all[1].event",
        "message": "No event “Order Complete” has ever arrived. Did you mean “Order Completed”?",
        "suggestions": ["Order Completed"],
    }
    counted = desk.post("/audiences/estimate?locale=en", json={"rule": rule})
    assert (counted["size"], counted["notes"]) == (0, [expected])
    made = desk.post("/audiences?locale=en", status=201, json={"name": "a", "rule": rule})
    assert made["notes"] == [expected]
    changed = desk.call("PATCH", f"/audiences/{made['id']}?locale=zh", json={"base_version": 1, "rule": NEAR_BUYERS})
    assert changed["notes"] == []
    assert desk.call("PATCH", f"/audiences/{made['id']}", json={"base_version": 2, "name": "b"})["notes"] == []
    (note,) = desk.post("/audiences/estimate?locale=zh", json={"rule": {"kind": "event", "event": "购物"}})["notes"]
    assert note == {"path": "event", "message": "至今没有收到过名为“购物”的事件。", "suggestions": []}


def test_a_tag_value_that_nobody_has_is_noted(desk: Desk):
    tag = {"name": "Tier", "kind": "rule", "value_type": "text", "definition": TIERS}
    tag_id = desk.post("/tags", status=201, json=tag)["id"]
    asked = {"kind": "tag", "tag": tag_id, "op": "in", "value": ["近", "远方"]}
    assert desk.post("/audiences", status=201, json={"name": "early", "rule": asked})["notes"] == []
    desk.run_jobs()
    (note,) = desk.post("/audiences/estimate?locale=en", json={"rule": asked})["notes"]
    assert (note["path"], note["suggestions"]) == ("value[1]", ["远"])
    assert "Nobody has the value “远方” of the tag “Tier”" in note["message"]
    one = {"kind": "tag", "tag": tag_id, "op": "is", "value": "far"}
    (note,) = desk.post("/audiences/estimate?locale=zh", json={"rule": {"kind": "not", "rule": one}})["notes"]
    assert (note["path"], note["suggestions"]) == ("not.value", [])
    assert desk.post("/audiences/estimate", json={"rule": {**one, "op": "contains"}})["notes"] == []


def test_names_in_tags_are_noted_too(desk: Desk):
    rule = {"kind": "event", "event": "Order Complete"}
    body = {"kind": "rule", "value_type": "text", "definition": {"levels": [{"value": "a", "rule": rule}]}}
    assert [note["path"] for note in desk.post("/tags/preview", json=body)["notes"]] == ["levels[0].rule.event"]
    made = desk.post("/tags", status=201, json={"name": "t", **body})
    assert [note["suggestions"] for note in made["notes"]] == [["Order Completed"]]
    changed = desk.call("PATCH", f"/tags/{made['id']}", json={"base_version": 1, "definition": TIERS})
    assert changed["notes"] == []
    counted = {"kind": "statistic", "value_type": "number", "definition": {"measure": {"function": "count", **rule}}}
    counted["definition"]["measure"].pop("kind")
    assert [note["path"] for note in desk.post("/tags/preview", json=counted)["notes"]] == ["measure.event"]


@pytest.mark.parametrize("function", ["first", "last"])
def test_a_tag_does_not_show_personal_data_to_everybody(desk: Desk, function: str):
    measure = {"function": function, "event": "Order Completed", "property": "email"}
    body = {"kind": "statistic", "value_type": "text", "definition": {"measure": measure}}
    for path, more in (("/tags/preview", {}), ("/tags", {"name": "t"})):
        refused = desk.post(f"{path}?locale=zh", status=422, json={**body, **more})
        assert (refused["path"], "个人信息" in refused["detail"]) == ("measure.property", True)


def test_notes_never_stand_in_the_way(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    def down(*_arguments: Any, **_options: Any) -> Any:
        raise Unavailable("The warehouse does not answer.")

    monkeypatch.setattr(desk.context.warehouse, "query", down)
    rule = {"kind": "event", "event": "Order Complete"}
    assert desk.post("/audiences", status=201, json={"name": "a", "rule": rule})["notes"] == []


def test_why_shows_each_condition_with_its_value(desk: Desk):
    made = desk.post("/audiences", status=201, json={"name": "a", "rule": NEAR_BUYERS})
    desk.run_jobs()

    found = desk.get(f"/audiences/{made['id']}/why/{prf(2)[0]}?locale=en")

    assert (found["is_selected"], found["is_member"], found["run"]) == (False, False, 1)
    assert [(part["path"], part["holds"], part["actual"]) for part in found["why"]["parts"]] == [
        ("all[0]", True, "上海"),
        ("all[1]", False, 0),
    ]
    asked = desk.post("/audiences/why", json={"rule": BOUGHT, "profile_id": prf(4)[0]})
    assert (asked["holds"], asked["actual"]) == (True, 1)
    assert asked["person"] == member(4)
    desk.get(f"/audiences/{made['id']}/why/{prf(99)[0]}", status=404)


def test_why_can_be_asked_by_any_identifier(desk: Desk):
    def ask(status: int = 200, **who: Any) -> Any:
        return desk.post("/audiences/why", json={"rule": CITY, **who}, status=status)

    owned = {
        1: [("email", "p1@example.com")],
        2: [("user_id", "twice")],
        3: [("member_no", "twice")],
        4: [("phone", "+8613812345678"), ("user_id", "u-1")],
        5: [("user_id", "u-12")],
    }
    rows = [(owner, type_, value) for owner, values in owned.items() for type_, value in values]
    mine = {"workspace_id": desk.actor.workspace_id, "source_id": "s", "message_id": "m"}
    with desk.context.store.begin() as session:
        session.add_all(
            Identifier(
                id=identifier_id(desk.actor.workspace_id, type_, value), profile_id=owner, type=type_, value=value,
                degree=0, first_seen_ms=0, **mine,
            )
            for owner, type_, value in rows
        )  # fmt: skip

    assert ask(identifier="  P1@Example.COM")["person"]["id"] == prf(1)[0]
    assert ask(identifier="138 1234 5678")["person"]["id"] == prf(4)[0]
    assert ask(identifier=prf(2)[0])["person"]["id"] == prf(2)[0]
    found = ask(identifier="u-1")
    assert (found["person"]["id"], found["holds"]) == (prf(4)[0], False)
    assert ask(identifier="u-", status=404)["cure"]
    assert ask(identifier="twice", status=409)["code"] == "conflict"
    assert ask(status=400)["path"] == "body.profile_id"
    assert ask(identifier="u-1", profile_id=prf(1)[0], status=400)


def test_personal_values_are_masked_until_somebody_asks_who_may(desk: Desk, make_user: Any):
    viewer = make_user("viewer", workspace_id=desk.actor.workspace_id)
    made = desk.post("/audiences", status=201, json={"name": "a", "rule": {"kind": "all", "rules": [EMAIL, CITY]}})
    body = {"rule": made["rule"], "profile_id": prf(1)[0]}
    path = f"/audiences/{made['id']}/why/{prf(1)[0]}"
    expected = [(True, "p***@example.com", True), (True, "上海", False)]

    for who in (desk.actor, viewer):
        for answer in (desk.post("/audiences/why", json=body, as_=who), desk.get(path, as_=who)["why"]):
            assert [(part["holds"], part["actual"], part["is_hidden"]) for part in answer["parts"]] == expected
    assert "p1@example.com" not in str(desk.get("/audit"))

    for answer in (desk.post("/audiences/why?reveal=true", json=body), desk.get(f"{path}?reveal=true")["why"]):
        assert [(part["actual"], part["is_hidden"]) for part in answer["parts"]] == [
            ("p1@example.com", False), ("上海", False),
        ]  # fmt: skip
    desk.post("/audiences/why?reveal=true", json=body, as_=viewer, status=403)
    desk.get(f"{path}?reveal=true", as_=viewer, status=403)
    revealed = [entry for entry in desk.get("/audit")["items"] if entry["action"] == "profile.read_revealed"]
    assert [entry["target_id"] for entry in revealed] == prf(1, 1)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        (GUESS, None),
        (EMAIL, True),
        ({"kind": "not", "rule": GUESS}, None),
        ({"kind": "all", "rules": [GUESS, CITY]}, None),
        ({"kind": "all", "rules": [GUESS, BOUGHT, {"kind": "not", "rule": CITY}]}, False),
        ({"kind": "any", "rules": [GUESS, CITY]}, True),
        ({"kind": "any", "rules": [GUESS, {"kind": "not", "rule": CITY}]}, None),
        ({"kind": "event", "event": "Order Completed", "where": [GUESS_PROPERTY]}, None),
    ],
)
def test_a_personal_value_cannot_be_guessed_letter_by_letter(desk: Desk, rule: Any, holds: bool | None):
    asked = desk.post("/audiences/why", json={"rule": rule, "profile_id": prf(1)[0]})
    assert asked["holds"] is holds
    if rule in (GUESS, {"kind": "event", "event": "Order Completed", "where": [GUESS_PROPERTY]}):
        assert asked["is_hidden"] is True
    made = desk.post("/audiences", status=201, json={"name": "a", "rule": rule})
    assert desk.get(f"/audiences/{made['id']}/why/{prf(1)[0]}")["is_selected"] is holds


def test_lists_of_people_need_the_scope_of_people(desk: Desk, make_token: Any):
    token = make_token("audiences:read", "tags:read", by=desk.actor)
    made = desk.post("/audiences", status=201, json={"name": "a", "rule": CITY})
    desk.run_jobs()

    desk.get(f"/audiences/{made['id']}", as_=token)
    for path in (
        f"/audiences/{made['id']}/members",
        f"/audiences/{made['id']}/runs/1/entered",
        f"/audiences/{made['id']}/runs/1/exited",
        f"/audiences/{made['id']}/why/{prf(1)[0]}",
        f"/profiles/{prf(1)[0]}/audiences",
        f"/profiles/{prf(1)[0]}/tags",
    ):
        desk.get(path, status=403, as_=token)
        desk.get(path)


def test_what_is_used_cannot_be_archived(desk: Desk):
    first = desk.post("/audiences", status=201, json={"name": "first", "rule": CITY})
    rule = {"kind": "audience", "audience": first["id"]}
    second = desk.post("/audiences", status=201, json={"name": "second", "rule": rule})

    assert desk.get(f"/audiences/{first['id']}")["used_by"] == [
        {"kind": "audience", "id": second["id"], "name": "second"}
    ]
    assert "second" in desk.post(f"/audiences/{first['id']}/archive", status=409)["detail"]
    assert desk.post(f"/audiences/{second['id']}/archive")["is_archived"] is True
    desk.post(f"/audiences/{first['id']}/archive")
    assert desk.get("/audiences")["items"] == []
    assert len(desk.get("/audiences?archived=true")["items"]) == 2


def test_a_refresh_is_a_job(desk: Desk):
    made = desk.post("/audiences", status=201, json={"name": "a", "rule": CITY, "schedule": "manual"})
    desk.run_jobs()

    job = desk.post(f"/audiences/{made['id']}/refresh", status=202)["job_id"]
    assert desk.post(f"/audiences/{made['id']}/refresh", status=202)["job_id"] == job
    desk.run_jobs()

    assert desk.get(f"/jobs/{job}")["state"] == "succeeded"
    assert desk.get(f"/audiences/{made['id']}")["run"] == 2


def test_a_tag_from_preview_to_the_values_of_a_person(desk: Desk):
    body = {"kind": "rule", "value_type": "text", "definition": TIERS}
    preview = desk.post("/tags/preview", json=body)
    assert preview["top"] == [{"value": "近", "people": 3}, {"value": "远", "people": 2}]
    assert (preview["people"], preview["coverage"]) == (5, 5)

    made = desk.post("/tags?locale=zh", status=201, json={"name": "距离", **body})
    assert [(level["value"], level["sentence"] is None) for level in made["levels"]] == [("近", False), ("远", True)]
    assert made["distribution"] is None
    desk.run_jobs()

    found = desk.get(f"/tags/{made['id']}")
    assert (found["coverage"], found["values_version"]) == (5, 1)
    assert found["distribution"]["top"] == preview["top"]
    (value,) = desk.get(f"/profiles/{prf(4)[0]}/tags")["items"]
    assert (value["name"], value["value"]) == ("距离", "远")
    assert desk.get(f"/tags/{made['id']}/runs")["items"][0]["people"] == 5


def test_a_statistic_tag_changes_and_comes_back(desk: Desk):
    measure = {"measure": {"function": "sum", "event": "Order Completed", "property": "total"}}
    body = {"name": "spent", "kind": "statistic", "value_type": "number", "definition": measure}
    made = desk.post("/tags", status=201, json=body)
    path = f"/tags/{made['id']}"
    assert "Order Completed" in made["sentence"]
    desk.run_jobs()
    assert desk.get(path)["distribution"]["mean"] == 5

    count = {"measure": {"function": "count", "event": "Order Completed"}}
    changed = desk.call("PATCH", path, json={"base_version": 1, "definition": count, "null_policy": "keep_last"})
    assert (changed["version"], changed["null_policy"]) == (2, "keep_last")
    assert {change["path"] for change in desk.get(f"{path}/diff?before=1&after=2")["changes"]} == {
        "measure.function",
        "measure.property",
    }
    desk.post(f"{path}/versions/2/restore", status=409, json={"base_version": 2})
    assert desk.post(f"{path}/versions/1/restore", json={"base_version": 2})["version"] == 3

    wrong = {"measure": {"function": "last", "event": "Order Completed", "property": "totl"}}
    answer = desk.call("PATCH", path, status=422, json={"base_version": 3, "definition": wrong})
    assert answer["path"] == "measure.property"

    desk.post(f"{path}/archive")
    assert desk.post(f"{path}/unarchive")["is_archived"] is False
    desk.post(f"{path}/recompute", status=202)
