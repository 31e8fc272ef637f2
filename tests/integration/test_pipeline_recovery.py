"""What a crash may leave in the warehouse, and that recovery completes it to exactly one copy of each event."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest

from tributary.core.scan import EVENTS, scan
from tributary.core.sql import raw
from tributary.pipeline.batch import Outbox
from tributary.pipeline.delivery import deliver
from tributary.pipeline.rows import pack
from tributary.warehouse import arrow_schema

WORKSPACE = 1
BATCH_ID = "7-abc"


def _events() -> pa.Table:
    """Six events in two months, so that an insert is two parts."""
    rows = [
        {
            "workspace_id": WORKSPACE, "profile_id": number, "event": "Order Completed", "type": "track",
            "message_id": f"m{number}", "source_id": "src_1", "user_id": "", "anonymous_id": "",
            "timestamp": datetime(2026, 3 + number % 2, 5, tzinfo=UTC), "received_at": datetime(2026, 5, 1, tzinfo=UTC),
            "properties": "{}", "context": "{}", "changes": "{}", "batch_id": BATCH_ID,
        }
        for number in range(6)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows).cast(arrow_schema("events"))


def _nothing(_warehouse, _events):
    pass


def _some_rows_under_another_token(warehouse, events):
    warehouse.insert("events", events.slice(0, 2), token="other")


def _all_rows_without_the_token(warehouse, events):
    warehouse.insert("events", events, token="other")


def _the_token_without_the_rows(warehouse, events):
    warehouse.insert("events", events, token=BATCH_ID)
    warehouse.delete("events", raw("1"), workspace_id=WORKSPACE)


def _the_first_month_with_its_token(warehouse, events):
    warehouse.insert("events", events.filter([number % 2 == 0 for number in range(6)]), token=BATCH_ID)


@pytest.mark.parametrize(
    "left_behind",
    [
        _nothing,
        _some_rows_under_another_token,
        _all_rows_without_the_token,
        _the_token_without_the_rows,
        _the_first_month_with_its_token,
    ],
)
def test_recovery_completes_what_a_crash_left(warehouse, left_behind):
    events = _events()
    outbox = Outbox(7, BATCH_ID, pack(events), b"", b"", msgspec.msgpack.encode([]))
    left_behind(warehouse, events)
    for _ in range(2):  # recovery may be cut off and run again
        deliver(warehouse, outbox, [], lambda _: None, is_recovery=True)
    rows = warehouse.query(raw("SELECT message_id") + scan(EVENTS, WORKSPACE), workspace_id=WORKSPACE)
    assert sorted(row[0] for row in rows) == [f"m{number}" for number in range(6)]
