"""Linking and parting people by hand: what was there before comes back to the byte, and decisions outlive replays."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.pipeline import PipelineRig
from tributary.errors import Conflict, NotFound
from tributary.identity import IdentifierTypes, RuleSet, links_of, merges_of
from tributary.identity.decisions import (
    decisions_about,
    keep_apart,
    keep_together,
    pair_of_merge,
    remove_identifier,
    revoke,
    unbind,
)
from tributary.pipeline import IdentityEditor
from tributary.profiles import golden_record, timeline

TYPES = IdentifierTypes(1, RuleSet())


def key(type_: str, value: str) -> int:
    claim = TYPES.claim(type_, value)
    assert hasattr(claim, "id")
    return int(claim.id)


def editor(rig: PipelineRig) -> IdentityEditor:
    return IdentityEditor(rig.store, rig.warehouse, rig.clock)


def apart(rig: PipelineRig, one: int, other: int) -> Any:
    return editor(rig).apply(
        1,
        "usr_1",
        lambda session, resolver: keep_apart(
            session, resolver, 1, (one, other), by="usr_1", reason="two sisters", now=rig.clock.now()
        ),
    )


def visible(rig: PipelineRig) -> dict[str, Any]:
    """All that is known of people, without the evidence that is refused now and without entries of logs."""
    people = {
        row[0]: row[1:]
        for row in rig.ask("SELECT profile_id, traits, identifiers, first_seen, last_seen FROM profiles FINAL")
    }
    return {
        "profiles": people,
        "rows": rig.rows("profiles", "profile_id, first_seen_ms, last_seen_ms, traits", "merged_into IS NULL"),
        "aliases": rig.rows("profile_aliases", "profile_id, canonical_id"),
        "owners": rig.rows("identifiers", "id, profile_id, base_id, type, value, first_led_ms, last_led_ms"),
        "facts": rig.rows("facts", "identifier, source_id, traits"),
        "members": rig.rows("group_members", "identifier, group_id"),
        "whose": rig.ask(
            "SELECT message_id, dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) FROM events "
            "ORDER BY message_id"
        ),
    }


def two_people(rig: PipelineRig) -> None:
    rig.send(
        {"type": "page", "anonymousId": "a1", "messageId": "e1"},
        {"type": "identify", "userId": "u1", "messageId": "e2", "traits": {"email": "a@x.example", "city": "上海"}},
        {"type": "identify", "anonymousId": "a1", "messageId": "e3", "traits": {"city": "北京", "plan": "free"}},
        {"type": "group", "userId": "u1", "groupId": "acme", "messageId": "e4"},
    )
    rig.run()


def test_unmerging_gives_back_exactly_what_was_there(rig: PipelineRig) -> None:
    two_people(rig)
    before = visible(rig)
    rig.clock.advance(60)
    rig.send({"type": "track", "event": "Login", "userId": "u1", "anonymousId": "a1", "messageId": "merge"})
    rig.run()
    merged = visible(rig)
    assert len(merged["profiles"]) == 1
    with rig.store.read() as session:
        (merge,) = merges_of(session, 1, 1)
        pair = pair_of_merge(session, 1, merge.id)
    effect = apart(rig, *pair)
    assert sorted(effect.profiles) == [1, 2]
    after = visible(rig)
    # The event that joined them is u1's: it says so, and it is the only thing that is new.
    assert after["whose"] == sorted([*before["whose"], ("merge", 2)])
    del before["whose"], after["whose"]
    assert after == before
    with rig.store.read() as session:
        assert [each.event for each in timeline(session, rig.warehouse, 1, 2)] == ["Login", "$group", "$identify"]
        (link,) = [each for each in links_of(session, 1, 1) if not each.is_linked]
        assert link.refusal == "decided_apart"
        (decision,) = decisions_about(session, 1, pair)
        assert (decision.kind, decision.reason, decision.decided_by) == ("apart", "two sisters", "usr_1")
        assert [each.kind for each in merges_of(session, 1, 1)] == ["split", "merge"]


def test_what_was_parted_stays_apart_whatever_comes_until_it_is_revoked(rig: PipelineRig) -> None:
    two_people(rig)
    joining = {"type": "track", "event": "Login", "userId": "u1", "anonymousId": "a1"}
    rig.send(joining)
    rig.run()
    decision = apart(rig, key("user_id", "u1"), key("anonymous_id", "a1")).result
    rig.send(joining, {**joining, "context": {"traits": {"email": "a@x.example"}}})
    rig.run()
    assert len(rig.people()) == 2
    rig.send({"type": "track", "event": "Login", "anonymousId": "a1", "context": {"traits": {"email": "a@x.example"}}})
    rig.run()  # by another way
    assert len(rig.people()) == 2
    with rig.store.read() as session:
        reasons = {each.refusal for each in links_of(session, 1, 1) if not each.is_linked}
    assert reasons == {"decided_apart"}

    def back(session: Any, resolver: Any) -> Any:
        return revoke(session, resolver, 1, decision.id, by="usr_2", now=rig.clock.now())

    assert len(editor(rig).preview(1, "usr_2", back).profiles) == 1
    assert len(rig.people()) == 2  # that was only a preview
    editor(rig).apply(1, "usr_2", back)
    assert len(rig.people()) == 1
    with pytest.raises(Conflict):
        editor(rig).apply(1, "usr_2", back)


def test_people_may_be_joined_beyond_the_limits(rig: PipelineRig) -> None:
    rig.send({"type": "identify", "userId": "u1", "traits": {"plan": "a"}})
    rig.send({"type": "identify", "userId": "u2", "traits": {"city": "x"}})
    rig.run()
    before = visible(rig)
    pair = key("user_id", "u1"), key("user_id", "u2")

    def join(session: Any, resolver: Any) -> Any:
        return keep_together(session, resolver, 1, pair, by="usr_1", reason="married", now=rig.clock.now())

    decision = editor(rig).apply(1, "usr_1", join).result
    assert rig.people() == [{("user_id", "u1"), ("user_id", "u2")}]
    assert rig.profile("user_id", "u2").plain_traits() == {"plan": "a", "city": "x"}
    rig.send({"type": "identify", "userId": "u2", "anonymousId": "a9", "messageId": "later", "traits": {}})
    rig.run()
    assert len(rig.people()) == 1
    editor(rig).apply(
        1, "usr_1", lambda session, resolver: revoke(session, resolver, 1, decision.id, by="usr_1", now=rig.clock.now())
    )
    after = visible(rig)
    assert after["rows"] == before["rows"]
    assert rig.people() == [{("user_id", "u2"), ("anonymous_id", "a9")}, {("user_id", "u1")}]


def test_unbinding_counts_until_it_is_said_again(rig: PipelineRig) -> None:
    bind = {"type": "identify", "userId": "u1", "traits": {"phone": "13912345678"}}
    rig.send(bind)
    rig.run()
    assert len(rig.people()) == 1
    pair = key("user_id", "u1"), key("phone", "13912345678")
    editor(rig).apply(
        1, "pipeline",
        lambda session, resolver: unbind(session, resolver, 1, pair, by="pipeline", reason="", at=rig.clock.now()),
    )  # fmt: skip
    assert rig.people() == [{("user_id", "u1")}]
    rig.send({**bind, "timestamp": "2020-01-01T00:00:00Z"})  # what is older than the word to the contrary
    rig.run()
    assert rig.people() == [{("user_id", "u1")}]
    rig.clock.advance(60)
    rig.send(bind)
    rig.run()
    assert len(rig.people()[0]) == 2


def test_a_removed_identifier_stays_removed_and_its_events_stay(rig: PipelineRig) -> None:
    rig.send({"type": "page", "anonymousId": "a1", "messageId": "first"})
    rig.send({"type": "track", "event": "Login", "userId": "u1", "anonymousId": "a1", "messageId": "second"})
    rig.run()
    person = rig.profile("user_id", "u1")
    editor(rig).apply(
        1, "usr_1",
        lambda session, resolver: remove_identifier(
            session, resolver, 1, key("anonymous_id", "a1"), by="usr_1", reason="", now=rig.clock.now()
        ),
    )  # fmt: skip
    assert rig.rows("identifiers", "value", "is_removed") == [("",)]
    assert rig.ask("SELECT identifiers FROM profiles FINAL") == [('{"user_id":["u1"]}',)]
    rig.send({"type": "track", "event": "Login", "userId": "u1", "anonymousId": "a1", "messageId": "third"})
    rig.send({"type": "page", "anonymousId": "a1", "messageId": "fourth"})
    rig.run()
    changed = {row["message_id"]: row["changes"] for row in rig.events()}
    assert changed["third"] == {"identifiers.anonymous_id": {"was": "a1", "why": "removed"}}
    assert rig.rows("quarantined_events", "reason, message_id") == [("identifier_removed", "fourth")]
    with rig.store.read() as session:
        found = timeline(session, rig.warehouse, 1, person.id)
    assert sorted(each.message_id for each in found) == ["first", "second", "third"]


def test_nobody_decides_about_identifiers_of_another_workspace(make_rig: Callable[..., PipelineRig]) -> None:
    rig = make_rig(workspaces=(1, 2))
    two_people(rig)
    with pytest.raises(NotFound):
        editor(rig).apply(
            2, "usr_1",
            lambda session, resolver: keep_apart(
                session, resolver, 2, (key("user_id", "u1"), key("anonymous_id", "a1")), by="usr_1", reason="",
                now=rig.clock.now(),
            ),
        )  # fmt: skip


def test_a_decision_that_was_cut_off_reaches_the_warehouse_later(
    rig: PipelineRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_people(rig)
    rig.send({"type": "track", "event": "Login", "userId": "u1", "anonymousId": "a1"})
    rig.run()
    with monkeypatch.context() as patch:
        patch.setattr(IdentityEditor, "_deliver", lambda self, outbox: None)
        apart(rig, key("user_id", "u1"), key("anonymous_id", "a1"))
    assert len(rig.ask("SELECT profile_id FROM profiles FINAL")) == 1
    editor(rig).recover()
    assert len(rig.ask("SELECT profile_id FROM profiles FINAL")) == 2
    assert rig.rows("pipeline_outbox", "number") == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_when_it_was_decided_makes_no_difference(make_rig: Callable[..., PipelineRig], seed: int) -> None:
    """Events and decisions, decided in the midst of them or after all: the same people, records and attribution."""
    source = random.Random(seed)
    events = [_event(source, number) for number in range(40)]
    for number, ids in enumerate(({"userId": "u1"}, {"anonymousId": "a1"}, {"anonymousId": "a2"})):
        events[number] = {**events[number], "userId": None, "anonymousId": None, **ids}
    pairs = [
        tuple(source.sample([key("user_id", "u1"), key("anonymous_id", "a1"), key("anonymous_id", "a2")], 2))
        for _ in range(2)
    ]
    states = []
    for place in (10, 25, 40):
        rig = make_rig()
        for number, event in enumerate(events):
            rig.send(event)
            if number % 7 == 0:
                rig.run()
            if number + 1 == place:
                rig.run()
                for one, other in pairs:
                    apart(rig, one, other)
        rig.run()
        states.append(visible(rig))
        with rig.store.read() as session:
            for profile_id, *_, traits in rig.rows("profiles", "profile_id, traits", "merged_into IS NULL"):
                from_facts = golden_record(session, 1, profile_id)
                import msgspec

                assert msgspec.json.encode(from_facts).decode() == traits
    assert states[0] == states[1] == states[2]


def _event(source: random.Random, number: int) -> dict[str, Any]:
    ids: dict[str, Any] = {}
    if source.random() < 0.5:
        ids["userId"] = source.choice(["u1", "u2", "u3"])
    if source.random() < 0.7 or not ids:
        ids["anonymousId"] = source.choice(["a1", "a2", "a3", "a4"])
    traits = {"email": f"e{source.randrange(3)}@x.example"} if source.random() < 0.3 else {}
    minute = source.randrange(10_000)
    at = f"2025-12-{1 + minute // 1440:02}T{minute % 1440 // 60:02}:{minute % 60:02}:00Z"
    return {"type": "identify", "messageId": f"m{number:03}", "timestamp": at, **ids, "traits": {**traits, "n": number}}
