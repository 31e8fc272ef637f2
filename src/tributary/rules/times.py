"""Relative and local time turned into absolute instants, by the rules of the workspace's time zone.

All spans are half-open `[start, end)` in UTC with millisecond precision, which is what the warehouse stores.

* Hours are exact. Days, weeks and months are calendar steps: the same wall-clock time on another date. A wall-clock
  time that a clock change skips moves on by the length of the gap; one that happens twice means its first occurrence.
  A month step that leads to a missing day (31 April) means the last day of that month.
* A local day runs from its first instant to the first instant of the next day, so it may have 23, 24 or 25 hours.
* Instants outside of what the warehouse can hold (1900 to 2299) are moved to that range's edge.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tributary.rules.tree import Unit

MILLISECOND = timedelta(milliseconds=1)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2299, 12, 31, tzinfo=UTC)
EARLIEST_DATE, LATEST_DATE = EARLIEST.date(), LATEST.date()
MAX_STEPS = {Unit.HOURS: 200_000, Unit.DAYS: 36_500, Unit.WEEKS: 5_200, Unit.MONTHS: 1_200}  # about a century; 23 years


@dataclass(frozen=True, slots=True)
class Span:
    """Instants from `start` (included) to `end` (excluded), aware in UTC; None is open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Calendar dates from `first` to `last`, both included; None is open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The `now` of one resolution, and the zone in which it is a day and a wall-clock time."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The local date."""
        return self.now.astimezone(self.zone).date()

    def shift(self, steps: int, unit: Unit) -> datetime:
        """`now` moved by `steps` units, back when negative."""
        if unit is Unit.HOURS:
            return clamp(self.now + timedelta(hours=steps))
        local = self.now.astimezone(self.zone)
        return self.instant(shift_date(local.date(), steps, unit), local)

    def instant(self, day: date, wall: datetime) -> datetime:
        """The instant of the wall-clock time of `wall` on `day`."""
        local = datetime(day.year, day.month, day.day, wall.hour, wall.minute, wall.second, wall.microsecond, self.zone)
        return clamp(local.astimezone(UTC))

    def day_start(self, day: date) -> datetime:
        """The first instant of a local day; where a clock change skips all of it, that of the next day."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        first = midnight.astimezone(UTC)
        if first.astimezone(self.zone).replace(tzinfo=None) != midnight.replace(tzinfo=None):
            first = self._change(midnight, day)
        return clamp(first)

    def _change(self, midnight: datetime, day: date) -> datetime:
        """The clock change that skips `midnight`: seen from the offsets on both sides, it lies in between."""
        before, after = midnight.replace(fold=1).astimezone(UTC), midnight.astimezone(UTC)
        while after - before > MILLISECOND:
            middle = before + (after - before) / 2
            if middle.astimezone(self.zone).date() >= day:
                after = middle
            else:
                before = middle
        return after.replace(microsecond=after.microsecond // 1000 * 1000)

    def day(self, day: date) -> Span:
        """All of a local day."""
        return Span(self.day_start(day), self.day_start(next_day(day)))


def moment(now: datetime, zone: ZoneInfo) -> Moment:
    """`now`, aware, cut to milliseconds."""
    utc = now.astimezone(UTC)
    return Moment(utc.replace(microsecond=utc.microsecond // 1000 * 1000), zone)


def shift_date(day: date, steps: int, unit: Unit) -> date:
    """`day` moved by whole days, weeks or months, kept inside the warehouse's range."""
    if unit is Unit.MONTHS:
        month = day.year * 12 + day.month - 1 + steps
        year, month = month // 12, month % 12 + 1
        if not EARLIEST_DATE.year <= year <= LATEST_DATE.year:
            return EARLIEST_DATE if year < EARLIEST_DATE.year else LATEST_DATE
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    days = steps * 7 if unit is Unit.WEEKS else steps
    moved = day.toordinal() + days
    return date.fromordinal(min(max(moved, EARLIEST_DATE.toordinal()), LATEST_DATE.toordinal()))


def next_day(day: date) -> date:
    """The day after, at most the last one the warehouse can hold."""
    return shift_date(day, 1, Unit.DAYS)


def clamp(instant: datetime) -> datetime:
    """`instant`, moved into the range that the warehouse can hold."""
    return min(max(instant, EARLIEST), LATEST)


def anniversary_days(today: date, days: int) -> tuple[int, ...]:
    """`month * 100 + day` of every day from `today` to `days` later, sorted.

    Who was born on 29 February celebrates on 28 February when the year has no 29th.
    """
    found: set[int] = set()
    for step in range(min(days, 366) + 1):
        day = date.fromordinal(today.toordinal() + step)
        found.add(day.month * 100 + day.day)
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            found.add(229)
    return tuple(sorted(found))
