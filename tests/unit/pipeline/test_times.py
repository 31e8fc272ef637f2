"""Times of clients: read, corrected, and kept within reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.pipeline.times import EARLIEST_MS, MAX_AHEAD_MS, corrected_ms, format_ms, parse_date, parse_ms

NOON = 1_767_268_800_000  # 2026-01-01T12:00:00Z
_moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
_ms = st.integers(EARLIEST_MS + 10**10, 4_000_000_000_000)


@pytest.mark.parametrize(
    "text",
    ["2026-01-01T12:00:00.000Z", "2026-01-01T12:00:00Z", "2026-01-01T20:00:00+08:00", "2026-01-01 12:00:00",
     "20260101T120000Z", " 2026-01-01T12:00:00Z ", "2026/01/01 12:00:00", "1767268800", "1767268800000"],
)  # fmt: skip
def test_times_are_read_in_many_forms(text: str) -> None:
    assert parse_ms(text) == NOON


@pytest.mark.parametrize(("value", "expected"), [(1767268800, NOON), (NOON, NOON), (1767268800.5, NOON + 500)])
def test_numbers_are_seconds_or_milliseconds(value: float, expected: int) -> None:
    assert parse_ms(value) == expected


@pytest.mark.parametrize("value", [None, "", "soon", "2026-13-01", True, [], {}, float("nan"), float("inf")])
def test_what_is_no_time_is_none(value: object) -> None:
    assert parse_ms(value) is None


@given(_moments, st.integers(-14, 14))
def test_formatting_and_reading_agree_in_any_zone(moment: datetime, hours: int) -> None:
    milliseconds = parse_ms(moment.astimezone(timezone(timedelta(hours=hours))).isoformat())
    assert milliseconds is not None
    assert parse_ms(format_ms(milliseconds)) == milliseconds
    assert datetime.fromisoformat(format_ms(milliseconds)) == moment


@given(_ms, st.integers(-(10**9), 10**9), st.integers(0, 10**8), st.integers(0, 60_000))
def test_a_wrong_clock_does_not_matter(true_ms: int, clock_error: int, waited: int, travelled: int) -> None:
    """Segment's rule: only what lies between the event and its sending counts, and the way to us is not known."""
    received = true_ms + waited + travelled
    at_ms, why = corrected_ms(true_ms + clock_error, true_ms + waited + clock_error, received)
    assert (at_ms, why) == (true_ms + travelled, "")


@pytest.mark.parametrize(
    ("original", "sent", "why"),
    [
        (None, None, ""),
        (NOON + MAX_AHEAD_MS + 1, None, "in the future"),
        (0, None, "too long ago"),
        (EARLIEST_MS - 1, None, "too long ago"),
    ],
)
def test_absurd_times_fall_back_to_the_arrival(original: int | None, sent: int | None, why: str) -> None:
    assert corrected_ms(original, sent, NOON) == (NOON, why)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2026-01-31", "2026-01-31"), ("2026/01/31", "2026-01-31"), ("2026.01.31", "2026-01-31"),
     ("2026-01-31T23:00:00Z", "2026-01-31"), ("2026-02-30", None), ("x", None), (20260131, None)],
)  # fmt: skip
def test_dates(value: object, expected: str | None) -> None:
    assert parse_date(value) == expected
