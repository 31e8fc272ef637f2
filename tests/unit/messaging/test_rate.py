"""How fast messages go out, and how long a failed one waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.core.clock import ManualClock
from tributary.messaging.outbox import MAX_ATTEMPTS, backoff
from tributary.messaging.rate import TokenBucket


@given(rate=st.floats(0.5, 200), gaps=st.lists(st.floats(0, 3), max_size=60))
def test_no_second_sees_more_than_the_rate_and_the_burst(rate, gaps):
    clock = ManualClock()
    bucket, start, times = TokenBucket(rate, clock), clock.now(), []
    for gap in gaps:
        clock.advance(gap)
        times.append((clock.now() - start).total_seconds() + bucket.take())
    assert times == sorted(times)
    for index, first in enumerate(times):
        for later in range(index + 1, len(times)):
            allowed = max(1.0, rate) + (times[later] - first) * rate
            assert later - index + 1 <= allowed + 1 + 1e-3


def test_a_clock_that_is_set_back_stops_nothing():
    clock = ManualClock()
    bucket = TokenBucket(1, clock)
    assert bucket.take() == 0
    clock.advance(timedelta(hours=-1))
    assert bucket.take() == pytest.approx(1.0)


def test_pauses_grow_to_hours_and_never_vanish():
    pauses = [backoff(attempt, lambda: 0.5) for attempt in range(1, MAX_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(minutes=1), timedelta(minutes=64))
    assert backoff(30, lambda: 0.0) == timedelta(hours=1.5)
    assert backoff(30, lambda: 1.0) == timedelta(hours=2.5)
