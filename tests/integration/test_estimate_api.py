"""Counting through the API: example people, samples, and stopping what nobody waits for any more."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from fixtures.api import Actor, ApiClient
from fixtures.warehouse import make_profiles
from tributary import rules
from tributary.api import hang_up
from tributary.audiences import estimate, impact
from tributary.core.ids import encode_profile_id
from tributary.core.sql import raw
from tributary.governance import observe_fields
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import ProfileRow

CITY = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}
LONG = {"kind": "trait", "trait": "city", "op": "is", "value": "long"}
PATH = "/api/v1/audiences/estimate"
ENDLESS_BITMAP = raw("SELECT groupBitmapState(cityHash64(number) % 1000) AS members FROM numbers(100000000000)")
ENDLESS = raw("SELECT max(cityHash64(number, toString(number))) FROM numbers(100000000000)")


@pytest.fixture
def context(context: Any, single_warehouse: Any) -> Any:
    context.warehouse = single_warehouse
    return context


@pytest.fixture
def owner(context: Any, make_user: Any) -> Actor:
    """A workspace of three people, one of them without anything that tells who it is."""
    owner: Actor = make_user()
    mine, now = {"workspace_id": owner.workspace_id}, context.clock.now()
    named = {"name": "张三", "email": "zhang@example.com", "home": "call 13812345678"}
    people: dict[int, dict[str, Any]] = {
        1: {"city": "上海", **named, "vip": True, "note": {"a": 1}},
        2: {"city": "上海", "firstName": "San", "lastName": "Li", "plan": "pro"},
        3: {"city": "上海"},
    }
    identifiers = {"anonymous_id": "a1", "user_id": "u-1", "phone": "+8613812345678", "email": named["email"]}
    make_profiles(context.warehouse, [{"profile_id": id_, "traits": traits, **mine} for id_, traits in people.items()])
    with context.store.begin() as session:
        observe_fields(session, owner.workspace_id, [("trait", "", "vip", "boolean")], now)
        for id_ in (1, 2):
            traits = json.dumps({name: [value, 0, "m", "s", 1] for name, value in people[id_].items()})
            seen = {"first_seen_ms": 0, "last_seen_ms": 1_000}
            session.add(ProfileRow(profile_id=id_, version=1, traits=traits, **seen, **mine))
        found = {"profile_id": 1, "degree": 0, "first_seen_ms": 0, "source_id": "s", "message_id": "m", **mine}
        for number, (type_, value) in enumerate(identifiers.items(), 1):
            session.add(Identifier(id=number, type=type_, value=value, **found))
    return owner


@pytest.fixture
def long_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules about the city “long” take minutes to count."""
    compile_steps = rules.compile_steps

    def compile_(rule: Any, resolved: Any, **more: Any) -> rules.StepsQuery:
        found = compile_steps(rule, resolved, **more)
        return rules.StepsQuery(ENDLESS, found.steps) if getattr(rule, "value", None) == "long" else found

    monkeypatch.setattr(estimate.rules, "compile_steps", compile_)


def ask(client: ApiClient, actor: Actor, *, status: int = 200, **body: Any) -> Any:
    answer = client.request("POST", PATH, as_=actor, json={"rule": CITY, **body})
    assert answer.status_code == status, answer.text
    return answer.json()


class TestAnswer:
    def test_the_people_of_the_sample_are_shown_masked(self, api_client, owner):
        found = ask(api_client, owner)
        assert found["sample"] == [encode_profile_id(id_) for id_ in (1, 2, 3)]
        first, second, unknown = found["sample_people"]
        assert first == {
            "id": encode_profile_id(1),
            "name": "张*",
            "email": "z***@example.com",
            "traits": {"city": "上海", "home": "call 138****5678", "vip": True},
            "identifiers": [
                {"type": "phone", "value": "138****5678"},
                {"type": "email", "value": "z***@example.com"},
                {"type": "user_id", "value": "u**"},
            ],
            "last_seen": "1970-01-01T00:00:01Z",
        }
        assert (second["name"], second["traits"]) == ("S****i", {"city": "上海", "plan": "pro"})
        assert unknown == {
            "id": encode_profile_id(3), "name": None, "email": None, "traits": {}, "identifiers": [], "last_seen": None,
        }  # fmt: skip

    def test_who_may_not_see_people_sees_none(self, api_client, owner, make_token):
        found = ask(api_client, make_token("audiences:read", by=owner))
        assert (found["size"], len(found["sample"]), found["sample_people"]) == (3, 3, [])

    def test_it_is_exact_and_says_how_long_it_took(self, api_client, owner):
        found = ask(api_client, owner)
        assert (found["is_exact"], found["margin"]) == (True, None)
        assert found["duration_ms"] >= 0

    def test_a_sample_is_marked(self, api_client, owner, monkeypatch):
        monkeypatch.setattr(estimate, "ASK_ALL", 1)
        monkeypatch.setattr(estimate, "SHARE", 2)
        found = ask(api_client, owner, sample=True)
        assert (found["is_exact"], found["people"]) == (False, 3)
        assert found["margin"] > 0

    def test_steps_carry_the_paths_of_problems(self, api_client, owner):
        rule = {"kind": "any", "rules": [CITY, {"kind": "not", "rule": CITY}]}
        steps = ask(api_client, owner, rule=rule)["steps"]
        assert [(step["path"], step["kind"], step["depth"], step["alone"], step["after"]) for step in steps] == [
            ("any[0]", "trait", 0, 3, 3),
            ("any[1]", "not", 0, 0, 3),
            ("any[1].not", "trait", 1, 3, 0),
        ]


@dataclass
class Crowd:
    """Callers of one running application, at the same time."""

    app: Any
    warehouse: Any
    client: httpx.AsyncClient

    async def estimate(self, actor: Actor, rule: Any, **body: Any) -> httpx.Response:
        return await self.client.post(PATH, json={"rule": rule, **body}, headers=actor.headers)

    def start(self, actor: Actor, rule: Any, **body: Any) -> asyncio.Task[httpx.Response]:
        return asyncio.ensure_future(self.estimate(actor, rule, **body))

    def running(self) -> int:
        question = raw(
            "SELECT count() FROM system.processes "
            "WHERE match(Settings['log_comment'], ' (slot-|question:)') AND elapsed > 0"
        )
        ((count,),) = self.warehouse.query(question, workspace_id=None, dangerously_across_workspaces=True)
        return int(count)

    async def until_running(self, count: int) -> None:
        async with asyncio.timeout(20):
            while await asyncio.to_thread(self.running) != count:
                pass


@pytest.fixture
def together(api_client: ApiClient, context: Any) -> Callable[[Callable[[Crowd], Awaitable[None]]], None]:
    def run(scenario: Callable[[Crowd], Awaitable[None]]) -> None:
        async def main() -> None:
            transport = httpx.ASGITransport(api_client.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                await scenario(Crowd(api_client.app, context.warehouse, client))

        asyncio.run(main())

    return run


@pytest.mark.usefixtures("long_rules")
class TestStopping:
    def test_a_newer_rule_of_the_same_editor_stops_the_older(self, together, owner):
        async def scenario(crowd: Crowd) -> None:
            older = crowd.start(owner, LONG, key="e1")
            await crowd.until_running(1)
            newer = await crowd.estimate(owner, CITY, key="e1")
            stopped = await older
            assert (newer.status_code, newer.json()["size"]) == (200, 3)
            assert (stopped.status_code, stopped.json()["code"]) == (409, "cancelled")
            assert crowd.running() == 0

        together(scenario)

    def test_editors_and_callers_do_not_stop_each_other(self, together, owner, make_user):
        colleague = make_user(workspace_id=owner.workspace_id)

        async def scenario(crowd: Crowd) -> None:
            long = crowd.start(owner, LONG, key="e1")
            await crowd.until_running(1)
            for actor, more in ((owner, {"key": "e2"}), (owner, {}), (colleague, {"key": "e1"})):
                assert (await crowd.estimate(actor, CITY, **more)).status_code == 200
            await crowd.client.delete(f"{PATH}/e1", headers=colleague.headers)
            assert crowd.running() == 1
            assert (await crowd.client.delete(f"{PATH}/e1", headers=owner.headers)).status_code == 204
            assert (await long).json()["code"] == "cancelled"

        together(scenario)

    def test_so_do_the_effect_of_a_change_and_the_preview_of_a_tag(self, together, owner, api_client, monkeypatch):
        made = api_client.request("POST", "/api/v1/audiences", as_=owner, json={"name": "a", "rule": CITY}).json()["id"]
        levels = {"levels": [{"value": "x", "rule": CITY}]}
        tag = {"kind": "rule", "value_type": "text", "definition": levels}
        monkeypatch.setattr(impact.rules, "compile_bitmap", lambda *_: ENDLESS_BITMAP)
        bodies = {f"/api/v1/audiences/{made}/impact": {"rule": CITY}, "/api/v1/tags/preview": tag}

        async def scenario(crowd: Crowd) -> None:
            for path, body in bodies.items():
                calls = []
                for _ in range(2):
                    asked = crowd.client.post(path, json={**body, "key": "e1"}, headers=owner.headers)
                    calls.append(asyncio.ensure_future(asked))
                    await asyncio.sleep(0.2)
                assert (await calls[0]).json()["code"] == "cancelled"
                await crowd.until_running(1)
                calls[1].cancel()
                await crowd.until_running(0)

        together(scenario)

    def test_stopping_what_does_not_run_is_no_mistake(self, together, owner):
        async def scenario(crowd: Crowd) -> None:
            assert (await crowd.client.delete(f"{PATH}/never", headers=owner.headers)).status_code == 204
            assert (await crowd.client.delete(f"{PATH}/never")).status_code == 401

        together(scenario)

    def test_who_hangs_up_stops_the_question(self, together, owner):
        async def scenario(crowd: Crowd) -> None:
            hung_up = asyncio.Event()
            call = asyncio.ensure_future(_call_and_hang_up(crowd.app, owner, hung_up))
            await crowd.until_running(1)
            hung_up.set()
            await asyncio.wait_for(call, 10)
            assert crowd.running() == 0

        together(scenario)

    def test_a_request_that_the_server_gives_up_stops_the_question(self, together, owner):
        async def scenario(crowd: Crowd) -> None:
            call = crowd.start(owner, LONG)
            await crowd.until_running(1)
            call.cancel()
            await asyncio.wait({call}, timeout=10)
            assert call.cancelled()
            await crowd.until_running(0)

        together(scenario)

    def test_few_are_counted_at_once_and_the_others_wait_their_turn(self, together, owner):
        async def scenario(crowd: Crowd) -> None:
            calls = [crowd.start(owner, LONG, key=f"e{number}") for number in range(6)]
            await crowd.until_running(hang_up._AT_ONCE)
            for number in range(6):  # also those that have not begun
                await crowd.client.delete(f"{PATH}/e{number}", headers=owner.headers)
            assert {(await call).status_code for call in calls} == {409}
            assert crowd.running() == 0
            assert (await crowd.estimate(owner, CITY)).status_code == 200

        together(scenario)

    def test_one_that_is_replaced_while_it_waits_answers_at_once(self, together, owner):
        async def scenario(crowd: Crowd) -> None:
            busy = [crowd.start(owner, LONG, key=f"e{number}") for number in range(hang_up._AT_ONCE)]
            await crowd.until_running(hang_up._AT_ONCE)
            waiting = crowd.start(owner, LONG, key="w")
            await asyncio.sleep(0.3)
            newer = crowd.start(owner, CITY, key="w")
            assert (await asyncio.wait_for(waiting, 10)).status_code == 409
            for number in range(len(busy)):
                await crowd.client.delete(f"{PATH}/e{number}", headers=owner.headers)
            assert (await newer).status_code == 200
            await asyncio.wait(busy)

        together(scenario)

    def test_one_person_leaves_room_for_others(self, together, owner, make_user):
        colleague = make_user(workspace_id=owner.workspace_id)

        async def scenario(crowd: Crowd) -> None:
            calls = [crowd.start(owner, LONG, key=f"e{number}") for number in range(6)]
            await crowd.until_running(hang_up._AT_ONCE)
            refused = await crowd.estimate(owner, CITY, key="e6")
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
            waiting = crowd.start(colleague, CITY, key="e1")
            replaced = crowd.start(owner, CITY, key="e0")  # a stopped one does not count any more
            for number in range(1, 6):
                await crowd.client.delete(f"{PATH}/e{number}", headers=owner.headers)
            assert [(await call).status_code for call in (waiting, replaced)] == [200, 200]
            assert {(await call).status_code for call in calls} == {409}

        together(scenario)

    def test_the_queue_does_not_grow_without_end(self, together, owner, monkeypatch):
        monkeypatch.setattr(hang_up, "_WAITING", 2)

        async def scenario(crowd: Crowd) -> None:
            calls = [crowd.start(owner, LONG, key=f"e{number}") for number in range(hang_up._AT_ONCE + 4)]
            refused: set[asyncio.Task[httpx.Response]] = set()
            while len(refused) < 2:
                done, _ = await asyncio.wait(set(calls) - refused, return_when=asyncio.FIRST_COMPLETED)
                refused |= done
            for number in range(len(calls)):
                await crowd.client.delete(f"{PATH}/e{number}", headers=owner.headers)
            codes = [(await call).json()["code"] for call in calls]
            assert codes.count("too_many_requests") == 2
            assert codes.count("cancelled") == len(calls) - 2

        together(scenario)


async def _call_and_hang_up(app: Any, actor: Actor, hung_up: asyncio.Event) -> None:
    """One request straight to the application, whose connection closes at `hung_up`."""
    body = json.dumps({"rule": LONG}).encode()
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    headers = {"host": "testserver", "content-type": "application/json", **actor.headers}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)


def test_threads_are_given_back(together, owner):
    async def scenario(crowd: Crowd) -> None:
        for _ in range(3):
            await crowd.estimate(owner, CITY, key="e1")
        assert len(crowd.warehouse._slots) == 0

    before = threading.active_count()
    together(scenario)
    assert threading.active_count() <= before + 8
