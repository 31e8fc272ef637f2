"""An HTTP load generator: keep-alive connections that send one prepared request after another.

Run as its own process, so that it takes the other core: `python -m bench.load HOST PORT SECONDS CONNECTIONS FILE`.
FILE holds the raw bytes of one request; in it each `@@@@@@@@@@@@` becomes a fresh id of the same length and each
`############` the id of one of 50,000 people. Prints one
line of JSON: requests answered 200, others, and latency quantiles in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from pathlib import Path
from typing import cast

import uvloop

FRESH = b"@@@@@@@@@@@@"
PERSON = b"############"
PEOPLE = 50_000


class Connection(asyncio.Protocol):
    """Sends a request whenever the previous answer has come in full."""

    def __init__(self, template: bytes, results: Results) -> None:
        self._pieces = re.split(b"(%s|%s)" % (FRESH, PERSON), template)
        self._results = results
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its base class
        self._send()

    def _send(self) -> None:
        results = self._results
        assert self._transport is not None
        if time.perf_counter() >= results.deadline:
            self._transport.close()
            return
        out = list(self._pieces)
        for index in range(1, len(out), 2):
            results.counter += 1
            out[index] = b"%012x" % (results.counter if out[index] == FRESH else int(random.random() * PEOPLE))
        self._sent_at = time.perf_counter()
        self._transport.write(b"".join(out))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data
        head_end = buffer.find(b"\r\n\r\n")
        if head_end < 0:
            self._buffer = buffer
            return
        head = buffer[:head_end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(buffer) < head_end + 4 + length:
            self._buffer = buffer
            return
        self._buffer = b""
        self._results.record(head[9:12], time.perf_counter() - self._sent_at)
        self._send()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._results.closed()


class Results:
    """What came back, until the deadline."""

    def __init__(self, seconds: float, connections: int, first_id: int) -> None:
        self.deadline = time.perf_counter() + seconds
        self.counter = first_id
        self.latencies: list[float] = []
        self.others = 0
        self.open = connections
        self.done = asyncio.Event()

    def record(self, status: bytes, seconds: float) -> None:
        if status == b"200":
            self.latencies.append(seconds)
        else:
            self.others += 1

    def closed(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.done.set()


async def run(host: str, port: int, seconds: float, connections: int, template: bytes) -> dict[str, float]:
    """Load the server and return the figures."""
    results = Results(seconds, connections, first_id=time.time_ns() & 0xFFFF_FFFF_FFFF & ~0xFFFFFF)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(template, results), host, port)
    await asyncio.wait_for(results.done.wait(), seconds + 30)
    took = time.perf_counter() - started
    ordered = sorted(results.latencies) or [0.0]
    return {
        "requests_per_second": len(results.latencies) / took,
        "answered": len(results.latencies),
        "others": results.others,
        "p50_ms": 1000 * ordered[len(ordered) // 2],
        "p99_ms": 1000 * ordered[int(len(ordered) * 0.99)],
    }


def main() -> None:
    """Parse the arguments, run, print."""
    host, port, seconds, connections, file = sys.argv[1:6]
    figures = uvloop.run(run(host, int(port), float(seconds), int(connections), Path(file).read_bytes()))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
