"""Long questions of people who may leave: a few at a time, and none for somebody who is gone.

A route in a thread learns nothing of a browser that closed the connection. So the question runs in a thread while the
route itself waits beside it, looks now and then whether the caller is still there, and stops the question if not.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from tributary.access import Principal
from tributary.api.context import get_context
from tributary.errors import TooManyRequests
from tributary.warehouse import Stop

_T = TypeVar("_T")

_AT_ONCE: Final = 3  # of the warehouse's four readers: one is left for everybody else
_WAITING: Final = 30  # beyond that nobody would get an answer while they wait
_LOOK_SECONDS: Final = 0.1


class _Line:
    """Those who are being answered and those who wait."""

    def __init__(self) -> None:
        self.limiter = CapacityLimiter(_AT_ONCE)
        self.length = 0
        self.asked: dict[str, set[Stop]] = {}  # by whom


# One per event loop, which there is one of in a process; tests have one each.
_lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()


async def while_connected(request: Request, caller: Principal, stop: Stop, work: Callable[[], _T]) -> _T:
    """The answer of `work`, run in a thread; `stop` is what its questions are asked with.

    One caller may have `app.estimates_at_once` of them, running and waiting, so that one with many tabs or a script
    leaves room for others.

    Raises:
        Cancelled: `stop` was used: by the caller's next request, or because the caller hung up.
        TooManyRequests: too many others wait, or too many questions of this caller.
    """
    most = get_context(request).settings.app.estimates_at_once
    line = _lines.setdefault(asyncio.get_running_loop(), _Line())
    if line.length >= _AT_ONCE + _WAITING:
        raise TooManyRequests("Too many others are counting now.", cure="Try again in a moment.")
    mine = line.asked.setdefault(caller.actor_id, set())
    if sum(not each.is_stopped for each in mine) >= most:
        raise TooManyRequests(
            f"You are counting {most} rules already.", cure="Wait until one of them is done, or close another editor."
        )
    begun = threading.Event()

    def begin() -> _T:
        begun.set()
        stop.check()
        return work()

    line.length += 1
    mine.add(stop)
    task = asyncio.ensure_future(to_thread.run_sync(begin, limiter=line.limiter))
    try:
        while not (await asyncio.wait({task}, timeout=_LOOK_SECONDS))[0]:
            if not stop.is_stopped and await request.is_disconnected():
                await to_thread.run_sync(stop.stop)
            if stop.is_stopped and not begun.is_set():
                stop.check()
        return task.result()
    finally:
        line.length -= 1
        mine.discard(stop)
        if not mine and line.asked.get(caller.actor_id) is mine:
            del line.asked[caller.actor_id]
        if not task.done():  # it was stopped before it began, or the server is stopping us
            task.cancel()
            await to_thread.run_sync(stop.stop)
