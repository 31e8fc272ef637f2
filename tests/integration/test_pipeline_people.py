"""Events become people: golden records, merges, groups, aliases, search; over real engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fixtures.pipeline import PipelineRig
from tributary.identity import IdentifierType, RuleSet, draft_rules, links_of
from tributary.identity.rule_versions import put_in_force
from tributary.pipeline import IdentityEditor
from tributary.pipeline.rechoose import rechoose
from tributary.profiles import (
    GROUPS_TRAIT,
    TraitStrategy,
    get_profile,
    golden_record,
    groups_of,
    list_profiles,
    save_strategy,
    search_profiles,
    timeline,
)
from tributary.store.tables.profiles import ProfileRow

TRACK = {"type": "track", "event": "Viewed", "userId": "u1"}


def test_a_visitor_becomes_a_customer_and_keeps_the_history(rig: PipelineRig) -> None:
    rig.send({"type": "page", "anonymousId": "a1", "name": "Home"})
    rig.send({"type": "identify", "userId": "u1", "traits": {"email": "jane@shop.example"}})
    rig.run()
    visitor, customer = rig.profile("anonymous_id", "a1"), rig.profile("user_id", "u1")
    rig.send({"type": "track", "event": "Signed In", "anonymousId": "a1", "userId": "u1"})
    rig.run()
    person = rig.profile("user_id", "u1")
    assert person.id == min(visitor.id, customer.id)
    with rig.store.read() as session:
        assert get_profile(session, 1, customer.id) == get_profile(session, 1, visitor.id) == person
        events = timeline(session, rig.warehouse, 1, customer.id)
        assert [each.event for each in timeline(session, rig.warehouse, 1, person.id, events=["$page"])] == ["$page"]
        pages, before = [], None
        while page := timeline(session, rig.warehouse, 1, person.id, before=before, limit=2):
            pages.append([each.message_id for each in page])
            before = (page[-1].timestamp, page[-1].message_id)
    assert sorted(each.event for each in events) == ["$identify", "$page", "Signed In"]
    assert [len(page) for page in pages] == [2, 1]
    assert rig.ask(
        "SELECT uniqExact(dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id)) FROM events"
    ) == [(1,)]
    assert rig.ask("SELECT profile_id FROM profiles FINAL") == [(person.id,)]


def test_the_golden_record_says_where_each_value_comes_from(rig: PipelineRig) -> None:
    rig.send({"type": "identify", "userId": "u1", "messageId": "m1", "traits": {"city": "上海", "plan": "a"}})
    rig.clock.advance(60)
    rig.send(
        {"type": "identify", "userId": "u1", "messageId": "m2", "traits": {"plan": "b", "city": None}},
        source_id="src_crm",
    )
    rig.run()
    profile = rig.profile("user_id", "u1")
    plan = profile.traits["plan"]
    assert (plan.value, plan.source_id, plan.message_id, plan.identifier) == ("b", "src_crm", "m2", ("user_id", "u1"))
    assert plan.timestamp == rig.clock.now()
    assert "city" not in profile.traits
    assert rig.ask("SELECT traits, identifiers FROM profiles FINAL") == [('{"plan":"b"}', '{"user_id":["u1"]}')]


def test_a_late_event_does_not_undo_a_newer_one(rig: PipelineRig) -> None:
    identify = {"type": "identify", "userId": "u1"}
    rig.send({**identify, "timestamp": "2025-12-31T12:00:00Z", "traits": {"plan": "new"}})
    rig.run()
    rig.send({**identify, "timestamp": "2025-12-30T12:00:00Z", "traits": {"plan": "old", "city": "x"}})
    rig.run()
    profile = rig.profile("user_id", "u1")
    assert profile.plain_traits() == {"plan": "new", "city": "x"}
    assert profile.first_seen == datetime(2025, 12, 30, 12, tzinfo=UTC)
    assert profile.last_seen == datetime(2025, 12, 31, 12, tzinfo=UTC)


def test_history_that_is_imported_later_moves_first_seen_back_everywhere(rig: PipelineRig) -> None:
    live = {"type": "group", "userId": "u1", "anonymousId": "a1", "groupId": "acme", "messageId": "live"}
    rig.send(live)
    rig.run()
    old = {**live, "messageId": "old", "timestamp": "2024-05-01T12:00:00Z"}
    rig.send(old, {**old, "messageId": "middle", "timestamp": "2024-06-01T12:00:00Z"}, is_backfill=True)
    rig.run()
    then = datetime(2024, 5, 1, 12, tzinfo=UTC)
    profile = rig.profile("user_id", "u1")
    assert (profile.first_seen, profile.last_seen) == (then, rig.clock.now())
    assert {(each.first_seen, each.message_id) for each in profile.identifiers} == {(then, "old")}
    with rig.store.read() as session:
        assert [each.since for each in groups_of(session, 1, profile)] == [then]
        assert [(each.at, each.message_id) for each in links_of(session, 1, profile.id)] == [(then, "old")]


def test_the_cached_golden_record_is_that_of_the_facts_also_after_merges(rig: PipelineRig) -> None:
    with rig.store.begin() as session:
        save_strategy(session, 1, "points", TraitStrategy("max"))
        save_strategy(session, 1, "likes", TraitStrategy("union"))
    for number in range(12):
        rig.clock.advance(1)
        traits = {"points": number * 7 % 5, "likes": [f"l{number % 4}"], "plan": f"p{number}"}
        body = {"type": "identify", "anonymousId": f"a{number % 4}", "traits": traits}
        rig.send({**body, **({"userId": "u1"} if number > 7 else {})}, source_id=f"src_{number % 2}")
        if number % 3 == 0:
            rig.run()
    rig.run()
    profile = rig.profile("user_id", "u1")
    assert len(profile.identifiers) == 5
    traits = profile.plain_traits()
    assert (traits["points"], traits["likes"], traits["plan"]) == (4, ["l0", "l1", "l2", "l3"], "p11")
    with rig.store.read() as session:
        from_facts = golden_record(session, 1, profile.id)
        assert {name: entry[0] for name, entry in from_facts.items()} == traits
        row = session.get(ProfileRow, profile.id)
        assert row is not None


def test_a_changed_strategy_takes_hold_by_choosing_again(rig: PipelineRig) -> None:
    rig.send({"type": "identify", "userId": "u1", "traits": {"name": "Jane"}}, source_id="src_crm")
    rig.clock.advance(60)
    rig.send({"type": "identify", "userId": "u1", "traits": {"name": "jj"}})
    rig.run()
    person = rig.profile("user_id", "u1")
    assert person.plain_traits() == {"name": "jj"}
    with rig.store.begin() as session:
        save_strategy(session, 1, "name", TraitStrategy("source_priority", ["src_crm"]))
    done = rechoose(rig.store, rig.warehouse, IdentityEditor(rig.store, rig.warehouse, rig.clock), 1, "name")
    assert (done.people, done.changed) == (1, 1)
    assert rig.profile("user_id", "u1").plain_traits() == {"name": "Jane"}
    assert rig.ask("SELECT traits FROM profiles FINAL") == [('{"name":"Jane"}',)]


def test_groups_join_nobody(rig: PipelineRig) -> None:
    for user in ("u1", "u2"):
        rig.send({"type": "group", "userId": user, "groupId": "acme", "traits": {"name": "Acme", "size": user}})
        rig.clock.advance(1)
    rig.send({"type": "group", "userId": "u1", "groupId": "club"})
    rig.run()
    assert len(rig.people()) == 2
    person = rig.profile("user_id", "u1")
    assert person.plain_traits() == {GROUPS_TRAIT: ["acme", "club"]}
    with rig.store.read() as session:
        memberships = groups_of(session, 1, person)
    assert [(each.group_id, each.traits) for each in memberships] == [
        ("acme", {"name": "Acme", "size": "u2"}),
        ("club", {}),
    ]


def test_alias_links_an_anonymous_visitor(rig: PipelineRig) -> None:
    rig.send({"type": "page", "anonymousId": "a1"})
    rig.run()
    rig.send({"type": "alias", "previousId": "a1", "userId": "u1"})
    rig.run()
    assert rig.people() == [{("anonymous_id", "a1"), ("user_id", "u1")}]
    assert rig.rows("edges", "kind, rule, refusal") == [("alias", "alias", "")]


def test_alias_of_two_users_is_refused_and_says_so(rig: PipelineRig) -> None:
    rig.send({**TRACK, "userId": "u1"}, {**TRACK, "userId": "u2"})
    rig.run()
    rig.send({"type": "alias", "previousId": "u1", "userId": "u2", "messageId": "alias"})
    rig.run()
    assert len(rig.people()) == 2
    event = next(row for row in rig.events() if row["message_id"] == "alias")
    assert event["changes"] == {"identifiers.user_id": {"was": "u1", "why": "limit:user_id"}}
    assert event["profile_id"] == rig.profile("user_id", "u2").id


def test_external_ids_name_people_when_their_type_is_set_up(rig: PipelineRig) -> None:
    with rig.store.begin() as session:
        rules = RuleSet(types=[IdentifierType(name="loyalty_card", normaliser="digits")])
        draft = draft_rules(session, 1, rules, note="", by="test", now=rig.clock.now())
        put_in_force(session, 1, draft.version, now=rig.clock.now())
    ids = [
        {"id": "No. 12 34", "type": "loyalty_card", "collection": "users", "encoding": "none"},
        {"id": "acme", "type": "loyalty_card", "collection": "accounts"},
        {"id": "x", "type": "shoe_size"},
    ]
    rig.send({**TRACK, "context": {"externalIds": ids, "traits": {"phone": "13912345678"}}})
    rig.run()
    assert rig.people() == [{("user_id", "u1"), ("loyalty_card", "1234"), ("phone", "+8613912345678")}]
    (event,) = rig.events()
    assert event["changes"] == {"identifiers.shoe_size": {"was": "x", "why": "unknown_type"}}


def test_profiles_are_found_and_searched(rig: PipelineRig) -> None:
    rig.send({"type": "identify", "userId": "Anna-1", "traits": {"email": "anna@shop.example", "phone": "13912345678"}})
    rig.send({"type": "identify", "userId": "anna-2", "traits": {"email": "annabel@shop.example"}})
    rig.run()
    anna, annabel = rig.profile("email", " ANNA@shop.example"), rig.profile("user_id", "anna-2")
    assert rig.profile("phone", "139 1234 5678") == anna
    with rig.store.read() as session:
        assert search_profiles(session, 1, "Anna@shop.example") == [anna]
        assert search_profiles(session, 1, "anna") == [annabel, anna]  # by user_id before by e-mail
        assert search_profiles(session, 1, "139") == [anna]
        assert search_profiles(session, 1, "zzz") == search_profiles(session, 2, "anna") == []
        assert list_profiles(session, 1) == [annabel, anna]
        assert list_profiles(session, 1, after=annabel.id) == [anna]


def test_workspaces_are_kept_apart(make_rig: Callable[..., PipelineRig]) -> None:
    rig = make_rig(workspaces=(1, 2))
    identify = {"type": "identify", "userId": "u1", "messageId": "same"}
    rig.send({**identify, "traits": {"plan": "one"}})
    rig.send({**identify, "traits": {"plan": "two"}}, workspace_id=2)
    rig.run()
    assert len(rig.people()) == 2
    assert sorted(rig.ask("SELECT workspace_id, traits FROM profiles FINAL")) == [
        (1, '{"plan":"one"}'),
        (2, '{"plan":"two"}'),
    ]
