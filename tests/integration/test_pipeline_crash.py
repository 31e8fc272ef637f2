"""A crash at any step, then a restart: the result is the same as without the crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fixtures.pipeline import PipelineRig
from tributary.pipeline import CRASHPOINTS, Reaction
from tributary.settings import PipelineSettings

SMALL = PipelineSettings(max_wait_ms=0, max_batch_events=3)  # three records a batch


class Crash(BaseException):
    """The process is gone."""


class CrashAt:
    """Raises at the `times`-th call of one crash point."""

    def __init__(self, name: str, times: int) -> None:
        self.name, self.left = name, times

    def __call__(self, name: str) -> None:
        if name == self.name:
            self.left -= 1
            if self.left == 0:
                raise Crash(name)


def send_scenario(rig: PipelineRig) -> int:
    """Nine records: new people, two merges, a refused link, duplicates within and across batches, bad events."""
    at, later = "2025-12-31T10:00:00.000Z", "2025-12-31T11:00:00.000Z"

    def event(number: int, **fields: Any) -> Mapping[str, Any]:
        return {"messageId": f"m{number}", "timestamp": at, **fields}

    track = {"type": "track", "event": "Order Completed", "properties": {"total": 12.5, "currency": "rmb"}}
    envelopes: list[list[Mapping[str, Any] | bytes]] = [
        [event(1, **track, anonymousId="a1"), event(2, type="page", anonymousId="a2")],
        [event(3, type="identify", userId="u1", traits={"email": "Jane@Shop.example", "plan": "a"})],
        [event(4, **track, userId="u1", anonymousId="a1")],  # merges a1 into u1, or the other way round
        [event(1, **track, anonymousId="a1"), b"{broken", event(5, type="what", userId="u1")],
        [event(6, type="identify", userId="u2", anonymousId="a2", traits={"email": "jane@shop.example"})],  # refused
        [event(7, type="group", userId="u2", groupId="g1", traits={"size": 5})],
        [event(8, type="alias", previousId="a9", userId="u1"), event(9, **track, anonymousId="a9")],
        [event(10, type="identify", anonymousId="a3", traits={"phone": "138 1234 5678"})],
        [
            event(11, type="identify", userId="u1", timestamp=later, traits={"phone": "13812345678", "plan": "b"}),
            {"userId": "u1"},
        ],
    ]
    for envelope in envelopes:
        rig.send(*[each if isinstance(each, bytes) else json.dumps(each).encode() for each in envelope])
    return sum(len(envelope) for envelope in envelopes)


def run_with_crash(rig: PipelineRig, point: str, times: int) -> bool:
    """Run until the crash, restart, run to the end; returns whether the crash happened."""
    crashed = False
    try:
        rig.run(settings=SMALL, crashpoint=CrashAt(point, times))
    except Crash:
        crashed = True
        rig.reopen()
    rig.run(settings=SMALL)
    return crashed


def check_same(rig: PipelineRig, expected: dict[str, Any], sent: int) -> None:
    state = rig.state()
    for name, value in expected.items():
        assert state[name] == value, f"{name} differ after the crash"
    totals = rig.totals()
    assert totals["received"] == sent
    assert totals["received"] == sum(totals.values()) - totals["received"]
    ids = [(row["source_id"], row["message_id"]) for row in rig.events()]
    assert len(ids) == len(set(ids)) == totals["stored"]


def test_the_scenario_without_a_crash_is_what_it_should_be(rig: PipelineRig) -> None:
    sent = send_scenario(rig)
    assert rig.run(settings=SMALL) == sent
    assert rig.totals() == {"received": 14, "stored": 10, "duplicate": 1, "quarantined": 3, "suppressed": 0}
    reasons = [row[0] for row in rig.rows("quarantined_events", "reason")]
    assert sorted(reasons) == ["invalid_json", "unknown_type", "unknown_type"]
    assert rig.people() == [
        {
            ("anonymous_id", "a1"), ("anonymous_id", "a3"), ("anonymous_id", "a9"), ("email", "jane@shop.example"),
            ("phone", "+8613812345678"), ("user_id", "u1"),
        },
        {("anonymous_id", "a2"), ("user_id", "u2")},
    ]  # fmt: skip
    assert rig.profile("user_id", "u1").plain_traits()["plan"] == "b"
    assert rig.state()["outbox"] == []


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("point", CRASHPOINTS)
@pytest.mark.slow
def test_a_crash_at_any_step_changes_nothing(make_rig: Callable[..., PipelineRig], point: str, times: int) -> None:
    calm, shaken = make_rig(), make_rig()
    sent = send_scenario(calm)
    send_scenario(shaken)
    calm.run(settings=SMALL)
    crashed = run_with_crash(shaken, point, times)
    assert crashed or (point, times) == ("cleared", 2)  # the outbox is cleared on its own only when nothing is left
    check_same(shaken, calm.state(), sent)


@pytest.mark.parametrize("point", ["deduplicated", "staged", "committed", "events_inserted", "reacted"])
@pytest.mark.slow
def test_a_crash_changes_nothing_on_postgresql(
    make_rig: Callable[..., PipelineRig], store_url: str, point: str
) -> None:
    if store_url.startswith("sqlite"):
        point = "profiles_inserted"  # SQLite has its own test of every step; here it repeats one that PostgreSQL lacks
    calm, shaken = make_rig(), make_rig(store_url)
    sent = send_scenario(calm)
    send_scenario(shaken)
    calm.run(settings=SMALL)
    assert run_with_crash(shaken, point, 2)
    check_same(shaken, calm.state(), sent)


def test_every_crash_in_a_row_changes_nothing(make_rig: Callable[..., PipelineRig]) -> None:
    calm, shaken = make_rig(), make_rig()
    sent = send_scenario(calm)
    send_scenario(shaken)
    calm.run(settings=SMALL)
    for point in CRASHPOINTS:
        try:
            shaken.run(settings=SMALL, crashpoint=CrashAt(point, 1))
        except Crash:
            shaken.reopen()
    shaken.run(settings=SMALL)
    check_same(shaken, calm.state(), sent)


def test_reactors_hear_of_every_batch_also_after_a_crash_before_they_did(rig: PipelineRig) -> None:
    heard: list[Reaction] = []
    send_scenario(rig)
    with pytest.raises(Crash):
        rig.run(settings=SMALL, reactors=[heard.append], crashpoint=CrashAt("aliases_inserted", 1))
    assert heard == []
    rig.reopen()
    rig.run(settings=SMALL, reactors=[heard.append])
    counts = {name: sum(each.events.get(name, 0) for each in heard) for name in ("Order Completed", "$identify")}
    assert counts == {"Order Completed": 3, "$identify": 4}
    assert len({each.batch_id for each in heard}) == len(heard)


def test_an_event_that_reached_the_warehouse_only_in_part_is_completed(rig: PipelineRig) -> None:
    """The token remembers the insert, but a row is gone: recovery compares and repairs."""
    rig.send({"type": "track", "event": "A", "userId": "u1", "messageId": "one"})
    rig.send({"type": "track", "event": "A", "userId": "u1", "messageId": "two"})
    with pytest.raises(Crash):
        rig.run(crashpoint=CrashAt("events_inserted", 1))
    from tributary.core.sql import bind, raw

    rig.warehouse.delete("events", raw("message_id = ") + bind("two", "String"), workspace_id=1)
    assert [row["message_id"] for row in rig.events()] == ["one"]
    rig.reopen()
    rig.run()
    assert [row["message_id"] for row in rig.events()] == ["one", "two"]
