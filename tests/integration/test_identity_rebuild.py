"""Putting other rules in force changes what they say it changes: afterwards all is as if they had always held."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.pipeline import PipelineRig
from tributary.errors import TributaryError
from tributary.identity import IdentifierType, LinkRule, RuleSet, draft_rules, load_rules
from tributary.identity.rebuild import Change, compare
from tributary.identity.rule_versions import put_in_force
from tributary.identity.rules import Caps
from tributary.pipeline import IdentityEditor
from tributary.pipeline.rebuild import CarriedOut, carry_out, chunks

SETS = {
    "one cookie": RuleSet(types=[IdentifierType(name="anonymous_id", limit=1, priority=90, is_unique=False)]),
    "no shared": RuleSet(types=[IdentifierType(name="email", normaliser="email", limit=1, degree_cap=1, priority=20)]),
    "two users": RuleSet(types=[IdentifierType(name="user_id", limit=2, priority=10, degree_cap=None)]),
    "cookies only": RuleSet(rules=[LinkRule(id="cookies", pairs=[["user_id", "anonymous_id"]])]),
    "small": RuleSet(caps=Caps(identifiers=4, merges=2, large=1)),
    "built in": RuleSet(),
}


def force(rig: PipelineRig, rules: RuleSet) -> None:
    with rig.store.begin() as session:
        draft = draft_rules(session, 1, rules, note="", by="t", now=rig.clock.now())
        put_in_force(session, 1, draft.version, now=rig.clock.now())
    rig.clock.advance(60)


def editor(rig: PipelineRig) -> IdentityEditor:
    return IdentityEditor(rig.store, rig.warehouse, rig.clock)


def differences(rig: PipelineRig) -> list[Change]:
    with rig.store.read() as session:
        return compare(session, 1, load_rules(session, 1).rules).changes


def known(rig: PipelineRig) -> dict[str, Any]:
    """Who is who and what is known of them, here and in the warehouse. The order of traits in a record is nobody's."""

    def parsed(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
        return [[json.loads(each) if str(each).startswith("{") else each for each in row] for row in rows]

    return {
        "people": rig.people(),
        "rows": parsed(rig.rows("profiles", "profile_id, first_seen_ms, last_seen_ms, traits", "merged_into IS NULL")),
        "owners": rig.rows("identifiers", "id, profile_id, base_id"),
        "aliases": rig.rows("profile_aliases", "profile_id, canonical_id"),
        "warehouse": parsed(
            rig.ask(
                "SELECT profile_id, traits, identifiers, first_seen, last_seen FROM profiles FINAL ORDER BY profile_id"
            )
        ),
        "whose": rig.ask(
            "SELECT message_id, dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) FROM events "
            "ORDER BY message_id"
        ),
    }


def events(source: random.Random, count: int) -> list[dict[str, Any]]:
    found = []
    for number in range(count):
        ids: dict[str, Any] = {}
        if source.random() < 0.5:
            ids["userId"] = f"u{source.randrange(6)}"
        if source.random() < 0.8 or not ids:
            ids["anonymousId"] = f"a{source.randrange(10)}"
        traits = {"email": f"e{source.randrange(5)}@x.example"} if source.random() < 0.4 else {}
        minute = source.randrange(10_000)
        at = f"2025-12-{1 + minute // 1440:02}T{minute % 1440 // 60:02}:{minute % 60:02}:00Z"
        found.append(
            {
                "type": "identify",
                "messageId": f"m{number:03}",
                "timestamp": at,
                **ids,
                "traits": {**traits, "n": number},
            }
        )
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_carried_out_rules_leave_what_a_fresh_replay_makes(make_rig: Callable[..., PipelineRig], seed: int) -> None:
    source = random.Random(seed)
    sent = events(source, 60)
    rig = make_rig()
    rig.send(*sent[:30])
    rig.run()
    rig.send(*sent[30:])
    rig.run()
    for name in source.sample(sorted(SETS), 3):
        force(rig, SETS[name])
        with rig.store.read() as session:
            expected = compare(session, 1, SETS[name])
        done = carry_out(rig.store, editor(rig), 1, by="rules:1", chunk=source.choice([1, 7, 2000]))
        assert done.is_complete
        assert not differences(rig)
        assert len(rig.people()) == expected.profiles_after, name
        fresh = make_rig()
        force(fresh, SETS[name])
        fresh.send(*sent[:30])
        fresh.run()
        fresh.send(*sent[30:])
        fresh.run()
        assert known(rig) == known(fresh), name


def test_it_goes_on_where_it_was_stopped(rig: PipelineRig) -> None:
    for number in range(5):
        rig.send(*({"type": "page", "anonymousId": f"{each}{number}"} for each in "ab"))
        rig.send({"type": "identify", "userId": f"u{number}", "anonymousId": f"a{number}"})
        rig.send({"type": "identify", "userId": f"u{number}", "anonymousId": f"b{number}"})
    rig.run()
    force(rig, SETS["one cookie"])
    seen: list[tuple[int, int]] = []

    class Enough(TributaryError):
        pass

    def checkpoint(done: CarriedOut, total: int) -> None:
        seen.append((done.identifiers, total))
        if len(seen) == 3:
            raise Enough("stop")

    with pytest.raises(Enough):
        carry_out(rig.store, editor(rig), 1, by="rules:1", chunk=3, checkpoint=checkpoint)
    assert seen == [(0, 15), (3, 15), (6, 15)]
    assert len(differences(rig)) == 3
    done = carry_out(rig.store, editor(rig), 1, by="rules:1")
    assert (done.splits, done.merges, done.is_complete) == (3, 0, True)
    assert {row[0] for row in rig.rows("merges", "actor", "kind = 'split'")} == {"rules:1"}
    force(rig, RuleSet())  # and back again
    carry_out(rig.store, editor(rig), 1, by="rules:2")
    assert len(rig.people()) == 5


def test_what_one_transaction_cannot_take_is_left_and_said(rig: PipelineRig, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        rig.send({"type": "identify", "userId": "u", "anonymousId": f"a{number}"})
        rig.send({"type": "identify", "userId": "v", "anonymousId": f"b{number}"})
    rig.run()
    force(rig, SETS["one cookie"])
    monkeypatch.setattr("tributary.pipeline.rebuild.REACH", 5)
    done = carry_out(rig.store, editor(rig), 1, by="rules:1")
    assert done.is_complete  # one person at a time is little enough
    force(rig, RuleSet())
    monkeypatch.setattr("tributary.pipeline.rebuild.REACH", 3)
    done = carry_out(rig.store, editor(rig), 1, by="rules:2")
    assert (done.left, done.is_complete) == (2, False)


TIGHTER = {
    "a blocked value": RuleSet(
        types=[IdentifierType(name="email", normaliser="email", priority=20, blocked=["Front@Desk.example"])]
    ),
    "a blocked pattern": RuleSet(
        types=[IdentifierType(name="email", normaliser="email", priority=20, blocked_patterns=["^front@"])]
    ),
    "a valid pattern": RuleSet(types=[IdentifierType(name="email", normaliser="email", priority=20, pattern="a.*")]),
    "a type that is off": RuleSet(
        types=[IdentifierType(name="email", normaliser="email", priority=20, is_enabled=False)]
    ),
    "a type that became shared": RuleSet(
        types=[IdentifierType(name="email", normaliser="email", priority=20, is_shared=True)]
    ),
}


@pytest.mark.parametrize("name", sorted(TIGHTER))
def test_a_tightened_rule_reaches_what_was_taken_before(rig: PipelineRig, name: str) -> None:
    """Two cookies and a desk's address were one person. They part, new events join nobody, and looser rules undo it."""

    def says(cookie: str) -> dict[str, Any]:
        traits = {"email": "front@desk.example", "cookie": cookie}
        return {"type": "identify", "anonymousId": cookie, "traits": traits, "messageId": f"m-{cookie}"}

    rig.send({"type": "page", "anonymousId": "a"}, {"type": "page", "anonymousId": "b"}, says("a"), says("b"))
    rig.run()
    assert len(rig.people()) == 1
    before = known(rig)
    force(rig, TIGHTER[name])
    with rig.store.read() as session:
        foreseen = compare(session, 1, TIGHTER[name])
    assert (foreseen.profiles_before, len(foreseen.splits)) == (1, 1)
    done = carry_out(rig.store, editor(rig), 1, by="rules:1")
    assert (done.splits, done.merges, done.is_complete) == (1, 0, True)
    rig.send(says("c"))
    rig.run()
    whole = {value: rig.profile("anonymous_id", value).id for value in "abc"}
    assert len(set(whole.values())) == 3
    refusals = {row[0] for row in rig.rows("edges", "refusal")}
    assert refusals == {"no_rule" if "type" in name else "blocked_value"}
    force(rig, RuleSet())
    carry_out(rig.store, editor(rig), 1, by="rules:2")
    assert not differences(rig)
    assert rig.profile("anonymous_id", "a").id == rig.profile("anonymous_id", "b").id
    after = known(rig)
    parted = {row[0] for row in rig.rows("identifiers", "id, value") if row[1] == "c"}
    assert [row for row in after["owners"] if row[0] not in parted] == before["owners"]
    assert {row[0] for row in rig.rows("edges", "refusal")} == {""}


def test_a_change_is_never_cut_apart() -> None:
    changes = [Change((1,), (1, 2), tuple(range(size)), tuple(range(size))) for size in (3, 3, 9, 1, 1)]
    assert [[len(each.identifiers) for each in part] for part in chunks(changes, 6)] == [[3, 3], [9], [1, 1]]
