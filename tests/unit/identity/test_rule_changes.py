"""What differs between two sets of rules, in sentences."""

from __future__ import annotations

from tributary.core.translation import translate
from tributary.identity import Composite, IdentifierType, LinkRule, RuleSet
from tributary.identity.rule_changes import rule_changes
from tributary.identity.rules import Caps, Logout

PHONE = IdentifierType(name="phone", normaliser="phone", priority=30)


def test_nothing_is_said_where_nothing_differs() -> None:
    assert rule_changes(RuleSet(), RuleSet()) == []
    assert rule_changes(RuleSet(), RuleSet(types=[PHONE])) == []  # as it is built in


def test_every_part_is_told_and_translated() -> None:
    rules = [LinkRule(id="same_event"), LinkRule(id="alias", kinds=["alias"], pairs=[["user_id", "*"]])]
    after = RuleSet(
        types=[
            IdentifierType(name="phone", normaliser="phone", priority=30, is_shared=True, blocked=["1", "2"]),
            IdentifierType(name="card", degree_cap=None),
        ],
        composites=[Composite(name="born", traits=["name", "birthday"])],
        rules=rules,
        caps=Caps(large=30),
        unsigned="ignore",
        logout=Logout(policy="isolate"),
    )
    told = rule_changes(RuleSet(), after)
    assert told == [
        "phone, the blocked values: 1, 2 instead of none.",
        "phone, shared by several people: yes instead of no.",
        "New identifier type: card.",
        "New composite key: born.",
        "alias, the pairs of types: user_id + * instead of * + *.",
        "No longer there, rule: match.",
        "The rules apply in another order: same_event → alias.",
        "one person, the size from which two profiles are not joined by rules: 30 instead of 20.",
        "logging out, the policy: isolate instead of link.",
        "What comes unsigned from people's own devices: ignore instead of attach.",
    ]
    back = rule_changes(after, RuleSet())
    assert "New rule: match." in back
    assert "No longer there, identifier type: card." in back
    for each in told + back:
        assert translate(each, "zh") != each
    assert translate(told[1], "zh") == "phone的是否由多人共用：由 否 改为 是。"
