"""Finding people without a common identifier, in the product: runs, the review queue, links, and their undoing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from fixtures.api import Actor, ApiClient
from fixtures.pipeline import PipelineRig
from tributary import messaging
from tributary.access import Passwords
from tributary.api.identity_jobs import SCHEDULES, job_handlers
from tributary.core.ids import encode_profile_id
from tributary.errors import Unavailable
from tributary.identity import LinkRule, RuleSet, draft_rules, load_rules
from tributary.identity.decisions import unbind
from tributary.identity.match_pairs import decide_pair, find_pairs, get_pair
from tributary.identity.match_settings import MatchFields, MatchingSettings, save_matching
from tributary.identity.rebuild import compare
from tributary.identity.rule_versions import put_in_force
from tributary.identity.rules import ALIAS, SAME_EVENT
from tributary.jobs import Runner, cancel_job
from tributary.pipeline import IdentityEditor
from tributary.pipeline.matching import begin_run
from tributary.pipeline.matching import job_handlers as matching_jobs
from tributary.pipeline.rebuild import carry_out
from tributary.simulation.records import customer_records
from tributary.store.tables.matching import MatchRun

API = "/api/v1"
PEOPLE = 160
# The till and the shop call these otherwise than identifiers are called, so they link nobody.
FIELDS = {"phone": ["mobile"], "email": ["mail"]}
NO_MATCHES = RuleSet(rules=[LinkRule(id="events", kinds=[SAME_EVENT, ALIAS])])


@pytest.fixture
def context(rig: PipelineRig, passwords: Passwords) -> Any:
    from tributary.api.context import Context
    from tributary.settings import Settings

    settings = Settings(data_dir=rig.directory)
    return Context(
        settings=settings, clock=rig.clock, store=rig.store, warehouse=rig.warehouse,
        keys=messaging.open_keys(rig.store, settings.keys_dir), passwords=passwords,
    )  # fmt: skip


@pytest.fixture
def owner(make_user: Callable[..., Actor]) -> Actor:
    return make_user("owner", workspace_id=1)


@pytest.fixture
def ask(api_client: ApiClient, owner: Actor) -> Callable[..., Any]:
    def call(method: str, path: str, body: Any = None, *, status: int = 200, as_: Actor = owner, **options: Any) -> Any:
        if body is not None:
            options["json"] = body
        options.setdefault("headers", {"accept-language": "en"})
        answer = api_client.request(
            method, f"{API}{path}" if path.startswith("/profiles") else f"{API}/identity{path}", as_=as_, **options
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    return call


@pytest.fixture
def work(context: Any, rig: PipelineRig) -> Callable[[], None]:
    """Run the jobs about identity that are due."""

    def run() -> None:
        Runner(rig.store, rig.clock, job_handlers(context)).run_all()

    return run


def tell(rig: PipelineRig) -> dict[str, int]:
    """Records of some customers, each under an id of its own. Returns who each really is, by that id."""
    made = customer_records(seed=3, records=PEOPLE)
    truth, events = {}, []
    for row, person in zip(made.table.to_pylist(), made.person.tolist(), strict=True):
        key = f"r{row.pop('id')}"
        said = {"mobile": row.pop("phone"), "mail": row.pop("email"), **row}
        traits = {name: value for name, value in said.items() if value is not None}
        events.append({"type": "identify", "anonymousId": key, "traits": traits})
        truth[key] = person
    rig.send(*events)
    rig.run()
    return truth


def settings(**changes: Any) -> dict[str, Any]:
    return {"is_enabled": True, "fields": FIELDS} | changes


def find(ask: Any, work: Callable[[], None], **changes: Any) -> dict[str, Any]:
    """Set matching up, and let it run once; returns the run."""
    ask("PUT", "/matching", settings(**changes))
    ask("POST", "/matching/runs", status=202)
    work()
    (run, *_) = ask("GET", "/matching/runs")["items"]
    assert run["state"] == "succeeded", run["error"]
    return dict(run)


def pairs(ask: Any, **query: Any) -> list[dict[str, Any]]:
    return list(ask("GET", "/matching/pairs", params={"limit": 200, **query})["items"])


def known(rig: PipelineRig) -> dict[str, Any]:
    """All that is known of people, without evidence that is refused and without logs."""
    return {
        "people": rig.people(),
        "rows": rig.rows("profiles", "profile_id, first_seen_ms, last_seen_ms, traits", "merged_into IS NULL"),
        "aliases": rig.rows("profile_aliases", "profile_id, canonical_id"),
        "owners": rig.rows("identifiers", "id, profile_id, base_id, degree, first_led_ms, last_led_ms"),
        "facts": rig.rows("facts", "identifier, source_id, traits"),
        "warehouse": rig.ask("SELECT profile_id, traits, identifiers FROM profiles FINAL ORDER BY profile_id"),
        "whose": rig.ask(
            "SELECT message_id, dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) FROM events "
            "ORDER BY message_id"
        ),
    }


def decide(ask: Any, pair: dict[str, Any], verdict: str, **options: Any) -> dict[str, Any]:
    return dict(ask("POST", f"/matching/pairs/{pair['id']}/decision", {"verdict": verdict}, **options))


def changes(rig: PipelineRig) -> int:
    """How many groups of people a rebuild by the rules in force would change."""
    with rig.store.read() as session:
        return len(compare(session, 1, load_rules(session, 1).rules).changes)


def force(rig: PipelineRig, rules: RuleSet) -> None:
    rig.clock.advance(60)
    with rig.store.begin() as session:
        draft = draft_rules(session, 1, rules, note="", by="t", now=rig.clock.now())
        put_in_force(session, 1, draft.version, now=rig.clock.now())
    done = carry_out(rig.store, IdentityEditor(rig.store, rig.warehouse, rig.clock), 1, by="rules")
    assert done.is_complete


class TestReview:
    def test_what_is_found_waits_for_people_and_tells_them_why(
        self, rig: PipelineRig, ask: Any, work: Callable[[], None]
    ) -> None:
        truth = tell(rig)
        before = known(rig)
        run = find(ask, work)
        assert known(rig) == before, "nothing is joined unless somebody wants it"
        assert PEOPLE - 3 <= run["result"]["records"] <= PEOPLE, "of some too little is known"
        assert run["result"]["merged"] == 0
        found = pairs(ask)
        assert len(found) == run["result"]["kept"] == ask("GET", "/matching")["open_pairs"] > 20
        assert [each["weight"] for each in found] == sorted((each["weight"] for each in found), reverse=True)
        sure = [each for each in found if each["reason"] == "sure"]
        assert sum(truth[key(each, 0)] == truth[key(each, 1)] for each in sure) > 0.97 * len(sure) > 20
        assert all(each["probability"] >= 0.99 for each in sure)

        told = ask("GET", f"/matching/pairs/{found[0]['id']}")
        fall = told["waterfall"]
        total = fall["prior"] + sum(each["weight"] + each["correction"] for each in fall["steps"])
        assert total == pytest.approx(found[0]["weight"]) == fall["weight"]
        assert {each["field"] for each in told["sides"]} <= {"name", "phone", "email", "address", "birthday"}
        assert told["is_masked"]
        phone = next(each for each in told["sides"] if each["field"] == "phone")
        assert "****" in phone["a"]
        shown = ask("GET", f"/matching/pairs/{found[0]['id']}", params={"reveal": "true"})
        assert "****" not in next(each for each in shown["sides"] if each["field"] == "phone")["a"]
        zh = ask("GET", f"/matching/pairs/{found[0]['id']}", headers={"accept-language": "zh"})
        assert zh["reason_text"] == "匹配结果确定二者为同一人。"
        assert "手机号" in [each["title"] for each in zh["waterfall"]["steps"]]
        assert all(not each["text"].isascii() for each in zh["waterfall"]["steps"])
        preview = ask(
            "POST", "/decisions/preview", {"kind": "together", "profiles": [each["id"] for each in told["people"]]}
        )
        assert len(preview["merged"]) == 1

        first = ask("GET", "/matching/pairs", params={"limit": 7})
        second = ask("GET", "/matching/pairs", params={"limit": 7, "cursor": first["next_cursor"]})
        assert [each["id"] for each in first["items"] + second["items"]] == [each["id"] for each in found[:14]]
        assert {each["reason"] for each in pairs(ask, reason="unsure")} == {"unsure"}
        assert pairs(ask, min_probability=0.999) == [each for each in found if each["probability"] >= 0.999]
        assert pairs(ask, status="rejected") == []
        assert ask("GET", "/matching/pairs", params={"cursor": "WzFd"}, status=400)["code"] == "invalid_request"

    def test_decisions_hold_can_be_undone_and_outlive_runs(
        self, rig: PipelineRig, ask: Any, work: Callable[[], None]
    ) -> None:
        tell(rig)
        find(ask, work)
        same, other, third, *_ = pairs(ask)
        before = known(rig)
        accepted = decide(ask, same, "same")
        assert (accepted["status"], accepted["are_one"]) == ("accepted", True)
        rejected = decide(ask, other, "different")
        assert (rejected["status"], rejected["are_one"]) == ("rejected", False)
        assert decide(ask, same, "same", status=409)["code"] == "conflict"
        assert ask("POST", f"/matching/pairs/{third['id']}/undo", status=409)["code"] == "conflict"
        assert len(known(rig)["people"]) == len(before["people"]) - 1

        find(ask, work)
        now = {each["id"]: each["status"] for each in pairs(ask, status="all")}
        assert (now[same["id"]], now[other["id"]], now[third["id"]]) == ("accepted", "rejected", "open")

        assert ask("POST", f"/matching/pairs/{same['id']}/undo")["status"] == "open"
        assert ask("POST", f"/matching/pairs/{other['id']}/undo")["status"] == "open"
        assert known(rig) == before
        find(ask, work)
        assert {same["id"], other["id"], third["id"]} <= {each["id"] for each in pairs(ask)}

        results = ask(
            "POST",
            "/matching/pairs/decisions",
            {"items": [{"id": each["id"], "verdict": "same"} for each in (same, other, same)]},
        )["items"]
        assert [each["status"] for each in results] == ["accepted", "accepted", None]
        assert results[2]["code"] == "conflict"

    def test_a_decision_made_elsewhere_counts_here(self, rig: PipelineRig, ask: Any, work: Callable[[], None]) -> None:
        tell(rig)
        find(ask, work)
        pair, other, *_ = pairs(ask)
        told = ask("GET", f"/matching/pairs/{pair['id']}")
        made = ask("POST", "/decisions", {"kind": "apart", "identifiers": told["identifiers"]}, status=201)
        find(ask, work, is_automatic=True)
        (rejected,) = [each for each in pairs(ask, status="rejected") if each["id"] == pair["id"]]
        assert (rejected["reason"], rejected["decision_id"]) == ("apart", made["decision"]["id"])
        assert not rejected["are_one"], "an operator's word counts more than what matching finds"
        assert next(each for each in pairs(ask, status="merged") if each["id"] == other["id"])["are_one"]
        assert ask("POST", f"/matching/pairs/{pair['id']}/undo")["status"] == "open"

    def test_what_is_not_found_any_more_is_obsolete(self, rig: PipelineRig, ask: Any, work: Callable[[], None]) -> None:
        tell(rig)
        find(ask, work)
        every = pairs(ask)
        run = find(ask, work, review=0.99, merge=0.99)
        left = pairs(ask)
        assert {each["id"] for each in left} == {each["id"] for each in every if each["probability"] >= 0.99}
        assert run["result"]["retired"] == len(every) - len(left) == len(pairs(ask, status="obsolete"))
        find(ask, work)
        assert len(pairs(ask)) == len(every)


class TestLinks:
    def test_the_sure_are_joined_and_parted_again_as_if_nothing_had_been(
        self, rig: PipelineRig, ask: Any, work: Callable[[], None]
    ) -> None:
        tell(rig)
        before = known(rig)
        run = find(ask, work, is_automatic=True)
        merged = pairs(ask, status="merged")
        assert len(merged) == run["result"]["merged"] > 20
        assert all(each["are_one"] for each in merged)
        assert not pairs(ask, reason="sure")
        assert not changes(rig), "a rebuild comes to the same"
        edges = rig.rows("edges", "kind, rule, refusal, is_trusted", "kind = 'match'")
        assert set(edges) == {("match", "match", "", 1)}
        assert {row[0] for row in rig.rows("merges", "actor", "kind = 'merge'")} == {"matching"}
        # People of whom more is known now may be found again, with others.
        find(ask, work, is_automatic=True)
        assert {each["id"] for each in merged} <= {each["id"] for each in pairs(ask, status="merged")}
        merged = pairs(ask, status="merged")
        assert not changes(rig)

        # By the link, by the entry of the ledger, and in the review queue.
        (by_link, by_merge, *_) = merged
        told = ask("GET", f"/matching/pairs/{by_link['id']}")
        person = told["people"][0]["id"]
        graph = ask("GET", f"/profiles/{person}/graph")
        link = next(each for each in graph["links"] if each["kind"] == "match")
        assert link["reason"] == "linked because matching is sure that they are one person"
        ask("POST", "/decisions", {"kind": "apart", "link": link["id"]}, status=201)
        graph = ask("GET", f"/profiles/{by_merge['people'][0]['id']}/graph")
        entry = next(each for each in graph["merges"] if each["kind"] == "merge")
        ask("POST", "/decisions", {"kind": "apart", "merge": entry["id"]}, status=201)
        verdicts = [{"id": each["id"], "verdict": "different"} for each in merged]
        results = ask("POST", "/matching/pairs/decisions", {"items": verdicts})["items"]
        assert {each["status"] for each in results} == {"rejected"}
        assert known(rig) == before
        find(ask, work, is_automatic=True)
        assert {each["id"] for each in merged} <= {each["id"] for each in pairs(ask, status="rejected")}
        assert not any(each["are_one"] for each in pairs(ask, status="rejected"))

    def test_undoing_a_rejection_lets_what_matching_found_hold_again(
        self, rig: PipelineRig, ask: Any, work: Callable[[], None]
    ) -> None:
        tell(rig)
        find(ask, work, is_automatic=True)
        joined = known(rig)
        pair, *_ = pairs(ask, status="merged")
        decide(ask, pair, "different")
        assert known(rig) != joined
        assert ask("POST", f"/matching/pairs/{pair['id']}/undo")["status"] == "merged"
        assert known(rig) == joined

    def test_rules_without_matches_part_them_and_with_them_join_them_again(
        self, rig: PipelineRig, ask: Any, work: Callable[[], None]
    ) -> None:
        tell(rig)
        before = known(rig)
        find(ask, work, is_automatic=True)
        joined = known(rig)
        with rig.store.read() as session:
            expected = compare(session, 1, NO_MATCHES)
        assert expected.profiles_after == len(before["people"])
        assert not expected.merges
        force(rig, NO_MATCHES)
        assert known(rig) == before
        find(ask, work, is_automatic=True)
        assert known(rig) == before
        assert len(pairs(ask, reason="rules")) > 20, "the rules refuse; people may decide otherwise"
        force(rig, RuleSet())
        assert known(rig) == joined

    def test_two_accounts_are_never_joined(self, rig: PipelineRig, ask: Any, work: Callable[[], None]) -> None:
        tell(rig)
        twin = {"name": "欧阳震华", "mobile": "13912345678", "mail": "oyzh@example.org", "birthday": "1962-08-30"}
        for user in ("u1", "u2"):
            rig.send({"type": "identify", "userId": user, "traits": twin})
        rig.run()
        find(ask, work, is_automatic=True)
        (pair,) = pairs(ask, reason="conflict")
        assert {each["id"] for each in pair["people"]} == {
            encode_profile_id(rig.profile("user_id", user).id) for user in ("u1", "u2")
        }
        assert not pair["are_one"]

    def test_what_the_rules_refuse_waits_for_people(self, rig: PipelineRig, ask: Any, work: Callable[[], None]) -> None:
        tell(rig)
        twin = {"name": "欧阳震华", "mobile": "13912345678", "mail": "oyzh@example.org", "birthday": "1962-08-30"}
        for number in (1, 2):
            union = {"type": "wechat_unionid", "id": f"union-{number}"}
            rig.send(
                {
                    "type": "identify", "anonymousId": f"twin-{number}", "traits": twin,
                    "context": {"externalIds": [union | {"collection": "users", "encoding": "none"}]},
                }
            )  # fmt: skip
        rig.run()
        find(ask, work, is_automatic=True)
        (pair,) = pairs(ask, reason="rules")
        assert not pair["are_one"]
        assert rig.rows("edges", "refusal", "kind = 'match' AND refusal <> ''") == [("limit:wechat_unionid",)]
        assert decide(ask, pair, "same")["are_one"], "people may join whom limits keep apart"

    def test_what_was_unbound_is_not_matched_again(self, rig: PipelineRig, ask: Any, work: Callable[[], None]) -> None:
        tell(rig)
        find(ask, work)
        pair, *_ = pairs(ask)
        with rig.store.read() as session:
            row = get_pair(session, 1, pair["id"])
            ends = (row.identifier_a, row.identifier_b)
        editor = IdentityEditor(rig.store, rig.warehouse, rig.clock)
        editor.apply(
            1, "t", lambda session, resolver: unbind(
                session, resolver, 1, ends, by="src_till", reason="", at=rig.clock.now()
            ),
        )  # fmt: skip
        find(ask, work, is_automatic=True)
        (refused,) = pairs(ask, reason="rules")
        assert refused["id"] == pair["id"]
        assert rig.rows("edges", "refusal", "kind = 'match' AND refusal <> ''") == [("unbound",)]
        assert not changes(rig)

    def test_on_both_stores(self, make_rig: Callable[..., PipelineRig], store_url: str) -> None:
        rig = make_rig(store_url)
        tell(rig)
        before = known(rig)
        with rig.store.begin() as session:
            wanted = MatchingSettings(
                is_enabled=True, is_automatic=True, fields=MatchFields(phone=["mobile"], email=["mail"])
            )
            save_matching(session, 1, wanted, by="t", now=rig.clock.now())
            run_id = begin_run(session, 1, trigger="manual", by="t", clock=rig.clock).id
        editor = IdentityEditor(rig.store, rig.warehouse, rig.clock)
        handlers = matching_jobs(rig.store, rig.warehouse, editor, rig.clock)
        Runner(rig.store, rig.clock, handlers).run_all()
        with rig.store.read() as session:
            run = session.get(MatchRun, run_id)
            assert run is not None
            assert run.result is not None
            assert run.result["merged"] > 20
            assert run.model is not None
            assert all(not each["common"] for each in run.model["frequencies"])
            found = list(find_pairs(session, 1, status="merged", limit=1000))
        editor.apply(1, "t", reject([pair.id for pair in found], rig))
        assert known(rig) == before


class TestRuns:
    def test_one_at_a_time_and_only_where_it_is_turned_on(
        self, rig: PipelineRig, ask: Any, work: Callable[[], None]
    ) -> None:
        off = ask("GET", "/matching")
        assert (off["is_enabled"], off["last_run"], off["open_pairs"]) == (False, None, 0)
        assert "turned off" in ask("POST", "/matching/runs", status=409)["detail"]
        ask("PUT", "/matching", settings())
        begun = ask("POST", "/matching/runs", status=202)
        assert begun["state"] == "queued"
        assert "under way" in ask("POST", "/matching/runs", status=409)["detail"]
        work()
        on = ask("GET", "/matching")
        assert on["last_run"]["id"] == begun["id"]
        assert on["last_run"]["result"]["records"] == 0
        assert on["fields"]["phone"] == ["mobile"]

    def test_settings_that_cannot_work_are_refused(self, ask: Any) -> None:
        wrong = ask("PUT", "/matching", settings(merge=0.6, review=0.7), status=400)
        assert (wrong["path"], wrong["cure"]) == ("body.merge", "Make `merge` at least as large as `review`.")
        alone = ask(
            "PUT", "/matching", settings(fields={"name": [], "phone": [], "email": [], "address": []}), status=400
        )
        assert alone["path"] == "body.fields"
        twice = ask("PUT", "/matching", settings(fields={"name": ["phone"]}), status=400)
        assert "feeds two fields" in twice["detail"]

    def test_every_day_where_it_is_wanted(self, context: Any, rig: PipelineRig, ask: Any) -> None:
        ask("PUT", "/matching", settings(schedule="daily"))
        runner = Runner(rig.store, rig.clock, job_handlers(context), schedules=SCHEDULES)
        for days in range(3):
            runner.run_all()
            with rig.store.read() as session:
                runs = session.execute(select(MatchRun.trigger, MatchRun.finished_at)).all()
            assert [each.trigger for each in runs] == ["daily"] * days
            assert all(each.finished_at for each in runs)
            rig.clock.advance(timedelta(days=1).total_seconds())

    def test_without_the_extra_it_says_how_to_get_it(
        self, rig: PipelineRig, ask: Any, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def absent(*_: Any, **__: Any) -> Any:
            raise Unavailable("not installed")

        tell(rig)
        for where in ("tributary.pipeline.matching", "tributary.api.identity_matching"):
            monkeypatch.setattr(f"{where}.has_chinese", lambda: False)
        monkeypatch.setattr("tributary.pipeline.matching.match", absent)
        ask("PUT", "/matching", settings())
        ask("POST", "/matching/runs", status=202)
        work()
        found = ask("GET", "/matching")
        assert not found["can_chinese"]
        assert found["cure"] == "Install them: pip install 'tributary[matching]'."
        assert found["last_run"]["state"] == "failed"
        assert "pip install 'tributary[matching]'" in found["last_run"]["error"]

    def test_a_run_can_be_cancelled(self, context: Any, rig: PipelineRig, ask: Any, work: Callable[[], None]) -> None:
        tell(rig)
        ask("PUT", "/matching", settings())
        begun = ask("POST", "/matching/runs", status=202)
        with rig.store.begin() as session:
            cancel_job(session, 1, begun["job_id"], now=rig.clock.now())
        work()
        assert ask("GET", "/matching")["last_run"]["state"] == "cancelled"
        assert pairs(ask) == []
        assert ask("POST", "/matching/runs", status=202)["state"] == "queued"


def key(pair: dict[str, Any], side: int) -> str:
    """Under which id a customer of a pair was told."""
    (found,) = [each["value"] for each in pair["people"][side]["identifiers"] if each["type"] == "anonymous_id"]
    return str(found)


def reject(pair_ids: list[str], rig: PipelineRig) -> Callable[..., Any]:
    def action(session: Any, resolver: Any) -> None:
        for pair_id in pair_ids:
            decide_pair(session, resolver, 1, pair_id, "different", by="t", reason="", now=rig.clock.now())

    return action
