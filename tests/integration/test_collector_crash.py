"""The collector process killed under load, again and again: 0 acknowledged events lost, 0 that nobody sent."""

from __future__ import annotations

import itertools
import json
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from fixtures.collector import (
    SOURCE,
    WRITE_KEY,
    collector_settings,
    read_events,
    start_collector_process,
    wait_until_live,
)
from tributary.collector import write_snapshot
from tributary.settings import StreamSettings

ROUNDS = 15
SENDERS = 4
LONGEST_LIFE_SECONDS = 0.5


class Load:
    """Sends single events and batches from several threads, and remembers what was acknowledged."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()

    def run(self, seconds: float, kill: threading.Event) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._send, args=(kill,)) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        return threads

    def _send(self, kill: threading.Event) -> None:
        dice = random.Random(threading.get_ident())
        with httpx.Client(auth=(WRITE_KEY, ""), timeout=5) as client:
            while not kill.is_set():
                events = [self._event(dice) for _ in range(dice.choice([1, 1, 10, 50]))]
                ids = [event["messageId"] for event in events]
                self.sent.update(ids)
                path, body = ("track", events[0]) if len(events) == 1 else ("batch", {"batch": events})
                try:
                    answer = client.post(f"{self._url}/v1/{path}", content=json.dumps(body))
                except httpx.TransportError:
                    return
                if answer.status_code == 200:
                    self.acknowledged.update(ids)

    def _event(self, dice: random.Random) -> dict:
        filling = "x" * dice.choice([10, 400, 3000])
        number = next(self._numbers)
        return {"type": "track", "event": "Clicked", "userId": "u", "messageId": f"m{number}", "filling": filling}


@pytest.mark.slow
def test_kill_9_under_load_loses_nothing_acknowledged(tmp_path: Path) -> None:
    # Small segments, so that some kills hit the change from one to the next.
    settings = collector_settings(tmp_path, stream=StreamSettings(segment_bytes=256 * 1024))
    write_snapshot(settings.source_snapshot, [SOURCE])
    load = Load(settings.collector_url)
    dice = random.Random(7)
    for _ in range(ROUNDS):
        process = start_collector_process(settings)
        try:
            wait_until_live(settings.collector_url, process)
            kill = threading.Event()
            senders = load.run(dice.uniform(0.05, LONGEST_LIFE_SECONDS), kill)
        finally:
            process.kill()
            process.wait()
        kill.set()
        for sender in senders:
            sender.join()
    stored = Counter(event["messageId"] for event in read_events(settings))
    assert load.acknowledged - set(stored) == set(), "acknowledged and lost"
    assert set(stored) - load.sent == set(), "stored and never sent"
    assert set(stored.values()) == {1}, "stored twice"
    assert len(load.acknowledged) > 10 * ROUNDS, "hardly anything was sent"


def test_sigterm_answers_what_is_under_way_and_ends_cleanly(tmp_path: Path) -> None:
    settings = collector_settings(tmp_path)
    write_snapshot(settings.source_snapshot, [SOURCE])
    process = start_collector_process(settings)
    wait_until_live(settings.collector_url, process)
    load = Load(settings.collector_url)
    kill = threading.Event()
    senders = load.run(0.3, kill)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    kill.set()
    for sender in senders:
        sender.join()
    stored = {event["messageId"] for event in read_events(settings)}
    assert load.acknowledged
    assert load.acknowledged <= stored
