"""How fast a sender process may hand messages over."""

from __future__ import annotations

import threading

from tributary.core.clock import Clock


class TokenBucket:
    """Lets `rate` messages a second through, and after a quiet time up to one second's worth at once."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate, self._clock = rate, clock
        self._burst = max(1.0, rate)
        self._tokens = self._burst
        self._at = clock.now()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Reserve one message; how many seconds to wait before sending it. Reservations are served in order."""
        with self._lock:
            now = self._clock.now()
            passed = max(0.0, (now - self._at).total_seconds())  # a clock set back must not stop the sending
            self._tokens = min(self._burst, self._tokens + passed * self._rate)
            self._at = now
            self._tokens -= 1.0
            return max(0.0, -self._tokens / self._rate)
