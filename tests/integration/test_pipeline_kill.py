"""kill -9 of a real worker, again and again, while events come in: none lost, none doubled."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from fixtures.pipeline import make_workspace
from tributary.core.clock import SystemClock
from tributary.core.envelope import EVENTS_TOPIC, Envelope, encode_envelope
from tributary.settings import StreamSettings
from tributary.store import open_store
from tributary.stream import open_log

WORKER = Path(__file__).parent / "pipeline_worker.py"
ROUNDS = 6
PEOPLE = 40


def start(directory: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(WORKER), str(directory), "run"], stdout=subprocess.PIPE)


def envelope(number: int) -> bytes:
    """Ten events of some people: anonymous first, known later, so that there are merges all the time."""
    events = []
    for index in range(10):
        person = (number * 7 + index) % PEOPLE
        event: dict[str, Any] = {"messageId": f"m{number:05d}-{index}", "anonymousId": f"a{person}"}
        if number % 3 == 1:
            event |= {"type": "identify", "traits": {"email": f"p{person}@shop.example", "n": number}}
        elif number % 3 == 2:
            event |= {"type": "track", "event": "Viewed", "userId": f"u{person}"}
        else:
            event |= {"type": "page", "anonymousId": f"b{person}", "userId": f"u{person}" if number > 100 else None}
        events.append(json.dumps(event).encode())
    return encode_envelope(
        Envelope(workspace_id=1, source_id="src_web", received_at_ms=SystemClock().now_ms(), events=events)
    )


@pytest.mark.slow
def test_kill_9_in_a_loop_loses_and_doubles_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    store.create_all()
    make_workspace(store)
    store.close()
    log = open_log(tmp_path / "log", StreamSettings(), SystemClock())
    producer = log.producer(EVENTS_TOPIC)
    dice = random.Random(7)
    sent = 0
    for _ in range(ROUNDS):
        worker = start(tmp_path)
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
        deadline = time.monotonic() + dice.uniform(0.1, 1.2)
        while time.monotonic() < deadline:
            producer.append_sync(envelope(sent))
            sent += 1
        worker.kill()
        worker.wait()
        worker.stdout.close()
    log.close()
    checked = subprocess.run(
        [sys.executable, str(WORKER), str(tmp_path), "check"], capture_output=True, check=True, timeout=300
    )
    found = json.loads(checked.stdout)
    expected = [f"m{number:05d}-{index}" for number in range(sent) for index in range(10)]
    assert found["events"] == expected
    assert found["counters"] == [len(expected), len(expected), 0, 0]
    assert found["people"] == found["profiles"] == found["owners"] == found["rows"]
    assert found["aliases"] == found["warehouse aliases"]
    assert found["outbox"] == 0
