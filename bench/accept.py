"""Durable accept: how many events a second the collector answers 200 for, beside a server that does nothing.

Both servers are Granian with the same interface, in their own process; the load comes from another process.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import Figure
from tributary.collector import SourceEntry, serve_collector, write_snapshot
from tributary.settings import CollectorSettings, Settings

WRITE_KEY = "bench-write-key"
CONNECTIONS = 64
SECONDS = 6.0
ROUNDS = 3
ID, PERSON = "@" * 12, "#" * 12  # the load generator puts ids in their places


def event() -> dict[str, object]:
    """A track event of about 500 bytes, like those of the real SDKs."""
    return {
        "type": "track",
        "messageId": f"ajs-next-{ID}",
        "anonymousId": f"8f2d61f0-{PERSON}",
        "event": "Product Viewed",
        "timestamp": "2026-11-23T10:00:00.000Z",
        "properties": {
            "product_id": "SKU-1042",
            "name": "白色连衣裙",
            "category": "女装",
            "price": 299.0,
            "currency": "CNY",
        },
        "context": {
            "library": {"name": "analytics.js", "version": "npm:next-1.84.3"},
            "page": {"path": "/p/1042", "url": "https://shop.example/p/1042", "title": "White dress"},
            "locale": "zh-CN",
        },
    }


def body_of(size: int) -> dict[str, object]:
    """The JSON body of a request with `size` events."""
    content = event() if size == 1 else {"batch": [event() for _ in range(size)]}
    return {"writeKey": WRITE_KEY, **content}


def request(path: str, body: dict[str, object], port: int) -> bytes:
    """The raw bytes of one POST."""
    payload = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")


def serve_nothing(port: int) -> None:
    """The same web server with the same interface, reading the body and answering 200."""
    import uvloop
    from granian.constants import Interfaces
    from granian.server.embed import Server

    class Nothing:
        async def __rsgi__(self, _scope: object, protocol: object) -> None:
            await protocol()  # type: ignore[operator]
            protocol.response_bytes(200, [("content-type", "application/json")], b'{"success":true}')  # type: ignore[attr-defined]

    async def run() -> None:
        server = Server(Nothing(), address="127.0.0.1", port=port, interface=Interfaces.RSGI, log_enabled=False)
        await server.serve()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


@contextmanager
def running(target: Callable[..., None], *arguments: object, port: int) -> Iterator[None]:
    """A server in its own process, ended afterwards."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.join(10)
        if process.is_alive():
            process.kill()


def load(port: int, template: bytes, seconds: float = SECONDS, connections: int = CONNECTIONS) -> dict[str, float]:
    """Load the server from another process."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(template)
        command = [
            sys.executable,
            "-m",
            "bench.load",
            "127.0.0.1",
            str(port),
            str(seconds),
            str(connections),
            file.name,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    if figures["others"]:
        raise RuntimeError(f"{figures['others']} answers were not 200")
    return figures


def collector_settings(folder: Path) -> Settings:
    """Settings of a collector on a free port that knows one write key."""
    settings = Settings(data_dir=folder, collector=CollectorSettings(port=free_port()))
    entry = SourceEntry(
        id="src_bench", workspace_id=1, write_key=WRITE_KEY, name="bench", kind="server", is_enabled=True,
        allowed_origins=[],
    )  # fmt: skip
    write_snapshot(settings.source_snapshot, [entry])
    return settings


def measure(seconds: float = SECONDS, rounds: int = ROUNDS) -> list[Figure]:
    """Alternate between the two servers, so that a noisy neighbour meets both; medians."""
    cases = {"1 event": ("/v1/track", 1), "100 events": ("/v1/batch", 100)}
    results: dict[tuple[str, str], list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = collector_settings(Path(folder))
        nothing = free_port()
        with (
            running(serve_collector, settings, port=settings.collector.port),
            running(serve_nothing, nothing, port=nothing),
        ):
            for _ in range(rounds):
                for name, (path, size) in cases.items():
                    body = body_of(size)
                    for server, port in (("nothing", nothing), ("durable", settings.collector.port)):
                        figures = load(port, request(path, body, port), seconds)
                        results.setdefault((name, server), []).append(figures)
    out = []
    for name, (_, size) in cases.items():
        durable, nothing_ = (
            sorted(results[name, server], key=lambda f: f["requests_per_second"])[rounds // 2]
            for server in ("durable", "nothing")
        )
        rate = durable["requests_per_second"] * size
        limit = nothing_["requests_per_second"] * size
        aim = "≥ 7,000/s and ≥ 0.60 of the limit" if size == 1 else "≥ 100,000/s"
        met = rate >= 7000 and rate / limit >= 0.6 if size == 1 else rate >= 100_000
        out.append(
            Figure(
                f"accept, {name} a request",
                f"{rate:,.0f} events/s, p99 {durable['p99_ms']:.0f} ms",
                f"server doing nothing: {limit:,.0f} events/s (ratio {rate / limit:.2f})",
                aim,
                met,
            )
        )
    return out
