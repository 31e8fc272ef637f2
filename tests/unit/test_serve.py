"""The first start: a code that is printed, or none that is good."""

from __future__ import annotations

import pytest

from tributary import app
from tributary.errors import Unavailable
from tributary.settings import Settings


class PortTaken:
    """An application whose API cannot listen."""

    def start_collector(self):
        pass

    def start_api(self):
        raise Unavailable("The API cannot listen.")

    def close(self):
        pass


def test_a_start_that_fails_makes_no_setup_code_that_nobody_saw(monkeypatch):
    created = []
    monkeypatch.setattr(app, "open_application", lambda _: PortTaken())
    monkeypatch.setattr(app, "renew_setup_code", lambda *_: created.append(1))
    monkeypatch.setattr(app.signal, "signal", lambda *_: None)
    with pytest.raises(Unavailable):
        app.serve(Settings())
    assert created == []


class DeadProcess:
    """A child that has ended."""

    exitcode = 1

    def is_alive(self):
        return False

    def terminate(self):
        pass

    def join(self, _timeout=None):
        pass


def test_a_collector_that_could_not_be_started_again_is_tried_once_more(monkeypatch):
    child = app._CollectorChild(Settings())
    child._process = DeadProcess()
    tries = []

    def spawn():
        tries.append(len(tries))
        if len(tries) == 3:
            child._stop.set()
        elif len(tries) == 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return DeadProcess()

    monkeypatch.setattr(app, "_RESTART_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(child, "_spawn", spawn)
    child._watch.start()
    child._watch.join(10)
    child.stop()
    assert tries == [0, 1, 2]
