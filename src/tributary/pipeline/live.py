"""Reading the live view: the newest events of a workspace, whatever became of them.

Batches are numbered in the order in which they were decided, but they need not become visible in that order when
several workers write. So a reader's place is the highest number seen together with which of the numbers just below it
were seen: one that shows up late is still delivered, and none is delivered twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from tributary.core.scan import CANONICAL_ID, RECENT_EVENTS, scan
from tributary.core.sql import Sql, bind, raw
from tributary.pipeline.recent import Status
from tributary.warehouse import Warehouse

KEPT = timedelta(hours=24)  # rows live a little longer: the engine drops whole hours
_LOOK_BACK = 32  # batches that may become visible out of order
_TIME = "DateTime64(3, 'UTC')"

_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


class Place(NamedTuple):
    """How far a reader got: the highest batch seen, and as bits which of the ones below it were (bit 0: itself)."""

    batch: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Whose events: those of these profiles, with these identifiers, or quarantined with this text in them."""

    profile_ids: Collection[int]
    identifiers: Collection[int]
    text: str = ""


@dataclass(frozen=True, slots=True)
class RecentEvent:
    """One event as it came and as it was stored. `raw` is None if it is no JSON object, is too large, or may not be
    kept; `canonical` if it was not stored. `stands_for` is how many events like it there were.
    """

    id: str
    received_at: datetime
    timestamp: datetime
    status: Status
    type: str
    event: str
    source_id: str
    message_id: str
    profile_id: int | None
    reason: str | None
    detail: str | None
    quarantine_id: str | None
    raw: dict[str, Any] | None
    canonical: dict[str, Any] | None
    changes: dict[str, Any]
    stands_for: int


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest events, newest first. `total` is how many there were, the ones that were not kept included.

    With a `person` only what was kept can be counted.
    """

    items: list[RecentEvent]
    place: Place
    total: int
    kept: int


@dataclass(frozen=True, slots=True)
class EventName:
    """A name that events had lately."""

    name: str
    last_seen: datetime


def recent_events(
    warehouse: Warehouse,
    workspace_id: int,
    now: datetime,
    *,
    after: Place | None = None,
    since: datetime | None = None,
    source_id: str | None = None,
    events: Sequence[str] = (),
    statuses: Sequence[Status] = (),
    person: Person | None = None,
    limit: int = 100,
) -> Recent:
    """The newest events of the last 24 hours; with `after` only those that became visible since that place.

    Raises:
        Unavailable: the warehouse cannot answer.
    """
    place, after = _advance(warehouse, workspace_id, now, after)
    if place.batch == 0:
        return Recent([], after or place, 0, 0)
    where = _unseen(place, after) + " AND handled_at > " + bind(now - KEPT, _TIME)
    if since is not None:
        where = where + " AND received_at >= " + bind(since, _TIME)
    if source_id is not None:
        where = where + " AND source_id = " + bind(source_id, "String")
    if events:
        where = where + " AND event IN " + bind(list(events), "Array(String)")
    if statuses:
        where = where + " AND status IN " + bind(list(statuses), "Array(String)")
    if person is not None:
        where = where + " AND " + _of(person)
    sums = raw("SELECT count(), sum(stands_for)") + scan(RECENT_EVENTS, workspace_id, where)
    ((kept, total),) = warehouse.query(sums, workspace_id=workspace_id)
    if not kept:
        return Recent([], place, 0, 0)
    columns = raw("SELECT batch, position, received_at, timestamp, status, type, event, source_id, message_id, ")
    columns = columns + CANONICAL_ID + " AS person_id, reason, detail, quarantine_id, raw, user_id, anonymous_id, "
    sql = columns + "properties, context, changes, stands_for" + scan(RECENT_EVENTS, workspace_id, where)
    sql = sql + " ORDER BY batch DESC, position DESC LIMIT " + bind(limit, "UInt32")
    items = [_event(row) for row in warehouse.query(sql, workspace_id=workspace_id)]
    return Recent(items, place, int(kept if person else total), int(kept))


def forget_recent(
    warehouse: Warehouse, workspace_id: int, profile_ids: Collection[int], identifiers: Mapping[int, str]
) -> None:
    """Delete for good what the live view holds of a person: of these profiles, with one of these identifiers (their
    keys and values), or in quarantine with such a value in it.

    Events that are being processed meanwhile are written later: suppress the person first.

    Raises:
        Unavailable: the warehouse cannot do it now; doing it again is safe.
    """
    values = [msgspec.json.encode(value).decode() for value in identifiers.values()]
    where = raw("profile_id IN ") + bind(list(profile_ids), "Array(UInt64)")
    where = where + " OR hasAny(identifiers, " + bind(list(identifiers), "Array(UInt64)") + ")"
    within = raw("arrayExists(value -> position(raw, value) > 0, ") + bind(values, "Array(String)") + ")"
    where = where + " OR (status = 'quarantined' AND " + within + ")"
    warehouse.delete("recent_events", where, workspace_id=workspace_id)


def recent_names(warehouse: Warehouse, workspace_id: int, now: datetime) -> list[EventName]:
    """The names of the events of the last 24 hours."""
    where = raw("handled_at > ") + bind(now - KEPT, _TIME) + " AND event != ''"
    sql = raw("SELECT event, max(received_at)") + scan(RECENT_EVENTS, workspace_id, where) + " GROUP BY event"
    return [EventName(str(name), at) for name, at in warehouse.query(sql, workspace_id=workspace_id)]


def _advance(warehouse: Warehouse, workspace_id: int, now: datetime, after: Place | None) -> tuple[Place, Place | None]:
    """Where a reader will be after this look, and from where it really comes."""
    visible = _visible(warehouse, workspace_id, now, after)
    if not visible and after is not None:
        # Either nothing happened for a day, or the stores were set up anew and count from the start again.
        visible = _visible(warehouse, workspace_id, now, None)
        after = after if not visible else None
    if not visible:
        return Place(), after
    newest = visible[0]
    seen = sum(1 << (newest - batch) for batch in visible if newest - batch < _LOOK_BACK)
    return Place(newest, seen), after


def _visible(warehouse: Warehouse, workspace_id: int, now: datetime, after: Place | None) -> list[int]:
    where = raw("handled_at > ") + bind(now - KEPT, _TIME)
    if after is not None:
        where = where + " AND batch > " + bind(max(after.batch - _LOOK_BACK, 0), "UInt64")
    sql = raw("SELECT DISTINCT batch") + scan(RECENT_EVENTS, workspace_id, where) + " ORDER BY batch DESC LIMIT "
    rows = warehouse.query(sql + bind(_LOOK_BACK, "UInt32"), workspace_id=workspace_id)
    return [int(row[0]) for row in rows]


def _unseen(place: Place, after: Place | None) -> Sql:
    """Visible at `place` and not yet at `after`."""
    late = [place.batch - bit for bit in range(min(_LOOK_BACK, place.batch)) if not place.seen >> bit & 1]
    where = raw("batch <= ") + bind(place.batch, "UInt64") + " AND batch NOT IN " + bind(late, "Array(UInt64)")
    if after is None:
        return where
    known = [after.batch - bit for bit in range(min(_LOOK_BACK, after.batch)) if after.seen >> bit & 1]
    where = where + " AND batch > " + bind(max(after.batch - _LOOK_BACK, 0), "UInt64")
    return where + " AND batch NOT IN " + bind(known, "Array(UInt64)")


def _of(person: Person) -> Sql:
    where = raw("(profile_id IN ") + bind(list(person.profile_ids), "Array(UInt64)")
    where = where + " OR hasAny(identifiers, " + bind(list(person.identifiers), "Array(UInt64)") + ")"
    if person.text:
        # Such an event was never read, so its identifiers are not known.
        where = where + " OR (status = 'quarantined' AND position(raw, " + bind(person.text, "String") + ") > 0)"
    return where + ")"


def _event(row: tuple[Any, ...]) -> RecentEvent:
    (batch, position, received_at, timestamp, status, type_, event, source_id, message_id, profile_id, reason, detail,
     quarantine_id, text, user_id, anonymous_id, properties, context, changes, stands_for) = row  # fmt: skip
    canonical = None
    if context:
        values = "traits" if type_ == "identify" else "properties"
        canonical = {
            "type": str(type_),
            "event": str(event),
            "messageId": message_id,
            "timestamp": timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "receivedAt": received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **({"userId": user_id} if user_id else {}),
            **({"anonymousId": anonymous_id} if anonymous_id else {}),
            values: _object(properties) or {},
            "context": _object(context) or {},
        }
    return RecentEvent(
        id=f"{batch:x}-{position:x}",
        received_at=received_at,
        timestamp=timestamp,
        status=status,
        type=str(type_),
        event=str(event),
        source_id=str(source_id),
        message_id=message_id,
        profile_id=int(profile_id) or None,
        reason=str(reason) or None,
        detail=detail or None,
        quarantine_id=quarantine_id or None,
        raw=_object(text),
        canonical=canonical,
        changes=_object(changes) or {},
        stands_for=int(stands_for),
    )


def _object(text: str) -> dict[str, Any] | None:
    try:
        return _decode_object(text) if text else None
    except (msgspec.DecodeError, RecursionError):
        return None
