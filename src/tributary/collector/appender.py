"""The collector's hold on the event log: opens it, and opens it again after it has failed."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from tributary.core.clock import Clock
from tributary.core.envelope import EVENTS_TOPIC
from tributary.errors import TributaryError, Unavailable
from tributary.stream import EventLog, Producer, ProducerStatus

logger = logging.getLogger(__name__)

_REOPEN_EVERY_MS = 5_000


class Appender:
    """Appends to the events topic while the log works, and raises `Unavailable` while it does not.

    A failed producer (a disk error) is closed and a new one opened, at most every five seconds and only when somebody
    asks, so that a disk that came back is used without a restart.
    """

    def __init__(self, log: EventLog, clock: Clock, *, max_waiting: int) -> None:
        self._log = log
        self._clock = clock
        self._max_waiting = max_waiting
        self._producer: Producer | None = None
        self._tried_ms = 0
        self._opening: asyncio.Task[None] | None = None
        self._problem = "not opened yet"
        self._is_closed = False

    async def append(self, payload: bytes) -> None:
        """Return once `payload` is durable. Raises `Unavailable` or `TooManyRequests`."""
        producer = self._producer
        if producer is None:
            await self.ensure_open()
            producer = self._producer
            if producer is None:
                raise Unavailable(f"The event log cannot be opened: {self._problem}", cure="Send it again later.")
        try:
            await producer.append(payload)
        except Unavailable:
            if producer is self._producer and producer.status().failed is not None and not self._is_closed:
                self._producer = None
                await asyncio.to_thread(producer.close)
            raise

    async def ensure_open(self) -> None:
        """Open the log if it is not, unless that was tried a moment ago."""
        if self._producer is not None or self._is_closed:
            return
        if self._opening is None:
            now_ms = self._clock.now_ms()
            if 0 <= now_ms - self._tried_ms < _REOPEN_EVERY_MS:
                return
            self._tried_ms = now_ms
            self._opening = asyncio.get_running_loop().create_task(self._open())
        await asyncio.shield(self._opening)

    def status(self) -> ProducerStatus | None:
        """State of the producer; None while there is none."""
        return None if self._producer is None else self._producer.status()

    @property
    def problem(self) -> str | None:
        """Why nothing can be appended, or None."""
        status = self.status()
        return self._problem if status is None else status.failed

    async def close(self) -> None:
        """Write what is waiting and let go."""
        self._is_closed = True
        if self._opening is not None:
            with contextlib.suppress(TributaryError):
                await self._opening
        if self._producer is not None:
            await asyncio.to_thread(self._producer.close)

    async def _open(self) -> None:
        try:
            self._producer = await asyncio.to_thread(self._log.producer, EVENTS_TOPIC, max_waiting=self._max_waiting)
            logger.info("event log opened, partition %d", self._producer.status().partition)
        except TributaryError as error:
            self._problem = error.message
            logger.warning("event log cannot be opened: %s", error.message)
        finally:
            self._opening = None
