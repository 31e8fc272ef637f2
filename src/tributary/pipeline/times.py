"""Reading the times that clients send, and correcting them for clocks that are wrong.

The rule is Segment's: `timestamp = received_at - (sent_at - original_timestamp)`. The difference between the two client
times is free of the client's clock error; the server's own clock says when the event arrived.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
EARLIEST_MS = 631_152_000_000  # 1990-01-01: customers import old orders, but nothing from before
MAX_AHEAD_MS = 86_400_000  # a corrected time more than a day ahead of its arrival is a broken clock
_SECONDS_BELOW = 100_000_000_000  # a plain number below this counts seconds (until 5138), above it milliseconds


def parse_ms(value: Any) -> int | None:
    """Unix milliseconds of an ISO 8601 text (UTC if it names no zone) or of a number, or None if it is neither."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return _parse_odd(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // _MILLISECOND
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value * 1000) if abs(value) < _SECONDS_BELOW else int(value)


def _parse_odd(text: str) -> int | None:
    """Blanks around it, slashes, and numbers as text."""
    text = text.strip()
    if text.isdecimal() and 9 <= len(text) <= 14:
        return parse_ms(int(text))
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND


def corrected_ms(original_ms: int | None, sent_ms: int | None, received_ms: int) -> tuple[int, str]:
    """When it happened, Unix milliseconds, and why that is not what the client said ('' if it is)."""
    if original_ms is None:
        return received_ms, ""
    at_ms = original_ms if sent_ms is None else received_ms - (sent_ms - original_ms)
    if at_ms > received_ms + MAX_AHEAD_MS:
        return received_ms, "in the future"
    if at_ms < EARLIEST_MS:
        return received_ms, "too long ago"
    return at_ms, ""


def format_ms(milliseconds: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`, the form in which datetimes are kept inside JSON."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def parse_date(value: Any) -> str | None:
    """`YYYY-MM-DD` of a date or the date part of a datetime as it is written, or None."""
    if not isinstance(value, str):
        return None
    text = value.strip().replace("/", "-").replace(".", "-", 2)
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None
