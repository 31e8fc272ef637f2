"""`EmbeddedProducer`: many callers, one writer thread, group commit.

Callers put records into a queue and wait. The thread takes everything that waits, writes it with one write and one
sync, and answers all of them. So the price of a sync is shared by as many requests as arrived during the last one, and
the event loop never waits for the disk.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import NamedTuple

from tributary.core.clock import Clock
from tributary.errors import TooManyRequests, TributaryError, Unavailable
from tributary.stream.port import Position, ProducerStatus
from tributary.stream.record import MAX_PAYLOAD_BYTES
from tributary.stream.writer import PartitionWriter

logger = logging.getLogger(__name__)


class _Waiter(NamedTuple):
    payload: bytes
    future: asyncio.Future[Position] | Future[Position]
    loop: asyncio.AbstractEventLoop | None


class EmbeddedProducer:
    """Appends to one partition, which it holds until it is closed. See `port.Producer`."""

    def __init__(
        self,
        writer: PartitionWriter,
        clock: Clock,
        *,
        max_waiting: int,
        max_waiting_bytes: int,
        on_close: Callable[[EmbeddedProducer], None],
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._max_waiting = max_waiting
        self._max_waiting_bytes = max_waiting_bytes
        self._on_close = on_close
        self._condition = threading.Condition()
        self._queue: list[_Waiter] = []
        self._queue_bytes = 0
        self._in_group = 0  # records that the thread is writing; their bytes still count as waiting
        self._is_idle = False
        self._is_closed = False
        self._last_append_ms: int | None = None
        self._thread = threading.Thread(target=self._run, name=f"log-writer-{writer.number}", daemon=True)
        self._thread.start()

    async def append(self, payload: bytes) -> Position:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Position] = loop.create_future()
        self._enqueue(_Waiter(payload, future, loop))
        return await future

    def append_sync(self, payload: bytes) -> Position:
        future: Future[Position] = Future()
        self._enqueue(_Waiter(payload, future, None))
        return future.result()

    def status(self) -> ProducerStatus:
        failed = self._writer.failed
        if failed is None and self._is_closed:
            failed = "closed"
        return ProducerStatus(
            partition=self._writer.number,
            failed=failed,
            waiting=len(self._queue) + self._in_group,
            last_append_ms=self._last_append_ms,
        )

    def close(self) -> None:
        with self._condition:
            if self._is_closed:
                return
            self._is_closed = True
            self._condition.notify()
        self._thread.join()
        self._writer.close()
        self._on_close(self)

    # -- callers' side -----------------------------------------------------------------------------------------------

    def _enqueue(self, waiter: _Waiter) -> None:
        if len(waiter.payload) > MAX_PAYLOAD_BYTES:
            raise Unavailable(f"A record of {len(waiter.payload)} bytes is too large for the log.")
        with self._condition:
            if self._is_closed:
                raise Unavailable("The event log is closed.", cure="The process is stopping; send it again.")
            if (
                len(self._queue) + self._in_group >= self._max_waiting
                or self._queue_bytes + len(waiter.payload) > self._max_waiting_bytes
            ):
                raise TooManyRequests("Too much is waiting for the disk.", cure="Send it again a little later.")
            self._queue.append(waiter)
            self._queue_bytes += len(waiter.payload)
            if self._is_idle:
                self._is_idle = False
                self._condition.notify()

    # -- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while group := self._take():
            outcomes = self._write(group)
            with self._condition:
                self._in_group = 0
                self._queue_bytes -= sum(len(waiter.payload) for waiter in group)
            _answer(group, outcomes)

    def _take(self) -> list[_Waiter]:
        """Everything that waits, once something does; nothing when closed and done."""
        with self._condition:
            while not self._queue and not self._is_closed:
                self._is_idle = True
                self._condition.wait()
            self._is_idle = False
            group, self._queue = self._queue, []
            self._in_group = len(group)
            return group

    def _write(self, group: list[_Waiter]) -> list[Position] | TributaryError:
        now_ms = self._clock.now_ms()
        try:
            first = self._writer.append([waiter.payload for waiter in group], now_ms)
        except Unavailable as error:
            logger.warning("log append refused: %s", error.message)
            return error
        except Exception as error:  # the thread must answer whatever happens, or callers would wait for ever
            self._writer.failed = f"unexpected {type(error).__name__}"
            logger.exception("log writer failed")
            return Unavailable("The event log is out of order.", cure="Restart the collector and report this.")
        self._last_append_ms = now_ms
        return [Position(self._writer.number, first + index) for index in range(len(group))]


def _answer(group: list[_Waiter], outcomes: list[Position] | TributaryError) -> None:
    """Hand the outcomes to their callers; one wake-up per event loop, not per record."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Position], Position | TributaryError]]] = {}
    for index, waiter in enumerate(group):
        outcome = outcomes[index] if isinstance(outcomes, list) else _copy(outcomes)
        if isinstance(waiter.future, Future):
            if isinstance(outcome, TributaryError):
                waiter.future.set_exception(outcome)
            else:
                waiter.future.set_result(outcome)
        elif waiter.loop is not None:
            by_loop.setdefault(waiter.loop, []).append((waiter.future, outcome))
    for loop, settled in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, settled)
        except RuntimeError:  # the loop ended while its requests were being written; nobody is left to tell
            logger.debug("an event loop closed before its appends were answered")


def _settle(settled: list[tuple[asyncio.Future[Position], Position | TributaryError]]) -> None:
    for future, outcome in settled:
        if future.done():  # its caller went away
            continue
        if isinstance(outcome, TributaryError):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _copy(error: TributaryError) -> TributaryError:
    """Each caller raises its own instance: one that several raise at once collects all their tracebacks."""
    return type(error)(error.message, cure=error.cure, **error.attrs)
