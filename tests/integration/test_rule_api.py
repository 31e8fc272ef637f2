"""Rules for editors through the API: the vocabulary, all problems at once, and the rule as SQL."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.api import ApiClient
from fixtures.warehouse import make_profiles
from tributary import audiences
from tributary.rules import vocabulary

CITY = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}


@pytest.fixture
def ask(api_client: ApiClient, make_user: Any) -> Any:
    viewer = make_user("viewer")

    def call(method: str, path: str, *, as_: Any = viewer, status: int = 200, **options: Any) -> Any:
        answer = api_client.request(method, f"/api/v1{path}", as_=as_, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    return call


class TestVocabulary:
    def test_it_is_that_of_the_rules(self, ask):
        found = ask("GET", "/rules/vocabulary")
        assert [each["kind"] for each in found["kinds"]] == [each.kind for each in vocabulary().kinds]
        assert {type_: [each["op"] for each in of_type] for type_, of_type in found["operators"].items()} == {
            type_: [each.op for each in of_type] for type_, of_type in vocabulary().operators.items()
        }
        event = next(each for each in found["kinds"] if each["kind"] == "event")
        window, count = (next(part for part in event["parts"] if part["name"] == name) for name in ("window", "count"))
        assert (window["type"], window["default"]) == ("window", {"kind": "all_time"})
        assert count["only_if"] == ["op", "did"]


class TestExplain:
    def test_a_good_rule_is_a_sentence(self, ask):
        found = ask("POST", "/rules/explain?locale=zh", json={"rule": CITY})
        assert found == {"sentence": "用户属性「城市」等于 “上海”", "problems": []}

    def test_all_problems_come_at_once(self, ask):
        rule = {"kind": "any", "rules": [{**CITY, "trait": "citty"}, CITY, {**CITY, "op": "gt"}]}
        found = ask("POST", "/rules/explain", json={"rule": rule})
        assert [(each["path"], each["is_blocking"]) for each in found["problems"]] == [
            ("any[0].trait", True),
            ("any[2].op", True),
        ]
        assert "“city”" in found["problems"][0]["cure"]
        assert found["sentence"]

    def test_what_cannot_be_read_has_no_sentence(self, ask):
        found = ask("POST", "/rules/explain", json={"rule": {"kind": "trait", "trait": "city"}})
        assert found["sentence"] is None
        assert [each["path"] for each in found["problems"]] == ["op"]

    def test_what_only_waits_for_a_computation_can_be_saved(self, ask, context, make_user):
        owner = make_user()
        with context.store.begin() as session:
            other = audiences.create_audience(session, owner.principal, name="VIP", rule=CITY)
            rule = {"kind": "not", "rule": {"kind": "audience", "audience": other.id}}
        found = ask("POST", "/rules/explain?locale=en", json={"rule": rule}, as_=owner)
        assert [(each["path"], each["is_blocking"]) for each in found["problems"]] == [("not.audience", False)]
        assert found["sentence"] == "not (in the audience “VIP”)"


class TestSql:
    def test_engineers_see_the_query_and_can_copy_it(self, ask, context, make_user, warehouse):
        owner = make_user()
        mine = {"workspace_id": owner.workspace_id}
        people = {1: {"city": "上海"}, 2: {"city": "it's \\ {x}"}, 3: {"city": "it's \\ {x}", "age": 3}}
        make_profiles(warehouse, [{"profile_id": id_, "traits": traits, **mine} for id_, traits in people.items()])
        make_profiles(warehouse, [{"profile_id": 9, "traits": people[2], "workspace_id": owner.workspace_id + 1}])

        found = ask("POST", "/audiences/sql", as_=owner, json={"rule": {**CITY, "value": "it's \\ {x}"}})

        assert {"type": "String", "value": "city"} in found["params"].values()
        assert "上海" not in found["sql"]
        assert found["sql"].startswith("SELECT")
        with warehouse._engine.readers.lend(1) as client:
            assert [row[0] for row in client.query(found["runnable"]).result_rows] == [2, 3]

    def test_a_wrong_rule_is_a_problem(self, ask):
        found = ask("POST", "/audiences/sql", status=422, json={"rule": {**CITY, "op": "gt"}})
        assert found["path"] == "op"
