"""Links of the kind `match` are evidence like any other: whenever they come, the same people come of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.pipeline import PipelineRig
from tributary.identity import IdentifierType, LinkRule, RuleSet, draft_rules, load_rules
from tributary.identity.match_pairs import anchors_of
from tributary.identity.rebuild import compare
from tributary.identity.rule_versions import put_in_force
from tributary.identity.rules import ALIAS, SAME_EVENT, Caps
from tributary.pipeline import IdentityEditor
from tributary.pipeline.rebuild import carry_out

TYPES = [IdentifierType(name="anonymous_id", limit=4, priority=90, is_unique=False)]
RULES = RuleSet(types=TYPES, caps=Caps(identifiers=12))
WITHOUT = RuleSet(types=TYPES, caps=Caps(identifiers=12), rules=[LinkRule(id="e", kinds=[SAME_EVENT, ALIAS])])


def events(source: random.Random) -> list[dict[str, Any]]:
    found = []
    for number in range(60):
        ids: dict[str, Any] = {"anonymousId": f"a{source.randrange(25)}"}
        if source.random() < 0.3:
            ids["userId"] = f"u{source.randrange(8)}"
        traits = {"email": f"e{source.randrange(12)}@x.example"} if source.random() < 0.3 else {}
        at = f"2025-12-{1 + source.randrange(28):02}T10:00:00Z"
        found.append({"type": "identify", "messageId": f"m{number:03}", "timestamp": at, **ids, "traits": traits})
    return found


def force(rig: PipelineRig, rules: RuleSet) -> None:
    rig.clock.advance(60)
    with rig.store.begin() as session:
        draft = draft_rules(session, 1, rules, note="", by="t", now=rig.clock.now())
        put_in_force(session, 1, draft.version, now=rig.clock.now())


def known(rig: PipelineRig) -> dict[str, Any]:
    return {
        "people": rig.people(),
        "owners": rig.rows("identifiers", "id, profile_id, base_id, degree"),
        "aliases": rig.rows("profile_aliases", "profile_id, canonical_id"),
    }


def changes(rig: PipelineRig) -> int:
    with rig.store.read() as session:
        return len(compare(session, 1, load_rules(session, 1).rules).changes)


@pytest.mark.parametrize("seed", range(3))
def test_links_of_matching_count_whenever_they_come_and_go_without_a_trace(
    make_rig: Callable[..., PipelineRig], seed: int
) -> None:
    source = random.Random(seed)
    sent = events(source)
    rig, bare = make_rig(), make_rig()
    for each in (rig, bare):
        force(each, RULES)
    editor = IdentityEditor(rig.store, rig.warehouse, rig.clock)
    for start in range(0, 60, 20):
        part = sent[start : start + 20]
        for each in (rig, bare):
            each.send(*part)
            each.run()
        people = [row[0] for row in rig.rows("identifiers", "DISTINCT profile_id", "profile_id <> 0")]
        with rig.store.read() as session:
            anchors = sorted(anchors_of(session, 1, people).values())
        ends = [source.sample(anchors, 2) for _ in range(6)]
        pairs = {(min(two), max(two)): f"mrn_{start}" for two in ends}
        at_ms = rig.clock.now_ms() + start
        editor.apply(1, "matching", lambda _, resolver, p=pairs, at=at_ms: resolver.match(1, p, at))  # type: ignore[misc]
        editor.apply(1, "matching", lambda _, resolver, p=pairs, at=at_ms: resolver.match(1, p, at + 9))  # type: ignore[misc]
        assert not changes(rig)
    assert len(rig.people()) < len(bare.people())
    refusals = {row[0] for row in rig.rows("edges", "refusal", "kind = 'match'")}
    assert "" in refusals
    for each in (rig, bare):
        force(each, WITHOUT)
        done = carry_out(each.store, IdentityEditor(each.store, each.warehouse, each.clock), 1, by="rules")
        assert done.is_complete
    assert known(rig) == known(bare)
