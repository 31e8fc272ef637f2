"""Lists of audiences and tags: orders, states, what builds on what; copies; what a change would do; who has a value."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.audiences import both, either, member_of, trait
from fixtures.warehouse import make_aliases, make_profiles
from tributary import audiences, tags
from tributary.core.ids import encode_profile_id
from tributary.jobs import enqueue
from tributary.store.tables.audiences import Audience
from tributary.store.tables.identity import ProfileAlias
from tributary.store.tables.profiles import ProfileRow

CITIES = ["上海", "北京", "Paris"]


class Desk:
    """An operator of a workspace of twelve people, four in each city, aged 0, 10, 20 …"""

    def __init__(self, client: ApiClient, context: Any, actor: Actor) -> None:
        self.client, self.context, self.actor = client, context, actor
        self.workspace_id = actor.workspace_id
        self.people = {id_: {"city": CITIES[id_ % 3], "age": 10 * id_} for id_ in range(1, 13)}
        mine = {"workspace_id": self.workspace_id}
        make_profiles(
            context.warehouse, [{"profile_id": id_, "traits": each, **mine} for id_, each in self.people.items()]
        )
        with context.store.begin() as session:
            for id_, traits in self.people.items():
                stored = json.dumps({name: [value, 0, "m", "s", 1] for name, value in traits.items()})
                session.add(
                    ProfileRow(profile_id=id_, version=1, first_seen_ms=0, last_seen_ms=0, traits=stored, **mine)
                )

    def call(self, method: str, path: str, *, status: int = 200, as_: Actor | None = None, **options: Any) -> Any:
        answer = self.client.request(method, f"/api/v1{path}", as_=as_ or self.actor, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    def audience(self, name: str, rule: dict[str, Any], *, refresh: bool = True) -> str:
        made = self.call("POST", "/audiences", status=201, json={"name": name, "rule": rule})["id"]
        if refresh:
            self.refresh(made)
        return str(made)

    def refresh(self, audience_id: str) -> None:
        context = self.context
        context.clock.advance(timedelta(seconds=1))
        audiences.refresh_audience(context.store, context.warehouse, context.clock, self.workspace_id, audience_id)

    def tag(self, name: str, *levels: tuple[Any, dict[str, Any]], type_: str = "text", compute: bool = True) -> str:
        definition = {"levels": [{"value": value, "rule": rule} for value, rule in levels]}
        body = {"name": name, "kind": "rule", "value_type": type_, "definition": definition}
        made = str(self.call("POST", "/tags", status=201, json=body)["id"])
        if compute:
            context = self.context
            tags.recompute_tag(context.store, context.warehouse, context.clock, self.workspace_id, made)
        return made

    def pages(self, path: str, limit: int = 2) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            page = self.call("GET", f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"


@pytest.fixture
def desk(api_client: ApiClient, context: Any, single_warehouse: Any, make_user: Any) -> Desk:
    context.warehouse = single_warehouse
    return Desk(api_client, context, make_user())


def prf(*ids: int) -> list[str]:
    return [encode_profile_id(id_) for id_ in ids]


OLDER = trait("age", "gte", 60)


class TestLists:
    def test_a_kind_can_be_chosen(self, desk: Desk):
        desk.audience("moving", OLDER, refresh=False)
        snapshot = {"name": "still", "rule": OLDER, "kind": "snapshot"}
        desk.call("POST", "/audiences", status=201, json=snapshot)
        desk.tag("city", ("S", OLDER), compute=False)
        measure = {"measure": {"function": "count", "event": "Order Completed"}}
        body = {"name": "orders", "kind": "statistic", "value_type": "number", "definition": measure}
        desk.call("POST", "/tags", status=201, json=body)
        for path, kind, name in (
            ("/audiences", "dynamic", "moving"),
            ("/audiences", "snapshot", "still"),
            ("/tags", "rule", "city"),
            ("/tags", "statistic", "orders"),
        ):
            assert [each["name"] for each in desk.pages(f"{path}?kind={kind}&state=new")] == [name]
            assert len(list(desk.pages(path))) == 2
        desk.call("GET", "/tags?kind=dynamic", status=422)

    def test_jobs_say_what_they_work_on(self, desk: Desk, make_token: Any):
        audience = desk.audience("older", OLDER, refresh=False)
        tag = desk.tag("city", ("S", OLDER), compute=False)
        with desk.context.store.begin() as session:
            enqueue(session, "sources.publish", {}, workspace_id=desk.workspace_id, key="s")
        everyone = {"audience.refresh": ("audience", audience, "older"), "tag.recompute": ("tag", tag, "city")}
        few = make_token("jobs:read", "tags:read", by=desk.actor)

        def subjects(as_: Actor | None = None) -> dict[str, Any]:
            items = desk.call("GET", "/jobs", as_=as_)["items"]
            return {each["kind"]: tuple(each[f"subject_{part}"] for part in ("kind", "id", "name")) for each in items}

        found = subjects()
        assert found.items() >= everyone.items()
        assert found["sources.publish"] == (None, None, None)
        assert subjects(few)["audience.refresh"] == ("audience", audience, None)
        job = desk.call("GET", "/jobs?kind=tag.recompute")["items"][0]
        assert desk.call("GET", f"/jobs/{job['id']}") == job

    def test_every_order_is_kept_over_pages(self, desk: Desk):
        made = {
            "b": desk.audience("b", trait("city", "is", "上海")),
            "a": desk.audience("a", OLDER),
            "d": desk.audience("d", trait("city", "is", "北京")),
            "c": desk.audience("c", both(), refresh=False),
            "e": desk.audience("e", either(), refresh=False),
        }
        desk.refresh(made["b"])
        for sort, names in (
            ("newest", "ecdab"),
            ("name", "abcde"),
            ("size", "adbec"),
            ("refreshed", "bdaec"),
        ):
            for limit in (1, 2, 5):
                found = [each["name"] for each in desk.pages(f"/audiences?sort={sort}", limit)]
                assert "".join(found) == names, sort

    def test_a_cursor_of_another_order_is_refused(self, desk: Desk):
        for name in "abc":
            desk.audience(name, both(), refresh=False)
        sorts = ("newest", "name", "size", "refreshed")
        cursors = {sort: desk.call("GET", f"/audiences?sort={sort}&limit=1")["next_cursor"] for sort in sorts}
        for one, other in itertools.permutations(sorts, 2):
            if (one, other) != ("refreshed", "name"):  # two texts each
                desk.call("GET", f"/audiences?sort={other}&cursor={cursors[one]}", status=400)

    def test_they_say_their_state_and_can_be_chosen_by_it(self, desk: Desk):
        ready = desk.audience("ready", OLDER)
        new = desk.audience("new", OLDER, refresh=False)
        failed = desk.audience("failed", member_of(Audience(id=new)), refresh=False)
        with pytest.raises(Exception, match="not computed"):
            desk.refresh(failed)  # it waits for what it builds on, so no run was begun
        states = {each["name"]: each["state"] for each in desk.pages("/audiences")}
        assert states == {"ready": "ready", "new": "new", "failed": "new"}
        desk.audience("broken", OLDER)
        self._end_last_run(desk, "broken", "failed")
        desk.audience("busy", OLDER)
        self._end_last_run(desk, "busy", "running")
        assert {
            state: {each["name"] for each in desk.pages(f"/audiences?state={state}", 1)}
            for state in ("new", "ready", "computing", "failed")
        } == {"new": {"new", "failed"}, "ready": {"ready"}, "computing": {"busy"}, "failed": {"broken"}}
        assert desk.call("GET", f"/audiences/{ready}")["state"] == "ready"
        desk.call("GET", "/audiences?state=odd", status=422)

    def _end_last_run(self, desk: Desk, name: str, state: str) -> None:
        from sqlalchemy import select

        from tributary.store.tables.audiences import AudienceRun

        with desk.context.store.begin() as session:
            id_ = session.scalars(select(Audience.id).where(Audience.name == name)).one()
            session.get_one(AudienceRun, (id_, 1)).state = state

    def test_they_count_what_builds_on_them(self, desk: Desk):
        base = desk.audience("base", OLDER)
        desk.audience("one", member_of(Audience(id=base)))
        desk.audience("two", both(member_of(Audience(id=base)), OLDER))
        tag = desk.tag("tag", ("x", member_of(Audience(id=base))))
        desk.audience("three", {"kind": "tag", "tag": tag, "op": "is_set"})
        assert {each["name"]: each["used_by_count"] for each in desk.pages("/audiences")} == {
            "base": 3,
            "one": 0,
            "two": 0,
            "three": 0,
        }
        assert desk.call("GET", f"/audiences/{base}")["used_by_count"] == 3
        assert [each["used_by_count"] for each in desk.pages("/tags")] == [1]

    def test_tags_show_what_they_say(self, desk: Desk):
        desk.tag("city", ("S", trait("city", "is", "上海")), ("P", both(trait("city", "is", "Paris"), OLDER)))
        desk.tag("none yet", ("x", OLDER), compute=False)
        city, none = sorted(desk.pages("/tags"), key=lambda tag: tag["name"])
        assert (city["state"], city["coverage"], city["people"], city["distinct"]) == ("ready", 6, 12, 2)
        assert city["top"] == [{"value": "S", "people": 4}, {"value": "P", "people": 2}]
        assert (none["state"], none["people"], none["distinct"], none["top"]) == ("new", None, None, [])
        assert [each["name"] for each in desk.pages("/tags?sort=coverage", 1)] == ["city", "none yet"]


class TestCopies:
    def test_an_audience_is_copied_with_its_newest_rule(self, desk: Desk):
        source = desk.audience("VIP", OLDER)
        rule = both(OLDER, trait("city", "is", "Paris"))
        desk.call(
            "PATCH",
            f"/audiences/{source}",
            json={"base_version": 1, "rule": rule, "description": "d", "schedule": "daily"},
        )
        copied = desk.call("POST", f"/audiences/{source}/duplicate", status=201, json={})
        assert (copied["name"], copied["version"], copied["rule"]) == ("VIP (2)", 1, rule)
        assert (copied["description"], copied["schedule"], copied["state"]) == ("d", "daily", "new")
        again = desk.call("POST", f"/audiences/{copied['id']}/duplicate", status=201, json={})
        assert again["name"] == "VIP (3)"
        named = desk.call("POST", f"/audiences/{source}/duplicate", status=201, json={"name": "Other"})
        assert named["name"] == "Other"
        desk.call("POST", f"/audiences/{source}/duplicate", status=409, json={"name": "VIP"})
        (version,) = desk.call("GET", f"/audiences/{copied['id']}/versions")["items"]
        assert version["note"] == "= VIP v2"

    def test_long_names_still_have_copies(self, desk: Desk):
        source = desk.audience("长" * 200, OLDER, refresh=False)
        copied = desk.call("POST", f"/audiences/{source}/duplicate", status=201, json={})
        assert len(copied["name"]) <= 200

    def test_an_archived_one_can_be_copied(self, desk: Desk):
        source = desk.audience("a", OLDER)
        desk.call("POST", f"/audiences/{source}/archive")
        copied = desk.call("POST", f"/audiences/{source}/duplicate", status=201, json={"name": "a"})
        assert not copied["is_archived"]

    def test_a_tag_is_copied(self, desk: Desk):
        source = desk.tag("age", (1.0, OLDER), type_="number")
        copied = desk.call("POST", f"/tags/{source}/duplicate", status=201, json={})
        original = desk.call("GET", f"/tags/{source}")
        same = ("kind", "value_type", "null_policy", "schedule", "description", "definition", "levels")
        assert {name: copied[name] for name in same} == {name: original[name] for name in same}
        assert copied["name"] == "age (2)"


class TestImpact:
    def test_against_the_saved_rule_only_the_change_shows(self, desk: Desk):
        made = desk.audience("a", OLDER)  # 6 … 12
        shanghai = [id_ for id_, traits in desk.people.items() if traits["city"] == "上海"]
        found = self._ask(desk, made, trait("city", "is", "上海"))
        old, new = set(range(6, 13)), set(shanghai)
        assert (found["before"], found["after"]) == (len(old), len(new))
        assert (found["gained"], found["lost"]) == (len(new - old), len(old - new))
        assert [each["id"] for each in found["sample_gained"]] == prf(*sorted(new - old))
        assert [each["id"] for each in found["sample_lost"]] == prf(*sorted(old - new))
        assert found["sample_gained"][0]["traits"]["city"] == "上海"

    def test_against_the_members_everything_since_shows(self, desk: Desk):
        made = desk.audience("a", OLDER)
        mine = {"workspace_id": desk.workspace_id}
        make_profiles(desk.context.warehouse, [{"profile_id": 1, "version": 10**9, "traits": {"age": 99}, **mine}])
        same = self._ask(desk, made, OLDER, against="members")
        assert (same["before"], same["after"], same["gained"], same["lost"]) == (7, 8, 1, 0)
        assert self._ask(desk, made, OLDER)["gained"] == 0

    def test_before_the_first_run_everybody_comes(self, desk: Desk):
        made = desk.audience("a", OLDER, refresh=False)
        found = self._ask(desk, made, OLDER, against="members")
        assert (found["before"], found["gained"]) == (0, 7)

    def test_who_may_not_see_people_gets_the_counts(self, desk: Desk, make_token: Any):
        made = desk.audience("a", OLDER)
        found = self._ask(desk, made, both(), as_=make_token("audiences:read", by=desk.actor))
        assert (found["gained"], found["sample_gained"]) == (5, [])

    def test_mistakes_and_strangers_are_refused(self, desk: Desk, make_user: Any):
        made = desk.audience("a", OLDER)
        path = f"/audiences/{made}/impact"
        assert desk.call("POST", path, status=422, json={"rule": trait("age", "gt", "x")})["path"] == "value"
        desk.call("POST", path, status=404, json={"rule": OLDER}, as_=make_user())

    def _ask(self, desk: Desk, audience_id: str, rule: dict[str, Any], *, as_: Actor | None = None, **more: Any) -> Any:
        return desk.call("POST", f"/audiences/{audience_id}/impact", json={"rule": rule, **more}, as_=as_)


class TestTagValues:
    def test_the_distribution_is_that_of_the_newest_run(self, desk: Desk):
        made = desk.tag("city", ("S", trait("city", "is", "上海")), compute=False)
        empty = {"run": None, "version": None, "computed_at": None, "people": None, "distribution": None}
        assert desk.call("GET", f"/tags/{made}/distribution") == empty
        context = desk.context
        tags.recompute_tag(context.store, context.warehouse, context.clock, desk.workspace_id, made)
        found = desk.call("GET", f"/tags/{made}/distribution")
        assert (found["run"], found["version"], found["people"]) == (1, 1, 12)
        assert found["distribution"]["top"] == [{"value": "S", "people": 4}]

    def test_the_people_behind_a_value_are_paged_and_masked(self, desk: Desk):
        made = desk.tag("city", ("S", trait("city", "is", "上海")), ("P", trait("city", "is", "Paris")))
        shanghai = [id_ for id_, traits in desk.people.items() if traits["city"] == "上海"]
        found = list(desk.pages(f"/tags/{made}/people?value=S", 3))
        assert [each["id"] for each in found] == prf(*shanghai)
        assert {each["value"] for each in found} == {"S"}
        assert found[0]["traits"]["city"] == "上海"
        assert len(list(desk.pages(f"/tags/{made}/people"))) == 8
        assert desk.call("GET", f"/tags/{made}/people?value=nobody")["items"] == []
        desk.call("GET", f"/tags/{made}/people?low=1", status=400)

    def test_numbers_are_found_by_value_and_by_range(self, desk: Desk):
        made = desk.tag(
            "n", (1.0, trait("age", "lt", 40)), (2.5, trait("age", "lt", 80)), (7.0, both()), type_="number"
        )
        assert len(list(desk.pages(f"/tags/{made}/people?value=2.5"))) == 4
        assert {each["value"] for each in desk.pages(f"/tags/{made}/people?low=2.5&high=6.9")} == {2.5}
        assert {each["value"] for each in desk.pages(f"/tags/{made}/people?high=2.5")} == {1, 2.5}
        desk.call("GET", f"/tags/{made}/people?value=x", status=400)

    def test_of_two_values_that_merged_the_survivors_own_counts(self, desk: Desk):
        made = desk.tag("city", ("S", trait("city", "is", "上海")), ("P", trait("city", "is", "Paris")))
        absorbed, survivor = 2, 3  # of Paris and of 上海
        make_aliases(desk.context.warehouse, {absorbed: survivor})
        with desk.context.store.begin() as session:
            session.add(ProfileAlias(profile_id=2, workspace_id=desk.workspace_id, canonical_id=3, version=1))
        assert prf(survivor)[0] in [each["id"] for each in desk.pages(f"/tags/{made}/people?value=S")]
        paris = [each["id"] for each in desk.pages(f"/tags/{made}/people?value=P")]
        assert not {*prf(absorbed), *prf(survivor)} & set(paris)

    def test_the_people_without_a_value_are_all_the_others(self, desk: Desk):
        made = desk.tag("city", ("S", trait("city", "is", "上海")), compute=False)
        path = f"/tags/{made}/people-without-value"
        assert list(desk.pages(path)) == []
        context = desk.context
        tags.recompute_tag(context.store, context.warehouse, context.clock, desk.workspace_id, made)
        others = [id_ for id_, traits in desk.people.items() if traits["city"] != "上海"]
        found = list(desk.pages(path, 3))
        assert [each["id"] for each in found] == prf(*others)
        assert found[0]["traits"]["city"] == desk.people[others[0]]["city"]

    def test_people_are_for_those_who_may_see_people(self, desk: Desk, make_token: Any):
        made = desk.tag("city", ("S", OLDER))
        for path in ("people", "people-without-value"):
            desk.call("GET", f"/tags/{made}/{path}", status=403, as_=make_token("tags:read", by=desk.actor))

    def test_a_preview_says_the_definition(self, desk: Desk):
        levels = {"levels": [{"value": "old", "rule": OLDER}], "otherwise": "young"}
        body = {"kind": "rule", "value_type": "text", "definition": levels}
        found = desk.call("POST", "/tags/preview?locale=en", json=body)
        assert found["levels"] == [
            {"value": "old", "sentence": "age is at least 60"},
            {"value": "young", "sentence": None},
        ]
        assert (found["coverage"], found["people"], found["sentence"]) == (12, 12, None)
        assert found["duration_ms"] >= 0
