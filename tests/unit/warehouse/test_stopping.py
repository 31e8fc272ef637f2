"""Stopping takes a bounded time, however long the engine takes to hear of it."""

from __future__ import annotations

from tributary.warehouse.stopping import Stop


def test_no_kill_is_begun_after_a_second() -> None:
    now, kills = [0.0], []

    def slow_kill(mark: str) -> None:
        kills.append(mark)
        now[0] += 0.6

    stop = Stop(None, slow_kill, lambda: now[0])
    with stop.asking():
        stop.stop()
    assert kills == [stop.mark] * 2
    assert stop.is_stopped


def test_nothing_is_killed_that_has_ended() -> None:
    kills: list[str] = []
    stop = Stop(None, kills.append)
    with stop.asking():
        pass
    stop.stop()
    assert kills == []
