"""encode_param refuses what would not arrive as it is. What does arrive is proved in the contract suite."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tributary.errors import BugError
from tributary.warehouse.params import encode_param


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (None, "String"),
        (5, "String"),
        ("5", "UInt8"),
        (True, "UInt8"),
        (256, "UInt8"),
        (-1, "UInt64"),
        (2**63, "Int64"),
        (1, "Bool"),
        (True, "Float64"),
        ("x", "Float64"),
        ("a", "Array(String)"),
        ([1], "Array(String)"),
        ([None], "Array(String)"),
        (datetime(2026, 1, 1), "DateTime64(3, 'UTC')"),  # noqa: DTZ001 (naive on purpose)
        (date(2026, 1, 1), "DateTime64(3, 'UTC')"),
        (datetime(2026, 1, 1, tzinfo=UTC), "Date"),
        ("events", "Identifier"),
        ({"a": 1}, "Map(String, UInt8)"),
        (datetime(2026, 1, 1, tzinfo=UTC), "DateTime64(3, 'Asia/Shanghai')"),
        ("\ud800", "String"),
    ],
)
def test_values_that_do_not_fit_their_type_are_refused(value, type_):
    with pytest.raises(BugError):
        encode_param(value, type_)


def test_the_error_does_not_quote_the_value():
    with pytest.raises(BugError) as caught:
        encode_param("13800138000", "UInt64")
    assert "138" not in str(caught.value)


def test_times_are_sent_in_utc_and_cut_to_their_precision():
    moment = datetime(2026, 1, 1, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    assert str(encode_param(moment, "DateTime64(3, 'UTC')")) == "2026-01-01 00:00:00.123"
    assert str(encode_param(moment, "DateTime64(6, 'UTC')")) == "2026-01-01 00:00:00.123456"
    assert str(encode_param(moment, "DateTime('UTC')")) == "2026-01-01 00:00:00"
    assert str(encode_param([moment], "Array(DateTime64(0, 'UTC'))")) == "['2026-01-01 00:00:00']"
