"""Accounts over HTTP: what `group` events make of companies and households, and who belongs to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary.api.accounts import encode_account_id
from tributary.core.ids import encode_profile_id

API = "/api/v1"
ODD = "甲/乙 #1?"


@pytest.fixture
def context(context: Any, rig: PipelineRig) -> Any:
    context.store, context.warehouse, context.clock = rig.store, rig.warehouse, rig.clock
    return context


@pytest.fixture
def ask(api_client: ApiClient, make_user: Callable[..., Actor]) -> Callable[..., Any]:
    people = {role: make_user(role, workspace_id=1) for role in ("owner", "analyst")}

    def call(path: str, *, status: int = 200, role: str = "owner", **params: Any) -> Any:
        answer = api_client.get(f"{API}{path}", as_=people[role], params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    return call


def group(account: str, *, traits: dict[str, Any] | None = None, **ids: str) -> dict[str, Any]:
    return {"type": "group", "groupId": account, "traits": traits or {}, **ids}


@pytest.fixture(autouse=True)
def accounts(rig: PipelineRig) -> None:
    rig.send(
        group("acme", userId="u1", traits={"name": "Acme", "plan": "pro"}),
        group("acme", anonymousId="a2"),
        group("acme", anonymousId="a3"),
        group(ODD, userId="u1", traits={"name": "王小明", "kind": "Household", "phone": "13812341234"}),
        {"type": "identify", "userId": "u1", "traits": {"name": "Anna"}},
    )
    rig.run()


def test_accounts_and_who_belongs_to_them(ask: Any, rig: PipelineRig) -> None:
    listed = ask("/accounts")["items"]
    assert [(each["account_id"], each["kind"], each["people"]) for each in listed] == [
        ("acme", "account", 3),
        (ODD, "household", 1),
    ]
    assert ask("/accounts/kinds")["items"] == [{"kind": "account", "count": 1}, {"kind": "household", "count": 1}]
    assert [each["account_id"] for each in ask("/accounts", kind="household")["items"]] == [ODD]
    one = ask(f"/accounts/{encode_account_id('acme')}")
    assert (one["name"], one["traits"]["plan"]) == ("Acme", "pro")
    first = ask(f"/accounts/{one['id']}/people", limit=2)
    rest = ask(f"/accounts/{one['id']}/people", limit=2, cursor=first["next_cursor"])
    ids = [each["person"]["id"] for each in [*first["items"], *rest["items"]]]
    assert ids == [
        encode_profile_id(rig.profile(*of).id)
        for of in (("user_id", "u1"), *(("anonymous_id", a) for a in ("a2", "a3")))
    ]
    person = ask(f"/profiles/{ids[0]}")
    assert {(each["id"], each["account_id"], each["kind"], each["name"]) for each in person["groups"]} == {
        ("acme", encode_account_id("acme"), "account", "Acme"),
        (ODD, encode_account_id(ODD), "household", "王**"),
    }


def test_people_who_become_one_are_one_member(ask: Any, rig: PipelineRig) -> None:
    rig.send({"type": "identify", "userId": "u1", "anonymousId": "a2"})
    rig.run()
    acme = encode_account_id("acme")
    assert ask(f"/accounts/{acme}")["people"] == 2
    assert len(ask(f"/accounts/{acme}/people")["items"]) == 2


def test_a_household_is_masked_like_people_and_searched_like_them(ask: Any) -> None:
    path = f"/accounts/{encode_account_id(ODD)}"
    assert "小明" not in json.dumps(ask(path), ensure_ascii=False)
    assert "13812341234" not in json.dumps(ask(path))
    assert ask(path, reveal=True)["name"] == "王小明"
    ask(path, reveal=True, role="analyst", status=403)
    assert len(ask("/accounts", search="王小")["items"]) == 1
    assert ask("/accounts", search="王小", role="analyst")["items"] == []
    assert len(ask("/accounts", search="AC", role="analyst")["items"]) == 1
    assert ask("/accounts", search="%")["items"] == []


@pytest.mark.parametrize("bad", ["acme", "acc_", "acc_%%", "acc_!!", encode_account_id("nobody")])
def test_an_unknown_account(ask: Any, bad: str) -> None:
    assert ask(f"/accounts/{bad}", status=404)["code"] == "not_found"
