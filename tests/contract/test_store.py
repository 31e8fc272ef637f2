"""The store behaves the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table, select, text

from tributary.errors import Unavailable
from tributary.store import Store, UtcDateTime, engine, open_store, upsert
from tributary.store.tables.access import Workspace
from tributary.store.types import BigInt, Json

metadata = MetaData()
things = Table(
    "contract_things",
    metadata,
    Column("name", String, primary_key=True),
    Column("count", BigInt),
    Column("at", UtcDateTime()),
    Column("data", Json),
)


@pytest.fixture
def things_store(store: Store) -> Store:
    metadata.create_all(store.engine)
    return store


def test_a_failed_transaction_leaves_nothing(things_store):
    with pytest.raises(RuntimeError), things_store.begin() as session:
        session.execute(things.insert().values(name="a", count=1))
        raise RuntimeError
    with things_store.read() as session:
        assert session.execute(select(things)).all() == []


def test_times_come_back_aware_and_in_utc(things_store):
    moment = datetime(2026, 3, 1, 9, 30, 0, 123000, tzinfo=timezone(timedelta(hours=8)))
    with things_store.begin() as session:
        session.execute(things.insert().values(name="a", at=moment))
    with things_store.read() as session:
        (found,) = session.execute(select(things.c.at)).one()
    assert found == moment
    assert found.tzinfo is UTC


def test_upsert_sets_adds_or_leaves_alone(things_store):
    def run(**options):
        with things_store.begin() as session:
            upsert(session, things, [{"name": "a", "count": 2, "data": {"城市": "上海"}}], key=["name"], **options)
        with things_store.read() as session:
            return session.execute(select(things.c.count, things.c.data)).one()

    assert run() == (2, {"城市": "上海"})
    assert run(add=["count"]) == (4, {"城市": "上海"})
    assert run(update=["count"])[0] == 2
    with things_store.begin() as session:
        upsert(session, things, [{"name": "a", "count": 99, "data": None}], key=["name"])
    assert run(add=["count"])[0] == 4


def test_a_read_changes_nothing(things_store):
    with things_store.read() as session:
        session.execute(things.insert().values(name="a")) if not things_store.is_sqlite else None
    with things_store.read() as session:
        assert session.execute(select(things)).all() == []


def test_what_was_read_stays_readable(store):
    with store.begin() as session:
        session.add(
            Workspace(id=7, name="w", timezone="UTC", locale="en", currency="EUR", created_at=datetime.now(UTC))
        )
    with store.read() as session:
        found = session.get(Workspace, 7)
    assert found is not None
    assert found.name == "w"


def test_more_at_once_than_there_are_connections_is_an_outage_and_no_bug(store, monkeypatch):
    monkeypatch.setattr(store.engine.pool, "_timeout", 0.01)
    with pytest.raises(Unavailable, match="busy"), ExitStack() as opened:
        for _ in range(100):
            opened.enter_context(store.read()).execute(text("SELECT 1"))
    with store.begin() as session:
        session.execute(text("SELECT 1"))


def test_one_transaction_after_the_other_uses_one_connection_and_so_one_cache(store):
    with ExitStack() as opened:
        for _ in range(5):
            opened.enter_context(store.read()).execute(text("SELECT 1"))
    used = set()
    for _ in range(5):
        with store.begin() as session:
            used.add(id(session.connection().connection.dbapi_connection))
    assert len(used) == 1


def test_a_full_disk_is_an_outage_that_loses_nothing_and_ends(things_store):
    if not things_store.is_sqlite:
        return  # PostgreSQL reports it as an operational error of its own, like every outage
    with things_store.begin() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
    for limit, outcome in ((pages + 4, "full"), (10**9, "free")):
        with things_store.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")
        rows = [{"name": f"{outcome} {number}" + "x" * 100, "count": number} for number in range(5_000)]
        if outcome == "full":
            with pytest.raises(Unavailable), things_store.begin() as session:
                session.execute(things.insert(), rows)
        else:
            with things_store.begin() as session:
                session.execute(things.insert(), rows)
    with things_store.read() as session:
        assert len(session.execute(select(things.c.name)).all()) == 5_000


_SOME_WORK = text(
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 50000) "
    "SELECT count(*), (SELECT count(*) FROM contract_things) FROM c"
)


@pytest.mark.slow
def test_readers_that_overlap_all_the_time_do_not_let_the_write_ahead_log_grow(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "_WAL_BYTES", 2**20)
    monkeypatch.setattr(engine, "_WAL_AGAIN_SECONDS", 0.0)  # a slow machine may miss a moment; it gets the next one
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    metadata.create_all(store.engine)
    log = Path(f"{store.engine.url.database}-wal")
    done = threading.Event()

    def keep_reading() -> None:
        while not done.is_set():
            with store.read() as session:
                session.execute(_SOME_WORK).all()

    readers = [threading.Thread(target=keep_reading) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        sizes = []
        for number in range(60):
            with store.begin() as session:
                rows = [{"name": f"{number} {row}" + "x" * 500, "count": row} for row in range(400)]
                session.execute(things.insert(), rows)
            sizes.append(log.stat().st_size)
    finally:
        done.set()
        for reader in readers:
            reader.join()
    with store.read() as session:
        assert session.execute(text("SELECT count(*) FROM contract_things")).scalar() == 24_000
    store.close()
    assert max(sizes) < 8 * 2**20  # all that was written is over 30 MiB


def test_a_read_that_does_not_end_holds_writers_up_once_and_not_each_time(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(engine, "_WAL_BYTES", 1)
    monkeypatch.setattr(engine, "_WAL_WAIT_MS", 10)
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    metadata.create_all(store.engine)
    with store.read() as reading:
        assert reading.execute(select(things)).all() == []
        for number in range(5):
            with store.begin() as session:
                session.execute(things.insert().values(name=str(number)))
        assert reading.execute(select(things)).all() == []
    store.close()
    assert len([record for record in caplog.records if "write-ahead" in record.message]) == 1
