"""No purpose waits for another in the warehouse, and closing it does not wait for ever."""

from __future__ import annotations

import threading

import pytest

from fixtures.warehouse import make_aliases
from tributary.core.sql import raw
from tributary.errors import TributaryError, Unavailable
from tributary.warehouse import BATCH, engine, open_warehouse

# Minutes of work for the engine, without a row of data.
ENDLESS = raw("SELECT max(cityHash64(number, toString(number))) FROM numbers(100000000000)")


def _count(warehouse, sql) -> int:
    ((count,),) = warehouse.query(sql, workspace_id=None, dangerously_across_workspaces=True)
    return int(count)


def test_new_aliases_do_not_wait_for_long_work_in_the_background(any_warehouse):
    make_aliases(any_warehouse, {7: 3})
    background = any_warehouse._engine.background
    with background.lend(1), background.lend(1):  # two refreshes of audiences, for example
        reload = threading.Thread(target=any_warehouse.reload_aliases, daemon=True)
        reload.start()
        reload.join(10)
        assert not reload.is_alive()


def test_closing_cancels_what_runs_too_long(chdb_engine, monkeypatch):
    monkeypatch.setattr(engine, "_CLOSE_SECONDS", 0.2)
    directory, config = chdb_engine
    warehouse = open_warehouse("", directory, database="default", config_file=config)
    outcome: list[Exception] = []

    def work() -> None:
        try:
            warehouse.query(ENDLESS, workspace_id=None, budget=BATCH, dangerously_across_workspaces=True)
        except TributaryError as error:
            outcome.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    running = raw("SELECT count() FROM system.processes WHERE query LIKE '%cityHash64(number, %' AND elapsed > 0")
    while not _count(warehouse, running) > 1:  # this question is one itself
        pass
    warehouse.close()
    worker.join(20)
    assert not worker.is_alive()
    assert [type(error) for error in outcome] == [Unavailable]
    with pytest.raises(Unavailable, match="closed"):
        warehouse.ping()
