"""Golden records under every strategy, kept up to date and computed anew; and as they were known in the past."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from fixtures.pipeline import PipelineRig
from tributary.pipeline import IdentityEditor
from tributary.pipeline.rechoose import rechoose
from tributary.profiles import Strategy, TraitStrategy, golden_record, known_at, save_strategy

STRATEGIES = get_args(Strategy)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_up_to_date_is_what_the_facts_and_the_events_say(
    make_rig: Callable[..., PipelineRig], seed: int
) -> None:
    """A trait for each strategy; people merge on the way; the past told at the end is the present."""
    rig, source = make_rig(), random.Random(seed)
    with rig.store.begin() as session:
        for strategy in STRATEGIES:
            save_strategy(session, 1, strategy, TraitStrategy(strategy, ["src_1"]))
    for _ in range(60):
        rig.clock.advance(source.randrange(1, 100))
        rig.send(_statement(source), source_id=f"src_{source.randrange(3)}")
        if source.random() < 0.3:
            rig.run()
    rig.run()
    rows = rig.rows("profiles", "profile_id, traits", "merged_into IS NULL")
    assert len(rows) > 1
    with rig.store.read() as session:
        for profile_id, traits in rows:
            kept = msgspec.json.decode(traits)
            assert golden_record(session, 1, profile_id) == kept
            told = known_at(session, rig.warehouse, 1, profile_id, rig.clock.now())
            assert told.is_complete
            assert told.traits == {name: entry for name, entry in kept.items() if entry[0] is not None}


@pytest.mark.parametrize("seed", range(3))
def test_strategies_chosen_late_make_what_they_would_have_made_from_the_start(
    make_rig: Callable[..., PipelineRig], seed: int
) -> None:
    source = random.Random(seed)
    late, from_the_start = make_rig(), make_rig()

    def strategies(rig: PipelineRig, shift: int) -> None:
        with rig.store.begin() as session:
            for name, strategy in zip(STRATEGIES, STRATEGIES[shift:] + STRATEGIES[:shift], strict=True):
                save_strategy(session, 1, name, TraitStrategy(strategy, ["src_1"]))

    strategies(late, 1)
    strategies(from_the_start, 0)
    for number in range(40):
        said, source_id = {**_statement(source), "messageId": f"m{number:02}"}, f"src_{source.randrange(3)}"
        for rig in (late, from_the_start):
            rig.clock.advance(7)
            rig.send(said, source_id=source_id)
    late.run()
    from_the_start.run()
    strategies(late, 0)
    editor = IdentityEditor(late.store, late.warehouse, late.clock)
    for name in STRATEGIES:
        done = rechoose(late.store, late.warehouse, editor, 1, name)
        assert rechoose(late.store, late.warehouse, editor, 1, name).changed == 0, done
    columns, living = "profile_id, first_seen_ms, last_seen_ms, traits", "merged_into IS NULL"
    assert late.rows("profiles", columns, living) == from_the_start.rows("profiles", columns, living)
    mirrored = "SELECT profile_id, traits FROM profiles FINAL ORDER BY profile_id"
    assert late.ask(mirrored) == from_the_start.ask(mirrored)
    facts = "identifier, source_id, traits"
    assert [[row[:2], msgspec.json.decode(row[2])] for row in late.rows("facts", facts)] == [
        [row[:2], msgspec.json.decode(row[2])] for row in from_the_start.rows("facts", facts)
    ]


def _statement(source: random.Random) -> dict[str, Any]:
    ids: dict[str, Any] = {"anonymousId": f"a{source.randrange(6)}"}
    if source.random() < 0.4:
        ids["userId"] = f"u{source.randrange(3)}"
    if source.random() < 0.1:
        return {"type": "group", "groupId": f"g{source.randrange(3)}", **ids}
    traits = {name: source.choice([1, 2, 3, "x", None]) for name in STRATEGIES if source.random() < 0.6}
    return {"type": "identify", "traits": traits, **ids}


def test_what_did_we_know_on_the_first_of_may(rig: PipelineRig) -> None:
    def at(month: int, **traits: Any) -> dict[str, Any]:
        return {"type": "identify", "userId": "u1", "timestamp": f"2025-{month:02}-15T00:00:00Z", "traits": traits}

    rig.clock.set(datetime(2025, 4, 15, tzinfo=UTC))
    rig.send(at(4, city="上海", plan="free"))
    rig.run()
    rig.clock.set(datetime(2025, 6, 15, tzinfo=UTC))
    rig.send(at(6, city="北京", email="a@x.example"), at(3, plan="trial", name="Anna"))
    rig.run()
    person = rig.profile("user_id", "u1").id
    with rig.store.read() as session:
        on_may_1 = known_at(session, rig.warehouse, 1, person, datetime(2025, 5, 1, tzinfo=UTC))
        before = known_at(session, rig.warehouse, 1, person, datetime(2025, 1, 1, tzinfo=UTC))
    assert {name: entry[0] for name, entry in on_may_1.traits.items()} == {"city": "上海", "plan": "free"}
    assert on_may_1.identifiers == [("user_id", "u1")]
    assert before.traits == {}
