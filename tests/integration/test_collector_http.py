"""The collector behind its real web server."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fixtures.collector import (
    SOURCE,
    WRITE_KEY,
    RunningCollector,
    collector_settings,
    read_envelopes,
    start_collector_process,
    wait_until_live,
)
from tributary.collector import serve_collector, write_snapshot
from tributary.errors import Unavailable

EVENT = {"type": "track", "event": "Clicked", "userId": "u1", "messageId": "m1"}
BATCH = json.dumps({"batch": [EVENT], "writeKey": WRITE_KEY}).encode()


def pieces(body: bytes, size: int = 1000) -> Iterator[bytes]:
    """A body in pieces, which makes the client send it without its length."""
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_json_is_read_whatever_the_content_type_says(collector: RunningCollector, content_type: str) -> None:
    answer = httpx.post(f"{collector.url}/v1/b", content=BATCH, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert collector.envelopes()[0].events == [json.dumps(EVENT).encode()]


def test_gzip_with_and_without_a_length(collector: RunningCollector) -> None:
    headers = {"content-encoding": "gzip"}
    for content in (gzip.compress(BATCH), pieces(gzip.compress(BATCH), 10)):
        assert httpx.post(f"{collector.url}/v1/batch", content=content, headers=headers).status_code == 200
    assert len(collector.envelopes()) == 2


def test_a_bomb_and_too_large_bodies_are_400_and_the_connection_lives_on(collector: RunningCollector) -> None:
    large = b'{"batch":["' + b"x" * 600_000 + b'"]}'
    bomb = gzip.compress(bytes(100_000_000))
    with httpx.Client(base_url=collector.url, auth=(WRITE_KEY, "")) as client:
        for content, headers in ((large, {}), (pieces(large), {}), (bomb, {"content-encoding": "gzip"})):
            answer = client.post("/v1/batch", content=content, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert client.post("/v1/batch", content=BATCH).status_code == 200


def test_a_batch_just_under_the_limit_is_taken(collector: RunningCollector) -> None:
    events = [{**EVENT, "filling": "x" * 30_000} for _ in range(16)]
    answer = httpx.post(f"{collector.url}/v1/batch", json={"batch": events}, auth=(WRITE_KEY, ""))
    assert answer.status_code == 200
    assert len(collector.envelopes()[0].events) == 16


def test_the_peers_address_and_program_are_kept(collector: RunningCollector) -> None:
    httpx.post(f"{collector.url}/v1/b", content=BATCH, headers={"user-agent": "Test/1"})
    (envelope,) = collector.envelopes()
    assert (envelope.ip, envelope.user_agent) == ("127.0.0.1", "Test/1")


def test_preflight_and_answer_over_the_wire(collector: RunningCollector) -> None:
    origin = {"origin": "https://shop.example"}
    asked = {**origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    permission = httpx.options(f"{collector.url}/v1/t", headers=asked)
    assert permission.status_code == 204
    assert permission.headers["access-control-allow-headers"] == "authorization"
    answer = httpx.post(f"{collector.url}/v1/b", content=BATCH, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_a_client_that_goes_away_in_mid_request_disturbs_nobody(collector: RunningCollector) -> None:
    def broken() -> Iterator[bytes]:
        yield BATCH[:10]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        httpx.post(f"{collector.url}/v1/b", content=broken())
    assert httpx.post(f"{collector.url}/v1/b", content=BATCH).status_code == 200
    assert len(collector.envelopes()) == 1


def test_a_taken_port_is_refused_with_its_cure(collector: RunningCollector) -> None:
    with pytest.raises(Unavailable, match="is taken"):
        serve_collector(collector.settings)


@pytest.mark.slow
class TestSeveralProcesses:
    @pytest.fixture
    def running(self, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], RunningCollector]]:
        settings = collector_settings(tmp_path, processes=2)
        write_snapshot(settings.source_snapshot, [SOURCE])
        process = start_collector_process(settings)
        try:
            wait_until_live(settings.collector_url, process)
            yield process, RunningCollector(settings, process=process)
        finally:
            process.terminate()
            process.wait(30)

    def partitions(self, collector: RunningCollector, wanted: int) -> dict[int, int]:
        """Log partitions that answer at the port, each with how many events it has taken."""
        found: dict[int, int] = {}
        deadline = time.monotonic() + 20
        while len(found) < wanted and time.monotonic() < deadline:
            try:
                ready = httpx.get(f"{collector.url}/ready", timeout=2).json()
            except httpx.TransportError:
                continue
            if ready["log"]["partition"] is not None:
                found[ready["log"]["partition"]] = ready["counts"].get("accepted.events", 0)
        return found

    def test_they_share_the_port_and_write_a_partition_each(
        self, running: tuple[subprocess.Popen[bytes], RunningCollector]
    ) -> None:
        _, collector = running
        assert set(self.partitions(collector, 2)) == {0, 1}
        for _ in range(60):
            assert httpx.post(f"{collector.url}/v1/b", content=BATCH).status_code == 200
        assert len(read_envelopes(collector.settings)) == 60

    def test_one_that_dies_is_replaced(self, running: tuple[subprocess.Popen[bytes], RunningCollector]) -> None:
        process, collector = running
        self.partitions(collector, 2)
        victim, *_ = children(process.pid)
        os.kill(victim, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (victim in children(process.pid) or len(children(process.pid)) < 2):
            time.sleep(0.05)
        assert set(self.partitions(collector, 2)) == {0, 1}

    def test_they_end_when_their_supervisor_is_killed(
        self, running: tuple[subprocess.Popen[bytes], RunningCollector]
    ) -> None:
        process, collector = running
        self.partitions(collector, 2)
        orphans = children(process.pid)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and any(Path(f"/proc/{pid}").exists() for pid in orphans):
            time.sleep(0.05)
        assert not any(Path(f"/proc/{pid}").exists() for pid in orphans)


def children(pid: int) -> list[int]:
    """The collecting processes under a supervisor."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    pids = [child for task in tasks for child in (task / "children").read_text().split()]
    return [int(child) for child in pids if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
