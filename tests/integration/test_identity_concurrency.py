"""Events that join people and decisions about the same people at once: nothing is lost, nobody waits for ever."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.pipeline import PipelineRig
from tributary.errors import Conflict
from tributary.identity import IdentifierTypes, Resolver, RuleSet, draft_rules, load_rules
from tributary.identity.decisions import keep_apart, keep_together, revoke
from tributary.identity.rebuild import compare
from tributary.identity.rule_versions import put_in_force
from tributary.identity.rules import Caps
from tributary.pipeline import IdentityEditor
from tributary.pipeline.rebuild import carry_out
from tributary.profiles import golden_record
from tributary.store import Session

TYPES = IdentifierTypes(1, RuleSet())
USERS, COOKIES = [f"u{number}" for number in range(5)], [f"a{number}" for number in range(6)]
KEYS = [TYPES.claim("user_id", each).id for each in USERS] + [TYPES.claim("anonymous_id", each).id for each in COOKIES]  # type: ignore[union-attr]
_WAIT = 120.0  # seconds; who takes longer is taken for locked out


def batches(rig: PipelineRig, seed: int, rounds: int, failed: list[BaseException]) -> None:
    """Send events that join the same few people, a batch after another."""
    source = random.Random(seed)
    try:
        pipeline = rig.pipeline()
        for number in range(rounds):
            for _ in range(source.randrange(1, 6)):
                event: dict[str, Any] = {"type": "identify", "traits": {"n": number}}
                if source.random() < 0.7:
                    event["userId"] = source.choice(USERS)
                if source.random() < 0.8 or "userId" not in event:
                    event["anonymousId"] = source.choice(COOKIES)
                if source.random() < 0.3:
                    event["traits"]["email"] = f"e{source.randrange(4)}@x.example"
                rig.send(event)
            pipeline.run_until_idle()
    except BaseException as exc:  # noqa: BLE001 (shown by the test)
        failed.append(exc)


def decide(rig: PipelineRig, seed: int, rounds: int, failed: list[BaseException], made: list[str]) -> None:
    """Join and part the same people, and take some of it back."""
    source, editor = random.Random(seed), IdentityEditor(rig.store, rig.warehouse, rig.clock)
    mine: list[str] = []
    try:
        for number in range(rounds):
            one, other = source.sample(KEYS, 2)
            now = rig.clock.now()

            def action(session: Session, resolver: Resolver, pair: Any = (one, other), now: Any = now) -> Any:
                if mine and source.random() < 0.3:
                    return revoke(session, resolver, 1, source.choice(mine), by="t", now=now)
                kind = keep_apart if source.random() < 0.6 else keep_together
                return kind(session, resolver, 1, pair, by="t", reason="", now=now)

            try:
                if number % 3 == 0:
                    editor.preview(1, "t", action)
                decision = editor.apply(1, "t", action).result
            except Conflict:  # revoked before, or by a contrary one
                continue
            mine.append(decision.id)
            made.append(decision.id)
    except BaseException as exc:  # noqa: BLE001 (shown by the test)
        failed.append(exc)


def together(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_WAIT)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"


def check(rig: PipelineRig) -> None:
    """All is as the evidence and the decisions have it, here and in the warehouse."""
    with rig.store.read() as session:
        assert compare(session, 1, load_rules(session, 1).rules).changes == []
        for profile_id, *_ in rig.rows("profiles", "profile_id", "merged_into IS NULL"):
            (stored,) = rig.rows("profiles", "traits", f"profile_id = {profile_id}")
            import json

            assert json.loads(stored[0]) == golden_record(session, 1, profile_id)
    assert rig.rows("pipeline_outbox", "number") == []
    mirrored = [row[0] for row in rig.ask("SELECT profile_id FROM profiles FINAL ORDER BY profile_id")]
    assert mirrored == sorted(row[0] for row in rig.rows("profiles", "profile_id", "merged_into IS NULL"))
    aliases = dict(rig.rows("profile_aliases", "profile_id, canonical_id"))
    for base, canonical in rig.ask(
        "SELECT profile_id, argMax(canonical_id, version) FROM profile_aliases GROUP BY profile_id"
    ):
        assert aliases.get(base, base) == canonical


@pytest.mark.slow
@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_events_and_decisions_at_once(make_rig: Callable[..., PipelineRig], store_url: str, seed: int) -> None:
    rig = make_rig(store_url)
    rig.send(
        *({"type": "page", "userId": each} for each in USERS),
        *({"type": "page", "anonymousId": each} for each in COOKIES),
    )
    rig.run()
    failed: list[BaseException] = []
    made: list[str] = []
    together(
        threading.Thread(target=batches, args=(rig, seed, 60, failed)),
        threading.Thread(target=decide, args=(rig, seed + 100, 40, failed, made)),
        threading.Thread(target=decide, args=(rig, seed + 200, 40, failed, made)),
    )
    assert not failed
    assert {row[0] for row in rig.rows("identity_decisions", "id")} == set(made)
    rig.run()
    check(rig)


@pytest.mark.slow
@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
def test_rules_are_carried_out_while_events_come(make_rig: Callable[..., PipelineRig], store_url: str) -> None:
    rig = make_rig(store_url)
    failed: list[BaseException] = []
    editor = IdentityEditor(rig.store, rig.warehouse, rig.clock)

    def change() -> None:
        try:
            for number in range(8):
                rules = RuleSet(caps=Caps(merges=1 + number % 3, identifiers=4 + number % 5))
                with rig.store.begin() as session:
                    version = draft_rules(session, 1, rules, note="", by="t", now=rig.clock.now()).version
                    put_in_force(session, 1, version, now=rig.clock.advance(10))
                for _ in range(3):
                    carry_out(rig.store, editor, 1, by="rules", chunk=4, checkpoint=steps(20))
        except BaseException as exc:  # noqa: BLE001 (shown by the test)
            failed.append(exc)

    def steps(most: int) -> Callable[[Any, int], None]:
        left = [most]

        def checkpoint(_done: Any, _total: int) -> None:
            left[0] -= 1
            assert left[0], "it never ends"

        return checkpoint

    together(threading.Thread(target=batches, args=(rig, 1, 60, failed)), threading.Thread(target=change))
    assert not failed
    rig.run()
    carry_out(rig.store, editor, 1, by="rules")
    check(rig)
