"""What the live view keeps of a person can be deleted, on every kind of warehouse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from tributary.core.scan import RECENT_EVENTS, scan
from tributary.core.sql import raw
from tributary.pipeline import forget_recent
from tributary.warehouse import Warehouse, arrow_schema

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def keep(warehouse: Warehouse, *rows: dict[str, Any]) -> None:
    blank: dict[str, Any] = {
        "workspace_id": 1, "batch": 1, "stands_for": 1, "handled_at": NOW, "received_at": NOW, "timestamp": NOW,
        "status": "stored", "type": "track", "event": "E", "source_id": "s", "profile_id": 0, "identifiers": [],
        "reason": "", "detail": "", "quarantine_id": "", "raw": "", "user_id": "", "anonymous_id": "",
        "properties": "{}", "context": "{}", "changes": "{}",
    }  # fmt: skip
    schema = arrow_schema("recent_events")
    plain = pa.schema(
        [(each.name, each.type.value_type if pa.types.is_dictionary(each.type) else each.type) for each in schema]
    )
    full = [{**blank, "position": number, **row} for number, row in enumerate(rows)]
    warehouse.insert("recent_events", pa.Table.from_pylist(full, schema=plain), token="t1")


def kept(warehouse: Warehouse, workspace_id: int = 1) -> list[str]:
    rows = warehouse.query(raw("SELECT message_id") + scan(RECENT_EVENTS, workspace_id), workspace_id=workspace_id)
    return sorted(str(name) for (name,) in rows)


def test_everything_of_a_person_is_deleted_and_nothing_else(any_warehouse: Warehouse) -> None:
    keep(
        any_warehouse,
        {"message_id": "by profile", "profile_id": 7},
        {"message_id": "by absorbed profile", "profile_id": 8},
        {"message_id": "by identifier", "identifiers": [5, 70]},
        {"message_id": "in quarantine", "status": "quarantined", "raw": '{"userId": "anna \\"1\\""}'},
        {"message_id": "other", "profile_id": 9, "identifiers": [5]},
        {"message_id": "other in quarantine", "status": "quarantined", "raw": '{"userId": "anna"}'},
        {"message_id": "elsewhere", "workspace_id": 2, "profile_id": 7, "identifiers": [70]},
    )
    for _ in range(2):  # repeating it is safe
        forget_recent(any_warehouse, 1, [7, 8], {70: 'anna "1"'})
        assert kept(any_warehouse) == ["other", "other in quarantine"]
        assert kept(any_warehouse, 2) == ["elsewhere"]


def test_nobody_is_nothing(any_warehouse: Warehouse) -> None:
    keep(any_warehouse, {"message_id": "m", "handled_at": NOW - timedelta(hours=1)})
    forget_recent(any_warehouse, 1, [], {})
    assert kept(any_warehouse) == ["m"]
