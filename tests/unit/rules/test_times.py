"""Calendar time: clock changes, month ends, leap days. Expectations are written out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tributary.rules.times import Moment, Span, anniversary_days, moment
from tributary.rules.tree import Unit


def at(text: str, zone: str) -> Moment:
    return moment(datetime.fromisoformat(text), ZoneInfo(zone))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestShift:
    def test_a_day_over_a_clock_change_keeps_the_wall_clock_time(self):
        now = at("2026-03-29T10:00:00+02:00", "Europe/Berlin")  # the clock jumped this morning
        assert now.shift(-1, Unit.DAYS) == utc("2026-03-28T09:00:00")  # 23 hours ago
        assert now.shift(-24, Unit.HOURS) == utc("2026-03-28T08:00:00")

    def test_a_skipped_time_moves_on_by_the_gap(self):
        now = at("2026-03-30T02:30:00+02:00", "Europe/Berlin")
        assert now.shift(-1, Unit.DAYS) == utc("2026-03-29T01:30:00")  # 02:30 does not exist; 03:30 does

    def test_of_a_repeated_time_the_first_is_meant(self):
        now = at("2026-10-26T02:30:00+01:00", "Europe/Berlin")
        assert now.shift(-1, Unit.DAYS) == utc("2026-10-25T00:30:00")  # 02:30 summer time

    @pytest.mark.parametrize(
        ("now", "months", "then"),
        [
            ("2026-05-31T12:00:00+08:00", -1, "2026-04-30T04:00:00"),
            ("2026-03-31T12:00:00+08:00", -1, "2026-02-28T04:00:00"),
            ("2024-03-31T12:00:00+08:00", -1, "2024-02-29T04:00:00"),
            ("2024-02-29T12:00:00+08:00", -12, "2023-02-28T04:00:00"),
            ("2026-01-15T12:00:00+08:00", -1, "2025-12-15T04:00:00"),
            ("2026-12-15T12:00:00+08:00", 1, "2027-01-15T04:00:00"),
            ("2026-11-30T12:00:00+08:00", 3, "2027-02-28T04:00:00"),
        ],
    )
    def test_month_steps_stop_at_the_last_day(self, now, months, then):
        assert at(now, "Asia/Shanghai").shift(months, Unit.MONTHS) == utc(then)

    @given(st.integers(-5_000, 5_000), st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS]), st.timezone_keys())
    def test_further_back_is_never_later(self, steps, unit, zone):
        now = at("2026-03-29T01:30:00+00:00", zone)
        assert now.shift(steps, unit) <= now.shift(steps + 1, unit)


class TestDay:
    @pytest.mark.parametrize(
        ("day", "zone", "start", "hours"),
        [
            ("2026-11-11", "Asia/Shanghai", "2026-11-10T16:00:00", 24),
            ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00", 23),
            ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00", 25),
            ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00", 23),  # midnight is skipped, the day starts at 01:00
            ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00", 23),
            ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00", 0),  # skipped altogether
            ("2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00:00", 24.5),
        ],
    )
    def test_a_day_is_as_long_as_it_was(self, day, zone, start, hours):
        span = at("2026-01-01T00:00:00+00:00", zone).day(date.fromisoformat(day))
        assert span == Span(utc(start), utc(start) + timedelta(hours=hours))

    @settings(max_examples=200)
    @given(st.integers(utc("1972-01-01").toordinal(), utc("2037-01-01").toordinal()), st.timezone_keys())
    def test_a_day_starts_with_the_first_instant_of_its_date(self, number, zone):
        day, there = date.fromordinal(number), ZoneInfo(zone)
        start = at("2026-01-01T00:00:00+00:00", zone).day_start(day)
        before = start - timedelta(milliseconds=1)
        assert start.astimezone(there).date() >= day > before.astimezone(there).date()


class TestAnniversary:
    def test_leap_day_is_celebrated_on_the_28th_of_other_years(self):
        assert anniversary_days(date(2026, 2, 28), 0) == (228, 229)
        assert anniversary_days(date(2024, 2, 28), 0) == (228,)
        assert anniversary_days(date(2024, 2, 29), 0) == (229,)
        assert anniversary_days(date(2026, 3, 1), 0) == (301,)

    def test_a_window_goes_over_the_new_year(self):
        assert anniversary_days(date(2026, 12, 30), 3) == (101, 102, 1230, 1231)

    def test_a_year_ahead_is_everybody(self):
        assert len(anniversary_days(date(2026, 6, 1), 10_000)) == 366
