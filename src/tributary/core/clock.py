"""Time as a dependency: nothing in Tributary reads the wall clock except through a `Clock`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time. Inject it; tests use `ManualClock` instead of sleeping."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that moves only when told to."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def now_ms(self) -> int:
        return int(self._now.timestamp() * 1000)

    def set(self, now: datetime) -> None:
        """Jump to `now`, forwards or backwards."""
        self._now = now

    def advance(self, delta: timedelta | float) -> datetime:
        """Move by `delta` (a timedelta, or seconds) and return the new time."""
        self._now += delta if isinstance(delta, timedelta) else timedelta(seconds=delta)
        return self._now
