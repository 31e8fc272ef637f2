"""Stopping questions that nobody waits for any more.

A question that can be stopped carries a mark in its `log_comment`, the one thing that the embedded engine and a server
both show of a running query. Stopping it sets a flag, for a question that has not reached the engine yet, and kills by
the mark, for one that has; between the two, the kill is repeated until the question has ended.

Questions with a common slot are one at a time: the next one stops the last. A slot is a mark too, so a question that
another process of a cluster runs is stopped as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from xxhash import xxh3_128_hexdigest

from tributary.errors import Cancelled

_AGAIN_SECONDS: Final = 0.05  # between two kills; the first one nearly always finds the question
_LONGEST_SECONDS: Final = 1.0  # after which no further kill is begun


class Stop:
    """The questions of one request: whoever holds this can stop them from another thread."""

    def __init__(
        self, slot: str | None, kill: Callable[[str], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`monotonic` tells seconds."""
        self._kill = kill
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._ended.set()
        self._is_stopped = False
        self.mark = f"{slot_mark(slot) if slot else 'question'}:{uuid4().hex}"

    @property
    def is_stopped(self) -> bool:
        """Whether somebody has stopped it; what is asked after that is refused."""
        return self._is_stopped

    def stop(self) -> None:
        """Stop what runs, and what is asked later. Returns when it has ended, or after a second, when the kill that is
        under way has been answered.

        An engine that cannot be told so ends it at the budget of the question.
        """
        with self._lock:
            self._is_stopped = True
        deadline = self._monotonic() + _LONGEST_SECONDS
        while not self._ended.is_set() and self._monotonic() < deadline:
            self._kill(self.mark)
            self._ended.wait(_AGAIN_SECONDS)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around one question, from when it has a connection until it has ended.

        Raises:
            Cancelled: it was stopped.
        """
        with self._lock:
            self.check()
            self._ended.clear()
        try:
            yield
        finally:
            self._ended.set()

    def check(self) -> None:
        """Raise `Cancelled` if it was stopped."""
        if self._is_stopped:
            raise cancelled()


class Slots:
    """The questions of this process that have a slot, at most one each."""

    def __init__(self, kill: Callable[[str], None], *, is_shared: bool) -> None:
        """`is_shared`: other processes ask the same engine."""
        self._kill = kill
        self._is_shared = is_shared
        self._lock = threading.Lock()
        self._running: dict[str, Stop] = {}

    @contextmanager
    def take(self, slot: str | None) -> Iterator[Stop]:
        """A slot of one's own, after whoever had it was stopped; without a name, one that nobody else can take."""
        stop = Stop(slot, self._kill)
        if slot is None:
            yield stop
            return
        with self._lock:
            earlier = self._running.get(slot)
            self._running[slot] = stop
        try:
            if earlier is not None:
                earlier.stop()
            elif self._is_shared:
                self._kill(slot_mark(slot))
            yield stop
        finally:
            with self._lock:
                if self._running.get(slot) is stop:
                    del self._running[slot]

    def stop(self, slot: str) -> None:
        """Stop what runs in a slot, here or in another process; nothing is fine too."""
        with self._lock:
            running = self._running.get(slot)
        if running is not None:
            running.stop()
        elif self._is_shared:
            self._kill(slot_mark(slot))

    def __len__(self) -> int:
        return len(self._running)


def slot_mark(slot: str) -> str:
    """What every question of a slot carries. A hash: names may hold anything, and the engine's log shows marks."""
    return f"slot-{xxh3_128_hexdigest(slot.encode())}"


def cancelled() -> Cancelled:
    """What a stopped question answers."""
    return Cancelled("The question was stopped, because it was not needed any more.", cure="Ask again if it is.")
