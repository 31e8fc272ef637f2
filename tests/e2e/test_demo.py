"""`tributary demo --once` in its own process: the whole loop over real ports, as a new user runs it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PEOPLE = 500


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    environment = os.environ | {
        "TRIBUTARY_DATA_DIR": str(tmp_path_factory.mktemp("demo") / "data"),
        "TRIBUTARY_APP__PORT": _free_port(),
        "TRIBUTARY_COLLECTOR__PORT": _free_port(),
    }
    command = [sys.executable, "-m", "tributary", "demo", "--once", "--people", str(PEOPLE), "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def test_every_accepted_event_has_one_place(outcome):
    places = ("stored", "duplicate", "quarantined", "suppressed")
    assert outcome["accepted"] == sum(outcome[place] for place in places)
    assert outcome["stored"] > 10_000
    assert outcome["duplicate"] > 0
    assert outcome["quarantined"] > 0


def test_identifiers_become_fewer_people(outcome):
    # Some browsers never sign in, so there are more profiles than people, but far fewer than identifiers.
    assert PEOPLE <= outcome["people"] < 1.4 * PEOPLE
    assert outcome["identifiers"] > 2 * outcome["people"]


def test_mail_reaches_only_part_of_the_audience(outcome):
    assert 0 < outcome["messages"] < outcome["audience"] < PEOPLE
    assert 0 < outcome["clicked"] < outcome["opened"] < outcome["messages"]


def test_the_report_recovers_the_planted_lift(outcome):
    assert [lift["arm"] for lift in outcome["lifts"]] == ["a", "b"]
    for lift in outcome["lifts"]:
        assert lift["low"] <= lift["planted"] <= lift["high"], lift
