"""How many events each source sent in each minute, and where every one of them ended.

received = stored + duplicate + quarantined + suppressed holds in every row, because all five are written in the
transaction that decides about the events. An event that is replayed from quarantine is received a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from tributary.store import Session, bulk
from tributary.store.tables.pipeline import EventCounter

_OUTCOMES = ("stored", "duplicate", "quarantined", "suppressed")
_COLUMNS = ("workspace_id", "source_id", "minute", "received", *_OUTCOMES)
_KEY = ("workspace_id", "source_id", "minute")
_DAY_MINUTES = 24 * 60
STORED, DUPLICATE, QUARANTINED, SUPPRESSED = range(1, 5)


@dataclass(frozen=True, slots=True)
class Counter:
    """Events of one source that arrived in the step that begins at `at` (UTC)."""

    source_id: str
    at: datetime
    received: int
    stored: int
    duplicate: int
    quarantined: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """What came of one source in the last 24 hours. `series` are the counts of the 24 hours, the oldest first.

    `last_received_at` is exact to the minute, and None if nothing ever came.
    """

    source_id: str
    last_received_at: datetime | None
    received_24h: int
    quarantined_24h: int
    series: list[int]


class Tally:
    """Counts one batch."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, str, int], list[int]] = {}

    def count(self, workspace_id: int, source_id: str, received_ms: int, outcome: int) -> None:
        """One event ended as `outcome` (STORED, DUPLICATE, QUARANTINED or SUPPRESSED)."""
        key = (workspace_id, source_id, received_ms // 60_000)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [0] * 5
        row[0] += 1
        row[outcome] += 1

    def write(self, session: Session) -> None:
        """Add the counts to the store's."""
        rows = [(*key, *row) for key, row in self._rows.items()]
        bulk.write(session, EventCounter, _COLUMNS, rows, key=_KEY, add=("received", *_OUTCOMES))


def source_health(session: Session, workspace_id: int, source_ids: Sequence[str], now: datetime) -> list[SourceHealth]:
    """How sources do, in the order of `source_ids`. The 24 hours end with the minute of `now`."""
    end = int(now.timestamp()) // 60 + 1
    hour = (EventCounter.minute - (end - _DAY_MINUTES)) // 60
    rows = session.execute(
        select(EventCounter.source_id, hour, func.sum(EventCounter.received), func.sum(EventCounter.quarantined))
        .where(
            EventCounter.workspace_id == workspace_id,
            EventCounter.source_id.in_(source_ids),
            EventCounter.minute >= end - _DAY_MINUTES,
            EventCounter.minute < end,
        )
        .group_by(EventCounter.source_id, hour)
    )
    series = {source_id: [0] * 24 for source_id in source_ids}
    quarantined = dict.fromkeys(source_ids, 0)
    for source_id, index, received, bad in rows:
        series[source_id][int(index)] += int(received)
        quarantined[source_id] += int(bad)
    return [
        SourceHealth(each, _last(session, workspace_id, each), sum(series[each]), quarantined[each], series[each])
        for each in source_ids
    ]


def _last(session: Session, workspace_id: int, source_id: str) -> datetime | None:
    """One step in the primary key's index for each source; grouping would read every minute that ever was."""
    minute = session.scalar(
        select(EventCounter.minute)
        .where(EventCounter.workspace_id == workspace_id, EventCounter.source_id == source_id)
        .order_by(EventCounter.minute.desc())
        .limit(1)
    )
    return None if minute is None else datetime.fromtimestamp(minute * 60, UTC)


def counters(
    session: Session,
    workspace_id: int,
    since: datetime,
    until: datetime,
    *,
    source_id: str | None = None,
    step_minutes: int = 1,
) -> Sequence[Counter]:
    """What arrived from `since` up to, not including, `until`, per source and step, oldest first; no empty steps."""
    step = EventCounter.minute - EventCounter.minute % step_minutes
    sums = [func.sum(getattr(EventCounter, name)) for name in ("received", *_OUTCOMES)]
    query = (
        select(EventCounter.source_id, step.label("step"), *sums)
        .where(
            EventCounter.workspace_id == workspace_id,
            EventCounter.minute >= int(since.timestamp()) // 60,
            EventCounter.minute < -(-int(until.timestamp()) // 60),
        )
        .group_by(EventCounter.source_id, step)
        .order_by(step, EventCounter.source_id)
    )
    if source_id is not None:
        query = query.where(EventCounter.source_id == source_id)
    return [
        Counter(source, datetime.fromtimestamp(minute * 60, UTC), *(int(number) for number in numbers))
        for source, minute, *numbers in session.execute(query)
    ]
