"""Identity rules as a document: round trip, faults with a cause and a cure, the waterfall."""

from __future__ import annotations

import pytest

from tributary.core.clock import ManualClock
from tributary.errors import InvalidRequest
from tributary.identity import (
    ALIAS,
    MATCH,
    SAME_EVENT,
    Composite,
    IdentifierType,
    LinkRule,
    RuleSet,
    check_rules,
    draft_rules,
    load_rules,
    load_types,
    read_rules,
    rules_versions,
    write_rules,
)
from tributary.identity.partition import Evidence, Judge, Node
from tributary.identity.rule_versions import put_in_force
from tributary.identity.rules import Caps, Logout
from tributary.store import Store

FULL = RuleSet(
    types=[
        IdentifierType(name="user_id", limit=2, window="year", scope="source"),
        IdentifierType(name="member_no", normaliser="digits", pattern=r"\d{6}", blocked=["000001"], degree_cap=None),
    ],
    composites=[Composite(name="name_birthday", traits=["name", "birthday"])],
    rules=[
        LinkRule(id="till", pairs=[["member_no", "phone"]], sources=["src_till"]),
        LinkRule(id="any", kinds=[SAME_EVENT, ALIAS], is_enabled=False),
        LinkRule(id="rest"),
    ],
    caps=Caps(identifiers=50, merges=10, large=5),
    unsigned="ignore",
    logout=Logout(policy="isolate"),
)


def test_a_document_reads_back_as_it_was() -> None:
    assert read_rules(write_rules(FULL)) == FULL
    assert read_rules("{}") == RuleSet()
    assert "member_no" in write_rules(FULL)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("types: [{name: Member No}]", "'Member No' is not a name"),
        ("types: [{name: x}, {name: x}]", "The identifier type x is defined twice"),
        ("types: [{name: x, pattern: '('}]", "the pattern '(' cannot be read"),
        ("types: [{name: x, blocked_patterns: ['(a+)+$']}]", "may take for ever"),
        ("types: [{name: x, limit: 0}]", "a limit below 1 would link nobody"),
        ("types: [{name: x, degree_cap: 0}]", "a limit below 1 would link nobody"),
        ("types: [{name: x, priority: -1}]", "the priority -1 is out of range"),
        ("types: [{name: x, window: hour}]", "Invalid enum value 'hour'"),
        ("types: [{name: x, limits: 3}]", "unknown field `limits`"),
        ("composites: [{name: email, traits: [a, b]}]", "email is a built-in identifier type"),
        ("composites: [{name: nb, traits: [a]}]", "needs two or more different traits"),
        ("rules: [{id: decision}]", "'decision' is not an id for a rule"),
        ("rules: [{id: a}, {id: a}]", "The rule a is there twice"),
        ("rules: [{id: a, kinds: []}]", "would never apply"),
        ("rules: [{id: a, pairs: [[email]]}]", "has a pair that is none"),
        ("rules: [{id: a, pairs: [[email, shoe]]}]", "names the unknown type shoe"),
        ("caps: {identifiers: 0}", "A cap of a profile is out of range"),
        ("types: [", "cannot be read"),
    ],
)
def test_a_fault_is_named_with_its_place(document: str, said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_rules(document)
    assert said in str(caught.value)
    assert caught.value.cure


def test_the_waterfall_takes_the_first_rule_that_fits() -> None:
    judge = Judge(FULL)
    member, phone, mail = (Node(type_, True, 0, 0) for type_ in ("member_no", "phone", "email"))
    at_till = Evidence(1, 10, 11, SAME_EVENT, "src_till", True, 0, "m")
    assert _rule(judge, at_till, phone, member) == "till"
    assert _rule(judge, at_till._replace(source_id="src_web"), phone, member) == "rest"
    assert _rule(judge, at_till, mail, member) == "rest"
    assert _rule(judge, at_till._replace(kind=ALIAS), mail, member) == ""
    assert judge.hopeless(at_till._replace(kind=MATCH), mail, member) == "no_rule"


def _rule(judge: Judge, evidence: Evidence, a: Node, b: Node) -> str:
    found = judge.rule_of(evidence, a, b)
    return found[1].id if found else ""


def test_versions_are_kept_and_one_is_in_force(store: Store) -> None:
    clock = ManualClock()
    with store.begin() as session:
        assert load_rules(session, 1).version == 0
        for rules, note in ((FULL, "first"), (RuleSet(), "second")):
            draft_rules(session, 1, rules, note=note, by="usr_1", now=clock.now())
        assert load_rules(session, 1).rules == RuleSet()
        put_in_force(session, 1, 1, now=clock.now())
        clock.advance(1)
    with store.begin() as session:
        assert load_rules(session, 1).rules == FULL
        assert load_types(session, 1).get("member_no") == FULL.types[1]
        assert load_rules(session, 2).version == 0
        assert [each.note for each in rules_versions(session, 1)] == ["second", "first"]
        put_in_force(session, 1, 2, now=clock.now())
        assert load_rules(session, 1).version == 2
        clock.advance(1)
        put_in_force(session, 1, 1, now=clock.now())  # back again
        assert load_rules(session, 1).version == 1


def test_the_rules_that_are_built_in_have_no_fault() -> None:
    check_rules(RuleSet())
