"""Quarantine: seen, mended, replayed; one copy however often."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from fixtures.pipeline import PipelineRig
from tributary.access import system_principal
from tributary.errors import Conflict, InvalidRequest, NotFound, Unavailable
from tributary.jobs import Runner, cancel_job
from tributary.pipeline import (
    count_reasons,
    discard,
    get_quarantined,
    job_handlers,
    list_quarantined,
    reopen,
    replay,
    replay_edited,
    replay_reason,
    request_replay,
)
from tributary.store.tables.pipeline import QuarantinedEvent


def listed(rig: PipelineRig, **options: Any) -> list[QuarantinedEvent]:
    with rig.store.read() as session:
        return list(list_quarantined(session, 1, **options))


def ids_of(rig: PipelineRig) -> list[str]:
    return [row.id for row in listed(rig)]


def test_quarantined_events_are_listed_and_counted(make_rig: Callable[..., PipelineRig], store_url: str) -> None:
    rig = make_rig(store_url)
    rig.send({"type": "buy", "event": "Bought", "userId": "u1", "messageId": "m1"}, b"x", b"y")
    rig.clock.advance(60)
    rig.send(b"z", source_id="src_server")
    rig.run()
    rows = listed(rig)
    assert [row.reason for row in rows] == ["invalid_json"] * 3 + ["unknown_type"]
    assert (rows[-1].event, rows[-1].message_id, rows[-1].stage) == ("Bought", "m1", "decode")
    assert bytes(rows[0].raw) == b"z"
    assert [row.id for row in listed(rig, after=rows[1].id)] == [row.id for row in rows[2:]]
    assert len(listed(rig, reason="invalid_json", source_id="src_web")) == 2
    assert listed(rig, state="replayed") == []
    with rig.store.read() as session:
        counts = count_reasons(session, 1)
        assert get_quarantined(session, 1, rows[0].id).id == rows[0].id
        for workspace_id, quarantine_id in ((2, rows[0].id), (1, "qtn_0")):
            with pytest.raises(NotFound):
                get_quarantined(session, workspace_id, quarantine_id)
    assert [(each.reason, each.count) for each in counts] == [("invalid_json", 3), ("unknown_type", 1)]
    assert counts[0].last_at == rig.clock.now()
    assert (counts[0].last_at - counts[0].first_at).seconds == 60


def test_a_number_that_nothing_can_store_stops_no_other_event(rig: PipelineRig) -> None:
    good = b'{"type":"track","event":"X","userId":"u%d","messageId":"m%d","properties":{"total":%d}}'
    bad = b'{"type":"track","event":"X","userId":"u9","messageId":"m9","properties":{"total":1e400}}'
    worse = b'{"type":"track","event":"X","userId":"u8","messageId":"m8","context":{"app":{"build":-1e400}}}'
    rig.send(good % (1, 1, 5), bad, worse, good % (2, 2, 123_456_789_012_345_678_901_234_567_890))
    rig.run()
    assert [(row.reason, row.message_id) for row in listed(rig)] == [
        ("number_out_of_range", "m8"), ("number_out_of_range", "m9"),
    ]  # fmt: skip
    assert {row.event for row in listed(rig)} == {"X"}
    assert rig.ask(
        "SELECT message_id, JSONExtractFloat(JSONExtractRaw(properties, 'total')), JSONType(properties, 'total')"
        " FROM events ORDER BY message_id"
    ) == [("m1", 5.0, "Int64"), ("m2", 1.2345678901234568e29, "Double")]
    assert rig.events()[1]["changes"]["properties.total"]["why"] == "number"


def test_a_corrected_event_keeps_its_id_time_and_context(rig: PipelineRig) -> None:
    rig.send(
        {"event": "Bought", "userId": "u1", "messageId": "m1", "timestamp": "2025-12-31T00:00:00Z", "type": "buy"},
        sent_at="2025-12-31T00:00:10Z",
        ip="1.2.3.4",
    )
    rig.run()
    arrived = rig.clock.now()
    rig.clock.advance(86_400)
    (row,) = listed(rig)
    edited = {**json.loads(bytes(row.raw)), "type": "track", "messageId": "another"}
    replay_edited(rig.store, rig.producer, 1, row.id, json.dumps(edited).encode(), rig.clock.now())
    rig.run()
    (event,) = rig.events()
    assert (event["message_id"], event["event"], event["context"]) == ("m1", "Bought", {"ip": "1.2.3.4"})
    assert (arrived - event["timestamp"]).seconds == 10
    assert listed(rig) == []
    (done,) = listed(rig, state="replayed")
    assert done.replayed_at == rig.clock.now()
    with pytest.raises(Conflict):
        replay_edited(rig.store, rig.producer, 1, row.id, b"{}", rig.clock.now())


def test_replaying_twice_stores_one_copy(rig: PipelineRig) -> None:
    """Also when the process dies between sending the event again and marking it, and for events without an id."""
    rig.send({"userId": "u1", "type": "track", "event": "X"}, reasons={0: "too_large"})
    rig.send({"userId": "u1", "type": "track", "event": "X", "messageId": None}, reasons={0: "too_large"})
    rig.run()
    ids = ids_of(rig)
    assert replay(rig.store, rig.producer, 1, ids, rig.clock.now()) == 2
    with rig.store.begin() as session:  # as if the mark had never been made
        session.execute(text("UPDATE quarantined_events SET state = 'open'"))
    assert replay(rig.store, rig.producer, 1, ids, rig.clock.now()) == 2
    assert replay(rig.store, rig.producer, 1, ids, rig.clock.now()) == 0
    rig.run()
    assert len(rig.events()) == 2
    assert rig.totals() == {"received": 6, "stored": 2, "duplicate": 2, "quarantined": 2, "suppressed": 0}


def test_the_same_bad_event_sent_twice_becomes_one_when_mended(rig: PipelineRig) -> None:
    for _ in range(2):
        rig.send({"userId": "u1", "type": "track", "event": "X", "messageId": "m1"}, reasons={0: "too_large"})
    rig.run()
    replay(rig.store, rig.producer, 1, ids_of(rig), rig.clock.now())
    rig.run()
    assert len(rig.events()) == 1


def test_all_events_of_a_reason_are_replayed(rig: PipelineRig) -> None:
    rig.send(*[{"userId": "u1", "type": "track", "event": "X"} for _ in range(5)], workspace_id=99)
    rig.send(b"broken")
    rig.run()
    assert replay_reason(rig.store, rig.producer, 1, "unknown_workspace", rig.clock.now()) == 0
    from fixtures.pipeline import make_workspace

    make_workspace(rig.store, 99)
    assert replay_reason(rig.store, rig.producer, 99, "unknown_workspace", rig.clock.now()) == 5
    rig.run()
    assert len(rig.events()) == 5
    assert [row.reason for row in listed(rig)] == ["invalid_json"]


def test_what_is_still_bad_comes_back(rig: PipelineRig) -> None:
    rig.send(b"broken", {"type": "buy", "userId": "u1"})
    rig.run()
    first = ids_of(rig)
    replay(rig.store, rig.producer, 1, first, rig.clock.now())
    rig.run()
    again = ids_of(rig)
    assert len(again) == 2
    assert not set(again) & set(first)


def test_events_are_given_up_and_what_cannot_be_replayed_says_so(rig: PipelineRig) -> None:
    rig.send(b"broken")
    rig.producer.append_sync(b"\xc1")
    rig.run()
    (row,) = listed(rig)
    with pytest.raises(InvalidRequest, match="not a JSON object"):
        replay_edited(rig.store, rig.producer, 1, row.id, b"[]", rig.clock.now())
    with rig.store.begin() as session:
        assert discard(session, 1, [row.id], by=system_principal(1)) == 1
        assert discard(session, 1, [row.id]) == 0
    assert [each.id for each in listed(rig, state="discarded")] == [row.id]
    with rig.store.begin() as session:
        assert reopen(session, 1, [row.id, row.id], by=system_principal(1)) == 1
        assert reopen(session, 1, [row.id]) == 0
    assert [each.id for each in listed(rig)] == [row.id]
    with rig.store.read() as session:
        (lost,) = list_quarantined(session, 0)
    with pytest.raises(Conflict):
        replay(rig.store, rig.producer, 0, [lost.id], rig.clock.now())


def test_replaying_is_audited(rig: PipelineRig) -> None:
    rig.send(b"broken")
    rig.run()
    (quarantine_id,) = ids_of(rig)
    replay(rig.store, rig.producer, 1, [quarantine_id], rig.clock.now(), by=system_principal(1))
    assert rig.rows("audit_log", "action, target_id") == [("quarantine.replayed", quarantine_id)]


class Unsteady:
    """A producer that does something at every append before it appends."""

    def __init__(self, producer: Any, before: Callable[[int], None]) -> None:
        self._producer, self._before, self.count = producer, before, 0

    async def append(self, payload: bytes) -> Any:
        self.count += 1
        self._before(self.count)
        return await self._producer.append(payload)


def broken(rig: PipelineRig, count: int, reason_type: str = "buy") -> None:
    rig.send(*[{"type": reason_type, "userId": "u", "messageId": f"q{number}"} for number in range(count)])
    rig.run()


def test_many_events_are_replayed_by_a_job(rig: PipelineRig) -> None:
    broken(rig, 450)
    with rig.store.begin() as session:
        job_id = request_replay(session, system_principal(1, clock=rig.clock), reason="unknown_type")
    rig.clock.advance(1)
    runner = Runner(rig.store, rig.clock, job_handlers(rig.store, rig.producer, rig.clock))
    assert runner.run_all() == 1
    assert rig.rows("jobs", "id, state, done, total") == [(job_id, "succeeded", 450, 450)]
    assert rig.run() == 450
    states = [row[0] for row in rig.rows("quarantined_events", "state")]
    assert (states.count("replayed"), states.count("open")) == (450, 450)  # sent once each; what came back waits anew
    assert rig.rows("audit_log", "action, target_id") == [("quarantine.replay_started", job_id)]


def test_a_cancelled_replay_leaves_the_rest_open(rig: PipelineRig) -> None:
    broken(rig, 450)
    with rig.store.begin() as session:
        job_id = request_replay(session, system_principal(1, clock=rig.clock), reason="unknown_type")

    def cancel(count: int) -> None:
        if count == 150:
            with rig.store.begin() as session:
                cancel_job(session, 1, job_id, now=rig.clock.now())

    producer = Unsteady(rig.producer, cancel)
    Runner(rig.store, rig.clock, job_handlers(rig.store, producer, rig.clock)).run_all()  # type: ignore[arg-type]
    assert rig.rows("jobs", "state, done, total") == [("cancelled", 200, 450)]
    states = [row[0] for row in rig.rows("quarantined_events", "state")]
    assert (states.count("replayed"), states.count("open")) == (200, 250)


def test_what_the_log_refuses_stays_open_and_is_sent_by_the_next_attempt(rig: PipelineRig) -> None:
    broken(rig, 210)

    def refuse(count: int) -> None:
        if count <= 204 and count % 3 == 0:
            raise Unavailable("The disk is full.")

    producer = Unsteady(rig.producer, refuse)
    with pytest.raises(Unavailable):
        replay_reason(rig.store, producer, 1, "unknown_type", rig.clock.now())  # type: ignore[arg-type]
    assert len(listed(rig, state="replayed", limit=1000)) == 200 - 66
    with rig.store.begin() as session:
        request_replay(session, system_principal(1, clock=rig.clock), reason="unknown_type", ids=ids_of(rig)[:5])
    runner = Runner(rig.store, rig.clock, job_handlers(rig.store, producer, rig.clock))  # type: ignore[arg-type]
    runner.run_once()
    rig.clock.advance(600)
    runner.run_once()
    assert rig.rows("jobs", "state, attempt") == [("succeeded", 2)]
    assert len(listed(rig, state="replayed", limit=1000)) == 210
    assert rig.run() == 210  # each once, though three times tried


def test_many_replayed_events_share_the_writes_of_the_disk(rig: PipelineRig, monkeypatch: pytest.MonkeyPatch) -> None:
    from tributary.stream.writer import PartitionWriter

    broken(rig, 600)
    groups: list[int] = []
    append = PartitionWriter.append

    def counted(self: PartitionWriter, payloads: list[bytes], now_ms: int) -> int:
        groups.append(len(payloads))
        return append(self, payloads, now_ms)

    monkeypatch.setattr(PartitionWriter, "append", counted)
    assert replay_reason(rig.store, rig.producer, 1, "unknown_type", rig.clock.now()) == 600
    assert sum(groups) == 600
    assert len(groups) < 100


def test_quarantine_is_searched_by_name_and_message_id(rig: PipelineRig) -> None:
    rig.send(
        {"type": "buy", "event": "Order 完成", "userId": "u", "messageId": "abc-1"},
        {"type": "buy", "event": "abc", "userId": "u", "messageId": "x-2"},
        {"type": "buy", "event": "Other", "userId": "u", "messageId": "x-3"},
    )
    rig.run()

    def found(search: str, **more: Any) -> list[str]:
        with rig.store.read() as session:
            rows = list_quarantined(session, more.pop("workspace_id", 1), search=search, **more)
            return [row.message_id for row in rows]

    assert found("abc") == ["x-2", "abc-1"]
    assert found("Order") == found("Order 完成") == ["abc-1"]
    assert found(" x-") == ["x-3", "x-2"]
    assert found("x-", limit=1) == ["x-3"]
    assert found("x-", state="replayed") == found("%") == found("abc", workspace_id=2) == []
    assert found("", reason="unknown_type") == ["x-3", "x-2", "abc-1"]
