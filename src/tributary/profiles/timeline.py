"""A person's events as they are in the warehouse, under every profile id that the person ever had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from tributary.core.scan import EVENTS, scan
from tributary.core.sql import Sql, bind, raw
from tributary.identity import absorbed_by, canonical_profile_id
from tributary.store import Session
from tributary.warehouse import Warehouse

_TIME = "DateTime64(3, 'UTC')"
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of a person, as it is in the warehouse."""

    event: str
    type: str
    timestamp: datetime
    received_at: datetime
    message_id: str
    source_id: str
    properties: dict[str, Any]
    context: dict[str, Any]
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Day:
    """How many events a person had on a day of the workspace's calendar."""

    day: date
    events: int


def timeline(
    session: Session,
    warehouse: Warehouse,
    workspace_id: int,
    profile_id: int,
    *,
    before: tuple[datetime, str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    events: Sequence[str] = (),
    limit: int = 50,
) -> list[TimelineEvent]:
    """A person's events, the newest first, those of absorbed profiles included. `events` narrows it to these names.

    `before` is (timestamp, message id) of the last one seen. `since` and `until` bound when they happened, both
    included.
    """
    where = _of(session, profile_id, events)
    if before is not None:
        where = where + " AND (timestamp, message_id) < (" + bind(before[0], _TIME) + ", "
        where = where + bind(before[1], "String") + ")"
    if since is not None:
        where = where + " AND timestamp >= " + bind(since, _TIME)
    if until is not None:
        where = where + " AND timestamp <= " + bind(until, _TIME)
    sql = raw("SELECT event, type, timestamp, received_at, message_id, source_id, properties, context, changes") + scan(
        EVENTS, workspace_id, where
    )
    sql = sql + " ORDER BY timestamp DESC, message_id DESC LIMIT " + bind(limit, "UInt32")
    return [
        TimelineEvent(
            str(event),
            str(type_),
            timestamp,
            received_at,
            message_id,
            str(source_id),
            _decode_object(properties),
            _decode_object(context),
            _decode_object(changes),
        )
        for event, type_, timestamp, received_at, message_id, source_id, properties, context, changes in (
            warehouse.query(sql, workspace_id=workspace_id)
        )
    ]


def timeline_days(
    session: Session,
    warehouse: Warehouse,
    workspace_id: int,
    profile_id: int,
    *,
    timezone: str,
    events: Sequence[str] = (),
    limit: int = 1000,
) -> list[Day]:
    """The days on which a person did something, the newest first. `timezone` (IANA) says where a day begins."""
    where = _of(session, profile_id, events)
    sql = raw("SELECT toDate(timestamp, ") + bind(timezone, "String") + ") AS day, count()"
    sql = sql + scan(EVENTS, workspace_id, where) + " GROUP BY day ORDER BY day DESC LIMIT " + bind(limit, "UInt32")
    return [Day(day, int(count)) for day, count in warehouse.query(sql, workspace_id=workspace_id)]


def _of(session: Session, profile_id: int, events: Sequence[str]) -> Sql:
    current = canonical_profile_id(session, profile_id)
    where: Sql = raw("profile_id IN ") + bind([current, *absorbed_by(session, current)], "Array(UInt64)")
    return where + " AND event IN " + bind(list(events), "Array(String)") if events else where
