"""Questions that nobody waits for any more are stopped in the engine, and only those."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tributary.core.sql import Sql, raw
from tributary.errors import Cancelled, TributaryError
from tributary.warehouse import Stop, Warehouse, open_warehouse

# Minutes of work for the engine, without a row of data.
ENDLESS = raw("SELECT max(cityHash64(number, toString(number))) FROM numbers(100000000000)")


def ask(warehouse: Warehouse, sql: Sql, stop: Stop | None = None) -> list[tuple[object, ...]]:
    return warehouse.query(sql, workspace_id=None, stop=stop, dangerously_across_workspaces=True)


def running(warehouse: Warehouse, stop: Stop) -> int:
    marked = raw("SELECT count() FROM system.processes WHERE position(Settings['log_comment'], '") + Sql((stop.mark,))
    ((count,),) = warehouse.query(
        marked + "') > 0 AND elapsed > 0", workspace_id=None, dangerously_across_workspaces=True
    )
    return int(count)


class Asking:
    """A question that another thread asks, in a slot or in none."""

    def __init__(self, warehouse: Warehouse, slot: str | None = None, sql: Sql = ENDLESS) -> None:
        self.outcome: object = None
        self._warehouse, self._slot, self._sql = warehouse, slot, sql
        self._has_slot = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()
        assert self._has_slot.wait(10)
        self.stop: Stop

    def _ask(self) -> None:
        try:
            with self._warehouse.stoppable(self._slot) as stop:
                self.stop = stop
                self._has_slot.set()
                self.outcome = ask(self._warehouse, self._sql, stop)
        except TributaryError as error:
            self.outcome = error

    def until_in_engine(self) -> Asking:
        _until(lambda: running(self._warehouse, self.stop) > 0)
        return self

    def ended(self) -> object:
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.outcome


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline


def test_a_running_question_is_stopped_at_once(any_warehouse):
    asking = Asking(any_warehouse).until_in_engine()
    started = time.monotonic()
    asking.stop.stop()
    assert isinstance(asking.ended(), Cancelled)
    assert time.monotonic() - started < 5
    _until(lambda: running(any_warehouse, asking.stop) == 0)


def test_one_that_has_not_reached_the_engine_never_does(any_warehouse):
    with any_warehouse.stoppable() as stop:
        stop.stop()
        with pytest.raises(Cancelled):
            ask(any_warehouse, raw("SELECT 1"), stop)


def test_it_may_be_stopped_at_any_moment(any_warehouse):
    """Before, while and after it gets to the engine: it always ends, and soon."""
    for delay in (0.0, 0.001, 0.003, 0.01, 0.03):
        asking = Asking(any_warehouse)
        threading.Event().wait(delay)
        asking.stop.stop()
        assert isinstance(asking.ended(), Cancelled)


def test_the_next_one_of_a_slot_stops_the_last(any_warehouse):
    first = Asking(any_warehouse, "editor 1").until_in_engine()
    second = Asking(any_warehouse, "editor 1", raw("SELECT 7"))
    assert isinstance(first.ended(), Cancelled)
    assert second.ended() == [(7,)]


def test_a_slot_can_be_stopped_and_used_again(any_warehouse):
    asking = Asking(any_warehouse, "it's a \\ slot").until_in_engine()
    any_warehouse.stop("it's a \\ slot")
    assert isinstance(asking.ended(), Cancelled)
    assert Asking(any_warehouse, "it's a \\ slot", raw("SELECT 7")).ended() == [(7,)]
    any_warehouse.stop("it's a \\ slot")
    any_warehouse.stop("never taken")


def test_others_go_on(any_warehouse):
    other = Asking(any_warehouse, "editor 2").until_in_engine()
    free = Asking(any_warehouse).until_in_engine()
    Asking(any_warehouse, "editor 1").until_in_engine()
    any_warehouse.stop("editor 1")
    assert running(any_warehouse, other.stop) == running(any_warehouse, free.stop) == 1
    for asking in (other, free):
        asking.stop.stop()
        assert isinstance(asking.ended(), Cancelled)


def test_slots_are_given_back(any_warehouse):
    for _ in range(3):
        Asking(any_warehouse, "editor", raw("SELECT 7")).ended()
    assert len(any_warehouse._slots) == 0


def test_many_changes_in_a_row_leave_one_question(any_warehouse):
    asked = [Asking(any_warehouse, "editor") for _ in range(8)]
    last = asked[-1].until_in_engine()
    assert all(isinstance(asking.ended(), Cancelled) for asking in asked[:-1])
    assert sum(running(any_warehouse, asking.stop) for asking in asked) == 1
    last.stop.stop()
    last.ended()


def test_what_was_stopped_leaves_nothing_to_the_next_question(any_warehouse):
    """chDB puts what a stopped query had written in front of the next answer on the same connection."""
    asking = Asking(any_warehouse, None, raw("SELECT number FROM numbers(2000000000) WHERE number % 1000000 = 0"))
    asking.until_in_engine().stop.stop()
    assert isinstance(asking.ended(), Cancelled)
    for _ in range(6):
        assert ask(any_warehouse, raw("SELECT 7")) == [(7,)]


def test_another_process_on_the_same_server_can_stop_it(clickhouse_http):
    """As behind a load balancer: each request may come to another process."""
    ours, theirs = (open_warehouse(clickhouse_http.url, Path("unused"), database="default") for _ in range(2))
    by_name = Asking(ours, "editor").until_in_engine()
    theirs.stop("editor")
    assert isinstance(by_name.ended(), Cancelled)
    by_next = Asking(ours, "editor").until_in_engine()
    assert Asking(theirs, "editor", raw("SELECT 7")).ended() == [(7,)]
    assert isinstance(by_next.ended(), Cancelled)
    ours.close()
    theirs.close()
