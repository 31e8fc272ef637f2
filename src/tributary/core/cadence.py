"""How often something is computed again, and when that is due next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Cadence = Literal["manual", "hourly", "daily"]


def next_due(cadence: Cadence, after: datetime, timezone: str) -> datetime | None:
    """The first time later than `after` at which `cadence` is due, in UTC; None for `manual`.

    `hourly` is due on the full hour, `daily` at the midnight of `timezone` (an IANA name): rules about days change
    their answer then. Where the clocks skip midnight, it is the first moment of the day.
    """
    if cadence == "manual":
        return None
    if cadence == "hourly":
        return after.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    zone = ZoneInfo(timezone)
    tomorrow = after.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
    # A skipped midnight has a UTC instant all the same, computed with the offset from before the jump: the jump itself.
    return midnight.astimezone(UTC)
