"""Golden records under every strategy, kept up to date and computed anew; and as they were known in the past."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from fixtures.pipeline import PipelineRig
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
