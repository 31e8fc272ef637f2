"""Senders are killed at random, again and again: every message arrives exactly once.

The mail server is a process of its own that logs what it accepts before it answers, and takes its time, so that kills
fall before, between and after the steps. "Arrived" is what its log says, not what we believe.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from fixtures.mail import add_people, fill_outbox, free_port, mail_settings
from tributary.core.clock import SystemClock
from tributary.messaging import Sender, reconcile
from tributary.store.tables.messaging import Delivery

FIXTURES = Path(__file__).parent.parent / "fixtures"
LEASE = 1.5  # seconds


@contextmanager
def process(script, *arguments):
    """A started Python process that has said that it is ready; killed at the end if it still runs."""
    started = subprocess.Popen(
        [sys.executable, str(FIXTURES / script), *map(str, arguments)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(FIXTURES.parent)},
    )  # fmt: skip
    try:
        assert started.stdout.readline() == "ready\n"
        yield started
    finally:
        started.kill()
        started.wait()
        started.stdout.close()


def outbox_states(store):
    with store.read() as session:
        rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        return Counter({state: int(count) for state, count in rows})


def accepted(log: Path) -> list[tuple[str, str]]:
    return [tuple(line.split("\t")) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.mark.slow
def test_no_message_is_lost_or_doubled_when_senders_are_killed(store, store_url, tmp_path, make_keys):
    people, random_ = 160, random.Random(20260301)
    port, log, keys = free_port(), tmp_path / "accepted.log", make_keys(store)
    settings = mail_settings(tmp_path, port, sender="shop@example.com")
    clock = SystemClock()
    fill_outbox(store, keys, settings, add_people(store, keys, people, clock=clock), clock=clock)
    kills = 0
    with process("mail_server.py", port, log, 0.06):
        arguments = ("sender_process.py", store_url, settings.data_dir, port, LEASE)
        while kills < 30 and set(outbox_states(store)) - {"sent", "unknown"}:
            with process(*arguments) as one, process(*arguments) as other:
                time.sleep(random_.random() * 0.6)
                for sender in (one, other):
                    os.kill(sender.pid, signal.SIGKILL)
                    kills += 1
        assert kills >= 6
        time.sleep(LEASE)
        last = Sender(store, clock, keys, settings, lease=timedelta(seconds=LEASE))
        try:
            while set(outbox_states(store)) - {"sent", "unknown"}:
                last.run_once()
            before = outbox_states(store)
            with store.begin() as session:
                result = reconcile(
                    session, 1, [message_id for message_id, _ in accepted(log)], now=clock.now(), grace=timedelta(0)
                )
            while set(outbox_states(store)) != {"sent"}:
                last.run_once()
        finally:
            last.close()
    assert (result.sent + result.requeued, result.unknown) == (before["unknown"], 0)
    received = accepted(log)
    assert Counter(address for _, address in received) == {f"p{n}@example.com": 1 for n in range(1, people + 1)}
    assert len({message_id for message_id, _ in received}) == people
    # Where the test was hard: some kills must have fallen between the end of a message and its record.
    assert before["unknown"] > 0


@pytest.mark.slow
def test_two_senders_side_by_side_send_everything_once(store, store_url, tmp_path, make_keys):
    people, port, log, keys = 120, free_port(), tmp_path / "accepted.log", make_keys(store)
    settings, clock = mail_settings(tmp_path, port, sender="shop@example.com"), SystemClock()
    fill_outbox(store, keys, settings, add_people(store, keys, people, clock=clock), clock=clock)
    with process("mail_server.py", port, log, 0.01):
        arguments = ("sender_process.py", store_url, settings.data_dir, port, 30)
        with process(*arguments) as one, process(*arguments) as other:
            deadline = time.monotonic() + 120
            while set(outbox_states(store)) != {"sent"} and time.monotonic() < deadline:
                time.sleep(0.1)
            for sender in (one, other):
                sender.send_signal(signal.SIGTERM)
                assert sender.wait(30) == 0
    assert outbox_states(store) == {"sent": people}
    assert Counter(address for _, address in accepted(log)) == {f"p{n}@example.com": 1 for n in range(1, people + 1)}
