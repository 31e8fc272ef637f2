"""Runs the collector on Granian: the RSGI adapter, one serving process, and the supervisor of several.

Granian's RSGI was a fifth faster than its ASGI for single events on the machine where this was decided.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from multiprocessing.context import SpawnProcess
from typing import Any

import uvloop
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from tributary.collector.app import Collector, Request
from tributary.collector.appender import Appender
from tributary.collector.body import too_large
from tributary.collector.directory import SourceDirectory
from tributary.core.clock import Clock, SystemClock
from tributary.errors import Unavailable
from tributary.settings import Settings
from tributary.stream import open_log

logger = logging.getLogger(__name__)

# Requests over the limit are read to their end up to this, because a client that is cut off while it still writes sees
# a broken connection in place of the answer.
_DRAIN_BYTES = 16 * 1024 * 1024
_BACKLOG = 1024
_CONNECTIONS = 4096
# The writer thread has to wait for the interpreter after each disk call; the default of 5 ms would be most of its time.
_SWITCH_INTERVAL_SECONDS = 0.0005
_RESTART_PAUSE_SECONDS = 1.0


def build_collector(settings: Settings, clock: Clock | None = None) -> Collector:
    """The collector of these settings, with its event log. Nothing is opened before the first request."""
    clock = clock or SystemClock()
    log = open_log(settings.stream_dir, settings.stream, clock)
    return Collector(
        settings.collector,
        SourceDirectory(settings.source_snapshot, clock),
        Appender(log, clock, max_waiting=settings.collector.max_waiting),
        clock,
        data_dir=settings.data_dir,
    )


class CollectorServer:
    """One collector on one port, inside a running event loop."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._settings = settings
        self.collector = build_collector(settings, clock)
        self._server = Server(
            _Rsgi(self.collector),
            address=settings.collector.host,
            port=settings.collector.port,
            interface=Interfaces.RSGI,
            backlog=_BACKLOG,
            backpressure=_CONNECTIONS,
            websockets=False,
            log_enabled=False,
            log_access=False,
            http1_settings=HTTP1Settings(header_read_timeout=15_000),
        )

    async def run(self) -> None:
        """Serve until `stop`, then finish the requests that are under way."""
        try:
            await self.collector.open()
            await self._server.serve()
        finally:
            await self.collector.close()

    def stop(self) -> None:
        """Take no more connections, and let `run` come to its end. Call it in the loop's thread."""
        self._server.stop()  # type: ignore[no-untyped-call]


def serve_collector(settings: Settings, *, parent: int | None = None) -> None:
    """Collect events on `settings.collector.host` and `.port` until SIGTERM or SIGINT; then finish and return.

    With `collector.processes` above one, this process supervises that many, which share the port and write one log
    partition each. `parent` is the process id of a supervisor without which it should end as well.

    Raises:
        Unavailable: the port is taken.
    """
    check_port(settings.collector.host, settings.collector.port)
    if settings.collector.processes == 1:
        _serve_one(settings, parent)
    else:
        _supervise(settings, parent)


def check_port(host: str, port: int) -> None:
    """Refuse a port on which somebody listens. Sharing is switched on, so the system would let a stranger in.

    Raises:
        Unavailable: the port is taken, or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
            raise Unavailable(
                f"Port {port} of {host} {reason}.", cure="Stop the other program or set TRIBUTARY_COLLECTOR__PORT."
            ) from error


def _serve_one(settings: Settings, parent: int | None) -> None:
    sys.setswitchinterval(_SWITCH_INTERVAL_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve_until_signal(settings, parent))


async def _serve_until_signal(settings: Settings, parent: int | None) -> None:
    server = CollectorServer(settings)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, server.stop)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # who ignores Ctrl-C has somebody who ends it
        loop.add_signal_handler(signal.SIGINT, server.stop)
    watch = None if parent is None else asyncio.create_task(_stop_with(parent, server))
    logger.info("collector listens on http://%s:%d", settings.collector.host, settings.collector.port)
    try:
        await server.run()
    finally:
        if watch is not None:
            watch.cancel()
    logger.info("collector stopped")


async def _stop_with(parent: int, server: CollectorServer) -> None:
    """End when the supervisor has died without being able to say so."""
    while os.getppid() == parent:  # noqa: ASYNC110  the system has no event for this
        await asyncio.sleep(1)
    server.stop()


def _supervise(settings: Settings, parent: int | None) -> None:
    """Keep the wanted number of serving processes alive until a signal, or until `parent` has died."""
    context = multiprocessing.get_context("spawn")  # a fork would copy locks and threads
    stopping = threading.Event()
    numbers = [number for number in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, lambda *_: stopping.set()) for number in numbers}
    processes: list[SpawnProcess] = []
    try:
        while not stopping.is_set() and (parent is None or os.getppid() == parent):
            processes = [process for process in processes if process.is_alive()]
            while len(processes) < settings.collector.processes:
                process = context.Process(target=_serve_one, args=(settings, os.getpid()), name="collector")
                process.start()
                processes.append(process)
            stopping.wait(_RESTART_PAUSE_SECONDS)
    finally:
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + 30
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
        for number, handler in previous.items():
            signal.signal(number, handler)


class _Rsgi:
    """Granian's calls, as requests to the collector."""

    def __init__(self, collector: Collector) -> None:
        self._handle = collector.handle

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        headers = scope.headers

        async def body(limit: int) -> bytes:
            declared = headers.get("content-length")
            if declared is not None and declared.isdigit() and int(declared) <= limit:
                data: bytes = await protocol()
                return data
            return await _read_limited(protocol, limit)

        peer = scope.client.rpartition(":")[0].strip("[]")
        request = Request(scope.method, scope.path, scope.query_string, scope.scheme, peer, headers.get, body)
        answer = await self._handle(request)
        with contextlib.suppress(Exception):  # the client is gone; what it sent is stored all the same
            protocol.response_bytes(answer.status, answer.headers, answer.body)


async def _read_limited(protocol: Any, limit: int) -> bytes:
    """A body of unknown or too large size."""
    pieces: list[bytes] = []
    size = 0
    async for piece in protocol:
        size += len(piece)
        if size <= limit:
            pieces.append(piece)
        elif size > _DRAIN_BYTES:
            break
    if size > limit:
        raise too_large(limit)
    return b"".join(pieces)
