"""Quarantine: seen, mended, replayed; one copy however often."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import text

from fixtures.pipeline import PipelineRig
from tributary.access import system_principal
from tributary.errors import Conflict, InvalidRequest, NotFound
from tributary.pipeline import (
    count_reasons,
    discard,
    get_quarantined,
    list_quarantined,
    replay,
    replay_edited,
    replay_reason,
)
from tributary.store.tables.pipeline import QuarantinedEvent


def listed(rig: PipelineRig, **options: str) -> list[QuarantinedEvent]:
    with rig.store.read() as session:
        return list(list_quarantined(session, 1, **options))  # type: ignore[arg-type]


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
