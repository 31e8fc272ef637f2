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
