"""When a repeated computation is due next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.core.cadence import next_due

moments = st.timedeltas(timedelta(0), timedelta(days=15_000)).map(
    lambda since: datetime(2000, 1, 1, tzinfo=UTC) + since
)
zones = st.sampled_from(
    ["UTC", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu", "Asia/Beirut"]
)


@given(moments, zones)
def test_daily_is_due_at_the_first_moment_of_the_next_local_day(after: datetime, zone: str):
    due = next_due("daily", after, zone)

    assert due is not None
    assert after < due <= after + timedelta(hours=25)
    local = ZoneInfo(zone)
    assert due.astimezone(local).date() == after.astimezone(local).date() + timedelta(days=1)
    assert (due - timedelta(microseconds=1)).astimezone(local).date() == after.astimezone(local).date()


@given(moments, zones)
def test_hourly_is_due_on_the_next_full_hour(after: datetime, zone: str):
    due = next_due("hourly", after, zone)

    assert due is not None
    assert timedelta(0) < due - after <= timedelta(hours=1)
    assert (due.minute, due.second, due.microsecond) == (0, 0, 0)


def test_manual_is_never_due():
    assert next_due("manual", datetime(2026, 1, 1, tzinfo=UTC), "UTC") is None


@pytest.mark.parametrize(
    ("zone", "due"),
    [("Asia/Shanghai", datetime(2026, 1, 2, 16, tzinfo=UTC)), ("UTC", datetime(2026, 1, 3, tzinfo=UTC))],
)
def test_daily_follows_the_zone(zone: str, due: datetime):
    assert next_due("daily", datetime(2026, 1, 2, 12, tzinfo=UTC), zone) == due
