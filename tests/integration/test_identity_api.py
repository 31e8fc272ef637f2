"""Identity over HTTP: rules tried and put in force, decisions shown before they are made, graphs, suspicious cases."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary import audiences, messaging, tags
from tributary.access import Passwords
from tributary.api.identity_jobs import job_handlers
from tributary.core.ids import encode_profile_id
from tributary.identity import Claim, IdentifierTypes, RuleSet
from tributary.identity.signing import sign
from tributary.jobs import Runner, list_jobs
from tributary.store.tables.messaging import Assignment, Delivery

API = "/api/v1"
RULE = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}
ONE_COOKIE = {"types": [{"name": "anonymous_id", "limit": 1, "priority": 90, "is_unique": False}]}


@pytest.fixture
def context(rig: PipelineRig, passwords: Passwords) -> Any:
    from tributary.api.context import Context
    from tributary.settings import Settings

    settings = Settings(data_dir=rig.directory)
    return Context(
        settings=settings,
        clock=rig.clock,
        store=rig.store,
        warehouse=rig.warehouse,
        keys=messaging.open_keys(rig.store, settings.keys_dir),
        passwords=passwords,
    )


@pytest.fixture
def owner(make_user: Callable[..., Actor]) -> Actor:
    return make_user("owner", workspace_id=1)


@pytest.fixture
def ask(api_client: ApiClient, owner: Actor) -> Callable[..., Any]:
    def call(method: str, path: str, body: Any = None, *, status: int = 200, as_: Actor = owner, **options: Any) -> Any:
        if body is not None:
            options["json"] = body
        options.setdefault("headers", {"accept-language": "en"})
        answer = api_client.request(method, f"{API}{path}", as_=as_, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.text

    return call


@pytest.fixture
def work(context: Any, rig: PipelineRig) -> Callable[[], None]:
    """Run all jobs that are due, about identity and what follows."""
    handlers = {
        **job_handlers(context),
        **audiences.job_handlers(rig.store, rig.warehouse, rig.clock),
        **tags.job_handlers(rig.store, rig.warehouse, rig.clock),
    }

    def run() -> None:
        runner = Runner(rig.store, rig.clock, handlers)
        runner.run_all()

    return run


def two_become_one(rig: PipelineRig) -> None:
    """Anna, who has an account, and a visitor: one person since the last event."""
    rig.send(
        {"type": "identify", "userId": "anna", "traits": {"email": "anna@x.example", "city": "上海", "name": "安娜"}},
        {"type": "identify", "anonymousId": "a1", "traits": {"email": "ben@x.example"}},
        {"type": "page", "anonymousId": "a1"},
    )
    rig.run()
    rig.clock.advance(60)
    rig.send({"type": "track", "event": "Login", "userId": "anna", "anonymousId": "a1"})
    rig.run()
    assert len(rig.people()) == 1


def person(rig: PipelineRig, type_: str = "user_id", value: str = "anna") -> str:
    return encode_profile_id(rig.profile(type_, value).id)


class TestRules:
    def test_rules_are_kept_in_versions_compared_and_exported(self, ask: Any) -> None:
        built_in = ask("GET", "/identity/rules")
        assert (built_in["version"], built_in["is_in_force"]) == (0, True)
        assert {each["origin"] for each in built_in["types"]} == {"built_in"}
        drafted = ask("PUT", "/identity/rules/draft", {"rules": ONE_COOKIE, "note": " kiosks "})
        assert (drafted["version"], drafted["note"], drafted["is_in_force"]) == (1, "kiosks", False)
        assert ask("PUT", "/identity/rules/draft", {"rules": ONE_COOKIE})["version"] == 1
        text = ask("GET", "/identity/rules.yaml?version=1")
        assert ask("PUT", "/identity/rules/draft.yaml", content=text)["version"] == 1
        again = ask("PUT", "/identity/rules/draft.yaml", content=text.replace("limit: 1\n", "limit: 2\n"))
        assert again["version"] == 2
        assert [each["version"] for each in ask("GET", "/identity/rules/versions")["items"]] == [2, 1]
        diff = ask("GET", "/identity/rules/diff?before=1&after=2")
        assert diff["changes"] == ["anonymous_id, the most values of one person: 2 instead of 1."]
        assert ask("GET", "/identity/rules/diff?before=1&locale=zh")["changes"] == [
            "anonymous_id的每人最多的值数：由 1 改为 2。"
        ]
        assert ask("GET", "/identity/rules/diff")["before"] == 0

    @pytest.mark.parametrize(
        ("rules", "path", "what"),
        [
            ({"types": [{"name": "x", "limit": "many"}]}, "body.rules.types[0].limit", "Expected `int`"),
            ({"tpyes": []}, "body.rules", "unknown field `tpyes`"),
            ({"types": [{"name": "Big Name"}]}, None, "is not a name for an identifier type"),
            ({"rules": [{"id": "a", "pairs": [["nothing", "*"]]}]}, None, "names the unknown type nothing"),
            ({"types": [{"name": "x", "pattern": "(a+)+"}]}, None, "may take for ever"),
        ],
    )
    def test_a_mistake_is_named_with_its_place_and_cure(self, ask: Any, rules: Any, path: str, what: str) -> None:
        refused = ask("PUT", "/identity/rules/draft", {"rules": rules}, status=400)
        assert what in refused["detail"]
        assert refused["cure"]
        assert refused["path"] == path

    def test_yaml_that_cannot_be_read_says_where(self, ask: Any) -> None:
        refused = ask("PUT", "/identity/rules/draft.yaml", content="types:\n  - name: x\n - limit: [", status=400)
        assert refused["path"].startswith("body:")
        bomb = "a: &a [x]\ntypes: *a\n"
        assert "aliases" in ask("PUT", "/identity/rules/draft.yaml", content=bomb, status=400)["detail"]
        assert "deep" in ask("PUT", "/identity/rules/draft.yaml", content="[" * 100_000, status=400)["detail"]
        assert "UTF-8" in ask("PUT", "/identity/rules/draft.yaml", content=b"\xff", status=400)["detail"]

    def test_a_what_if_tells_everything_and_changes_nothing(self, ask: Any, rig: PipelineRig, work: Any) -> None:
        two_become_one(rig)
        for number in (2, 3):
            rig.send({"type": "track", "event": "Login", "userId": "anna", "anonymousId": f"a{number}"})
            rig.send({"type": "page", "anonymousId": f"a{number}"})
        rig.run()
        audience = ask("POST", "/audiences", {"name": "Shanghai", "rule": RULE}, status=201)
        work()
        before = rig.state()
        ref = ask("POST", "/identity/what-if", {"rules": ONE_COOKIE}, status=202)
        assert ask("GET", f"/identity/runs/{ref['run_id']}")["state"] == "queued"
        work()
        run = ask("GET", f"/identity/runs/{ref['run_id']}")
        assert (run["state"], run["kind"], run["carried_out"]) == ("succeeded", "what_if", None)
        impact = run["impact"]
        assert (impact["profiles_before"], impact["profiles_after"]) == (1, 3)
        assert (impact["merges"], impact["splits"], impact["people_touched"]) == (0, 1, 1)
        (change,) = impact["largest"]
        assert [each["name"] for each in change["before"]] == ["安*"]
        assert {(each["type"], each["value"]) for each in change["identifiers"]} >= {
            ("anonymous_id", "a2"),
            ("email", "a***@x.example"),
        }
        assert "anna" not in json.dumps(impact)
        assert len(change["after"]) == 3
        (listed,) = ask("GET", "/identity/runs")["items"]
        assert (listed["id"], listed["state"], listed["error"]) == (ref["run_id"], "succeeded", None)
        assert impact["audiences"] == [
            {"audience_id": audience["id"], "name": "Shanghai", "size": 1, "merged_away": 0, "may_change": 1}
        ]
        assert rig.state() == before

    def test_members_who_would_become_one_are_counted(self, ask: Any, rig: PipelineRig, work: Any) -> None:
        for each in ("anna", "ann"):
            rig.send({"type": "identify", "userId": each, "traits": {"city": "上海"}})
            rig.send({"type": "track", "event": "Login", "userId": each, "anonymousId": "a1"})
        rig.send({"type": "identify", "userId": "ben", "traits": {"city": "上海"}})
        rig.run()
        ask("POST", "/audiences", {"name": "Shanghai", "rule": RULE}, status=201)
        work()
        two = {"types": [{"name": "user_id", "limit": 2, "priority": 10, "degree_cap": None}]}
        ref = ask("POST", "/identity/what-if", {"rules": two}, status=202)
        work()
        impact = ask("GET", f"/identity/runs/{ref['run_id']}")["impact"]
        (touched,) = impact["audiences"]
        assert (touched["size"], touched["merged_away"], touched["may_change"]) == (3, 1, 0)
        assert (impact["profiles_before"], impact["profiles_after"], impact["merges"]) == (3, 2, 1)

    def test_a_version_is_put_in_force_carried_out_and_taken_back(self, ask: Any, rig: PipelineRig, work: Any) -> None:
        two_become_one(rig)
        for number in (2, 3):
            rig.send({"type": "page", "anonymousId": f"a{number}"})
            rig.send({"type": "track", "event": "Login", "userId": "anna", "anonymousId": f"a{number}"})
        rig.run()
        version = ask("PUT", "/identity/rules/draft", {"rules": ONE_COOKIE})["version"]
        ref = ask("POST", "/identity/rules/apply", {"version": version}, status=202)
        work()
        run = ask("GET", f"/identity/runs/{ref['run_id']}")
        assert run["carried_out"] == {"merges": 0, "splits": 1, "identifiers": 6, "left": 0, "is_complete": True}
        assert len(rig.people()) == 3
        assert ask("GET", "/identity/rules")["version"] == version
        with rig.store.read() as session:
            waiting = [job for job in list_jobs(session, 1, limit=50) if job.kind == "identity.settle"]
        assert waiting[0].state == "queued"  # what pipelines did meanwhile is put right a little later
        rig.clock.advance(60)
        work()
        ask("POST", "/identity/rules/apply", {"version": 0}, status=202)
        work()
        assert len(rig.people()) == 1
        assert ask("GET", "/identity/rules")["rules"] == ask("GET", "/identity/rules?version=0")["rules"]
        ask("POST", "/identity/rules/apply", {"version": 99}, status=404)

    def test_a_what_if_is_about_a_version_or_about_rules(self, ask: Any) -> None:
        ask("POST", "/identity/what-if", {}, status=400)
        ask("POST", "/identity/what-if", {"version": 0, "rules": {}}, status=400)
        ask("POST", "/identity/what-if", {"version": 7}, status=404)


class TestDecisions:
    def test_parting_is_shown_first_and_then_done(self, ask: Any, rig: PipelineRig, work: Any) -> None:
        two_become_one(rig)
        audience = ask("POST", "/audiences", {"name": "Shanghai", "rule": RULE}, status=201)
        work()
        graph = ask("GET", f"/profiles/{person(rig)}/graph")
        (merge,) = [each for each in graph["merges"] if each["kind"] == "merge"]
        body = {"kind": "apart", "merge": merge["id"], "reason": "sisters"}
        before = rig.state()
        shown = ask("POST", "/identity/decisions/preview", body)
        assert rig.state() == before
        assert (shown["decision"], shown["changes_people"], shown["is_masked"]) == (None, True, True)
        anna, visitor = sorted(shown["people"], key=lambda each: each["events"])
        assert {each["value"] for each in visitor["identifiers"]} == {"a1", "b***@x.example"}
        assert (anna["traits"]["city"], anna["traits"]["email"]) == ("上海", "a***@x.example")
        assert (anna["events"], visitor["events"]) == (2, 2)
        rig.clock.advance(300)
        done = ask("POST", "/identity/decisions", body, status=201)
        assert done["people"] == shown["people"]
        split, joined = ask("GET", f"/profiles/{person(rig)}/graph")["merges"]
        assert (split["kind"], joined["kind"]) == ("split", "merge")
        assert split["at"] == rig.clock.now().isoformat().replace("+00:00", "Z")
        assert split["at"] > joined["at"] >= joined["evidence_at"]
        assert (done["decision"]["kind"], done["decision"]["reason"]) == ("apart", "sisters")
        assert len(rig.people()) == 2
        (told,) = ask("GET", f"/profiles/{person(rig)}/decisions")["items"]
        assert told == done["decision"]
        rig.clock.advance(20)
        work()  # the audience holds Anna, and not the visitor who has her old number
        members = ask("GET", f"/audiences/{audience['id']}/members")["items"]
        assert [each["id"] for each in members] == [person(rig)]
        back = ask("POST", "/identity/decisions", {"kind": "revoke", "decision": told["id"]}, status=201)
        assert back["decision"]["is_revoked"]
        assert len(back["merged"]) == 1
        assert len(rig.people()) == 1
        ask("POST", "/identity/decisions", {"kind": "revoke", "decision": told["id"]}, status=409)

    def test_there_are_several_ways_to_say_who_is_meant(self, ask: Any, rig: PipelineRig) -> None:
        two_become_one(rig)
        id_ = person(rig)
        graph = ask("GET", f"/profiles/{id_}/graph")
        cookie = next(each["id"] for each in graph["nodes"] if each["type"] == "anonymous_id")
        account = next(each["id"] for each in graph["nodes"] if each["type"] == "user_id")
        link = next(each["id"] for each in graph["links"] if {each["a"], each["b"]} == {cookie, account})
        ways = (
            {"link": link},
            {"identifiers": [cookie, account]},
            {"profiles": [id_], "identifiers": [cookie]},
        )
        effects = [ask("POST", "/identity/decisions/preview", {"kind": "apart", **way}) for way in ways]
        assert effects[0] == effects[1] == effects[2]
        assert len(effects[0]["people"]) == 2
        for wrong in ({}, {"link": link, "profiles": [id_]}, {"profiles": [id_]}, {"identifiers": [cookie]}):
            ask("POST", "/identity/decisions/preview", {"kind": "apart", **wrong}, status=400)
        ask("POST", "/identity/decisions/preview", {"kind": "apart", "identifiers": [cookie, cookie]}, status=400)
        ask("POST", "/identity/decisions/preview", {"kind": "apart", "link": "lnk_00000000"}, status=404)

    def test_two_people_are_joined(self, ask: Any, rig: PipelineRig) -> None:
        rig.send({"type": "identify", "userId": "anna"}, {"type": "identify", "userId": "ann"})
        rig.run()
        body = {"kind": "together", "profiles": [person(rig), person(rig, value="ann")]}
        shown = ask("POST", "/identity/decisions/preview", body)
        assert len(shown["merged"]) == 1
        assert [each["events"] for each in shown["people"]] == [2]
        ask("POST", "/identity/decisions", body, status=201)
        assert len(rig.people()) == 1
        nothing = ask(
            "POST", "/identity/decisions/preview", {"kind": "together", "profiles": body["profiles"]}, status=400
        )
        assert "two identifiers" in nothing["detail"]

    def test_what_changes_nobody_says_so(self, ask: Any, rig: PipelineRig) -> None:
        rig.send({"type": "identify", "userId": "anna"}, {"type": "identify", "userId": "ben"})
        rig.run()
        nodes = [ask("GET", f"/profiles/{person(rig, value=each)}/graph")["nodes"][0]["id"] for each in ("anna", "ben")]
        shown = ask("POST", "/identity/decisions/preview", {"kind": "apart", "identifiers": nodes})
        assert not shown["changes_people"]

    def test_what_would_be_nobodys_is_told(self, ask: Any, rig: PipelineRig) -> None:
        rig.send({"type": "identify", "userId": "anna", "traits": {"phone": "13912345678"}})
        rig.run()
        (link,) = ask("GET", f"/profiles/{person(rig)}/graph")["links"]
        shown = ask("POST", "/identity/decisions/preview", {"kind": "apart", "link": link["id"]})
        assert [each["value"] for each in shown["unowned"]] == ["139****5678"]
        assert shown["changes_people"]
        assert len(shown["people"]) == 1

    def test_an_identifier_is_removed_for_good(self, ask: Any, rig: PipelineRig) -> None:
        two_become_one(rig)
        graph = ask("GET", f"/profiles/{person(rig)}/graph?reveal=true")
        address = next(each["id"] for each in graph["nodes"] if each["value"] == "anna@x.example")
        body = {"kind": "remove", "identifiers": [address]}
        shown = ask("POST", "/identity/decisions/preview?reveal=true", body)
        assert address not in {each["id"] for one in shown["people"] for each in one["identifiers"]}
        ask("POST", "/identity/decisions", body, status=201)
        (told,) = ask("GET", f"/profiles/{person(rig)}/decisions")["items"]
        assert (told["kind"], told["identifiers"][0]["value"]) == ("removed", "")
        ask("POST", "/identity/decisions", body, status=404)

    def test_who_may_decide(self, ask: Any, rig: PipelineRig, make_user: Callable[..., Actor]) -> None:
        two_become_one(rig)
        id_ = person(rig)
        body = {"kind": "apart", "profiles": [id_], "identifiers": ["idn_00000000"]}
        for role in ("analyst", "marketer"):
            reader = make_user(role, workspace_id=1)
            ask("GET", f"/profiles/{id_}/graph", as_=reader)
            ask("GET", "/identity/rules", as_=reader)
            ask("POST", "/identity/decisions/preview", body, as_=reader, status=403)
            ask("PUT", "/identity/rules/draft", {"rules": {}}, as_=reader, status=403)
        ask("GET", f"/profiles/{id_}/graph?reveal=true", as_=make_user("analyst", workspace_id=1), status=403)
        ask("GET", f"/profiles/{id_}/graph", as_=make_user("viewer", workspace_id=1), status=403)
        stranger = make_user("owner")
        ask("GET", f"/profiles/{id_}/graph", as_=stranger, status=404)
        graph = ask("GET", f"/profiles/{id_}/graph")
        link, merge = graph["links"][0]["id"], graph["merges"][0]["id"]
        ends = [graph["links"][0]["a"], graph["links"][0]["b"]]
        for way in ({"link": link}, {"merge": merge}, {"identifiers": ends}):
            ask("POST", "/identity/decisions/preview", {"kind": "apart", **way}, as_=stranger, status=404)
        ask("POST", "/identity/decisions", {"kind": "remove", "identifiers": ends[:1]}, as_=stranger, status=404)
        assert len(rig.people()) == 1


class TestGraph:
    def test_it_says_why_and_why_not_in_both_languages(self, ask: Any, rig: PipelineRig) -> None:
        two_become_one(rig)
        rig.send({"type": "track", "event": "Login", "userId": "ben", "anonymousId": "a1"})
        rig.run()
        graph = ask("GET", f"/profiles/{person(rig)}/graph")
        assert graph["is_complete"]
        assert graph["links_total"] == len(graph["links"])
        refused = [each for each in graph["links"] if not each["is_linked"]]
        assert [each["refusal"] for each in refused] == ["limit:user_id"]
        own = {each["id"] for each in graph["nodes"] if each["is_own"]}
        (stranger,) = [each for each in graph["nodes"] if not each["is_own"]]
        assert {refused[0]["a"], refused[0]["b"]} - own == {stranger["id"]}
        assert stranger["profile_id"] == person(rig, value="ben")
        assert stranger["value"] == "b**"
        told = ask("GET", f"/profiles/{person(rig)}/graph?locale=zh")
        assert {each["reason"] for each in told["links"] if each["is_linked"]} == {"已关联，因为它们出现在同一个事件中"}
        cookie = next(each for each in graph["nodes"] if each["type"] == "anonymous_id")
        assert (cookie["claims"], cookie["cap"], cookie["is_over_cap"]) == (3, 10, False)
        assert cookie["led_since"] is not None

    def test_it_is_cut_and_says_so(self, ask: Any, rig: PipelineRig, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tributary.api.identity_graph._MOST_LINKS", 3)
        for number in range(5):
            rig.send({"type": "identify", "userId": "anna", "anonymousId": f"a{number}"})
        rig.run()
        graph = ask("GET", f"/profiles/{person(rig)}/graph")
        assert (len(graph["links"]), graph["links_total"], graph["is_complete"]) == (3, 5, False)


class TestSuspicious:
    def test_cases_are_listed_until_somebody_looked_and_come_back_when_worse(self, ask: Any, rig: PipelineRig) -> None:
        for number in range(12):
            rig.send(
                {"type": "identify", "userId": f"u{number}", "traits": {"phone": "13912345678"}},
                {"type": "identify", "userId": "anna", "traits": {"email": f"anna{number % 4}@x.example"}},
            )
        rig.run()
        overview = ask("GET", "/identity/suspicious/overview")
        kinds = {each["kind"]: each["count"] for each in overview["kinds"]}
        assert kinds["claimed_by_many"] == 1
        assert kinds["many_identifiers"] == 1
        assert overview["refusals"][0]["refusal"] == "claimed_by_many"
        (shared,) = ask("GET", "/identity/suspicious?kind=claimed_by_many")["items"]
        assert (shared["type"], shared["extent"], shared["limit"]) == ("phone", 12, 10)
        assert shared["identifier"]["value"] == "139****5678"
        (many,) = ask("GET", "/identity/suspicious")["items"]
        assert (many["id"], many["type"], many["limit"], many["extent"]) == (person(rig), "email", 5, 5)
        items = [{"kind": each["kind"], "id": each["id"]} for each in (shared, many)]
        assert ask("POST", "/identity/suspicious/reviewed", {"items": items}) == {"count": 2}
        assert ask("GET", "/identity/suspicious")["items"] == []
        (seen,) = ask("GET", "/identity/suspicious?with_reviewed=true")["items"]
        assert seen["reviewed_at"] is not None
        rig.send({"type": "identify", "userId": "anna", "traits": {"email": "anna5@x.example"}})
        rig.run()
        (again,) = ask("GET", "/identity/suspicious")["items"]
        assert again["extent"] == 6

    def test_pages_follow_one_another(self, ask: Any, rig: PipelineRig) -> None:
        for person_ in range(3):
            for number in range(4 + person_ % 2):
                rig.send(
                    {"type": "identify", "userId": f"u{person_}", "traits": {"email": f"e{person_}{number}@x.example"}}
                )
        rig.run()
        listed, cursor = [], ""
        while cursor is not None:
            page = ask("GET", f"/identity/suspicious?limit=1{cursor and '&cursor=' + cursor}")
            listed += page["items"]
            cursor = page["next_cursor"]
        assert [each["extent"] for each in listed] == [6, 5, 5]
        assert len({each["id"] for each in listed}) == 3
        ask("GET", "/identity/suspicious?cursor=WyJ4Il0", status=400)

    def test_nobody_marks_what_is_not_suspicious(
        self, ask: Any, rig: PipelineRig, make_user: Callable[..., Actor]
    ) -> None:
        two_become_one(rig)
        ref = {"kind": "many_identifiers", "id": person(rig)}
        ask("POST", "/identity/suspicious/reviewed", {"items": [ref]}, status=404)
        ask("POST", "/identity/suspicious/reviewed", {"items": [ref]}, status=404, as_=make_user("owner"))


class TestSigning:
    def test_the_snippets_sign_as_the_pipeline_checks(self, ask: Any, owner: Actor) -> None:
        source = ask("POST", "/sources", {"name": "shop", "kind": "web"}, status=201)
        shown = ask("GET", f"/sources/{source['id']}/signing")
        assert shown["is_needed"]
        types = IdentifierTypes(1, RuleSet())
        claims = [types.claim("user_id", "user-1"), types.claim("email", "ada@example.com")]
        expected = sign(shown["secret"].encode(), [each for each in claims if isinstance(each, Claim)])
        code = next(each["code"] for each in shown["items"] if each["language"] == "python")
        environment = {"TRIBUTARY_SIGNING_SECRET": shown["secret"], "PATH": ""}
        ran = subprocess.run([sys.executable, "-I", "-c", code], env=environment, capture_output=True, check=True)
        assert ran.stdout.decode().strip() == expected
        audited = ask("GET", "/audit?action=source.signing_secret_read")["items"]
        assert [each["target_id"] for each in audited] == [source["id"]]


class TestMessages:
    def test_they_go_with_the_address_that_they_were_sent_to(
        self, ask: Any, rig: PipelineRig, context: Any, owner: Actor
    ) -> None:
        two_become_one(rig)
        merged = rig.profile("user_id", "anna").id
        campaigns = [campaign(context, owner, number) for number in range(3)]
        to_ben = context.keys.hasher.subject(1, "email", "ben@x.example")
        to_anna = context.keys.hasher.subject(1, "email", "anna@x.example")
        graph = ask("GET", f"/profiles/{person(rig)}/graph")
        deliver(rig, campaigns[0], merged, to_ben)
        deliver(rig, campaigns[1], merged, to_anna)
        deliver(rig, campaigns[2], merged, None, state="rejected")
        ask("POST", "/identity/decisions", {"kind": "apart", "merge": graph["merges"][0]["id"]}, status=201)
        anna, ben = rig.profile("user_id", "anna").id, rig.profile("anonymous_id", "a1").id
        assert anna != ben
        owners = {
            (campaign_id, leads(rig, profile_id))
            for campaign_id, profile_id in rig.rows("deliveries", "campaign_id, profile_id")
        }
        assert owners == {(campaigns[0], ben), (campaigns[1], anna), (campaigns[2], merged)}
        assert {
            (campaign_id, leads(rig, profile_id))
            for campaign_id, profile_id in rig.rows("assignments", "campaign_id, profile_id")
        } == owners

    def test_one_campaign_keeps_one_message_a_profile(
        self, ask: Any, rig: PipelineRig, context: Any, owner: Actor
    ) -> None:
        two_become_one(rig)
        anna_base, ben_base = (
            row[0] for row in rig.rows("identifiers", "base_id", "type IN ('user_id', 'anonymous_id')")
        )
        campaign_id = campaign(context, owner, 1)
        # Both got something before they were one; Anna's went to what turns out to be Ben's address.
        keys = [context.keys.hasher.subject(1, "email", f"{each}@x.example") for each in ("ben", "other")]
        for base, key in zip((anna_base, ben_base), keys, strict=True):
            deliver(rig, campaign_id, base, key)
        before = rig.rows("deliveries", "profile_id, address_key")
        graph = ask("GET", f"/profiles/{person(rig)}/graph")
        ask("POST", "/identity/decisions", {"kind": "apart", "merge": graph["merges"][0]["id"]}, status=201)
        assert rig.rows("deliveries", "profile_id, address_key") == before

    def test_consent_is_never_wider_than_before(self, ask: Any, rig: PipelineRig, context: Any, owner: Actor) -> None:
        """Ben says no; while they are one, so does Anna; afterwards each has their own word again."""
        from tributary.privacy import Statement, consent_states, record_consent

        def state(type_: str, value: str) -> str:
            own = rig.profile(type_, value)
            pairs = [(each.type, each.value) for each in own.identifiers]
            with rig.store.read() as session:
                return consent_states(
                    session, context.keys.hasher, 1, {own.id: pairs}, channel="email", purpose="marketing"
                )[own.id]

        two_become_one(rig)
        with rig.store.begin() as session:
            said = [
                Statement(
                    type="email", value=f"{each}@x.example", channel="email", purpose="marketing", state=word,
                    source="form", at=rig.clock.now() - timedelta(minutes=1),
                )
                for each, word in (("anna", "granted"), ("ben", "withdrawn"))
            ]  # fmt: skip
            record_consent(session, context.keys.hasher, 1, said, by="t", now=rig.clock.now())
        assert state("user_id", "anna") == "withdrawn"
        graph = ask("GET", f"/profiles/{person(rig)}/graph")
        done = ask("POST", "/identity/decisions", {"kind": "apart", "merge": graph["merges"][0]["id"]}, status=201)
        assert (state("user_id", "anna"), state("anonymous_id", "a1")) == ("granted", "withdrawn")
        ask("POST", "/identity/decisions", {"kind": "revoke", "decision": done["decision"]["id"]}, status=201)
        assert state("user_id", "anna") == "withdrawn"


def leads(rig: PipelineRig, profile_id: int) -> int:
    from tributary.identity import canonical_profile_id

    with rig.store.read() as session:
        return canonical_profile_id(session, profile_id)


def campaign(context: Any, owner: Actor, number: int) -> str:
    from tributary.audiences import create_audience
    from tributary.messaging import Content, create_campaign

    with context.store.begin() as session:
        audience_id = create_audience(session, owner.principal, name=f"all {number}", rule=RULE).id
        content = Content.model_validate({"arms": [{"name": "a", "weight": 1, "subject": "Hi", "text": "…"}]})
        return create_campaign(
            session, owner.principal, name=f"Spring {number}", audience_id=audience_id, content=content
        ).id


def deliver(rig: PipelineRig, campaign_id: str, profile_id: int, key: str | None, state: str = "sent") -> None:
    now = rig.clock.now()
    name = f"{campaign_id}-{profile_id}"
    with rig.store.begin() as session:
        session.add(Assignment(campaign_id=campaign_id, profile_id=profile_id, workspace_id=1, arm="a"))
        session.add(
            Delivery(
                id=f"dlv_{name}"[:40], workspace_id=1, campaign_id=campaign_id, profile_id=profile_id, version=1,
                arm="a", state=state, message_id=name, address_key=key, attempts=1, not_before=now,
                created_at=now, updated_at=now,
            )
        )  # fmt: skip


def test_what_was_known_at_a_moment(ask: Any, rig: PipelineRig, make_user: Callable[..., Actor]) -> None:
    def says(**traits: Any) -> dict[str, Any]:
        return {"type": "identify", "userId": "u1", "traits": traits}

    rig.send(says(city="上海", email="anna@shop.example"))
    rig.run()
    then = rig.clock.now().isoformat()
    rig.clock.advance(60)
    rig.send(says(city="Paris"))
    rig.run()
    path = f"/profiles/{encode_profile_id(rig.profile('user_id', 'u1').id)}/past"
    masked = ask("GET", path, params={"moment": then})
    assert masked["traits"]["city"]["value"] == "上海"
    assert "anna" not in json.dumps(masked)
    shown = ask("GET", path, params={"moment": then, "reveal": True})
    assert (shown["traits"]["email"]["value"], shown["is_masked"]) == ("anna@shop.example", False)
    assert {each["type"] for each in shown["identifiers"]} == {"user_id", "email"}
    assert ask("GET", path, params={"moment": rig.clock.now().isoformat()})["traits"]["city"]["value"] == "Paris"
    ask("GET", path, params={"moment": then, "reveal": True}, status=403, as_=make_user("analyst", workspace_id=1))


def test_which_value_of_a_trait_wins_is_tried_and_then_holds_for_everybody(
    ask: Any, rig: PipelineRig, work: Callable[[], None], make_user: Callable[..., Actor]
) -> None:
    def says(user: str, minute: int, **traits: Any) -> dict[str, Any]:
        at = f"2025-12-01T00:{minute:02}:00Z"
        return {"type": "identify", "userId": user, "timestamp": at, "traits": traits}

    rig.send(says("u1", 1, plan="gold", age=30), says("u1", 2, plan="basic"), says("u2", 1, plan="basic"))
    rig.run()
    body = {"trait": "plan", "strategy": "first", "sources": []}
    preview = ask("POST", "/identity/golden-record/preview", body)
    assert (preview["people"], preview["changed"]) == (2, 1)
    assert [(each["before"], each["after"]) for each in preview["examples"]] == [("basic", "gold")]
    assert rig.profile("user_id", "u1").plain_traits()["plan"] == "basic"
    ask("PUT", "/identity/golden-record", body, status=403, as_=make_user("analyst", workspace_id=1))
    saved = ask("PUT", "/identity/golden-record", body)
    assert (saved["item"]["strategy"], saved["item"]["is_default"]) == ("first", False)
    work()
    assert ask("GET", f"/jobs/{saved['job_id']}")["state"] == "succeeded"
    assert rig.profile("user_id", "u1").plain_traits()["plan"] == "gold"
    told = rig.ask("SELECT JSONExtractString(traits, 'plan') FROM profiles FINAL ORDER BY profile_id")
    assert [row[0] for row in told] == ["gold", "basic"]
    assert [each["trait"] for each in ask("GET", "/identity/golden-record")["items"]] == ["plan", "age"]
    rig.send(says("u1", 0, plan="silver"))  # earlier still, and it goes by the new rule
    rig.run()
    assert rig.profile("user_id", "u1").plain_traits()["plan"] == "silver"
    ask("PUT", "/identity/golden-record", {**body, "strategy": "most_recent"})
    work()
    assert rig.profile("user_id", "u1").plain_traits() == {"age": 30, "plan": "basic"}
    assert ask("GET", "/identity/golden-record")["items"][0]["is_default"]
    for trait, strategy, path in (("plan", "source_priority", "sources"), ("$groups", "first", "trait")):
        refused = ask("PUT", "/identity/golden-record", {"trait": trait, "strategy": strategy}, status=400)
        assert refused["path"] == path
