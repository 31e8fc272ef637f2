"""The store behaves the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, String, Table, select

from tributary.store import Store, UtcDateTime, upsert
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
