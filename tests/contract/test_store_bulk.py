"""Bulk statements: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from tributary.store import Store, bulk
from tributary.store.tables.pipeline import EventCounter, PipelineOutbox, SeenMessage

COLUMNS = ("id", "mark", "day")
LARGE = 2**63 - 1


def rows(store: Store) -> list[tuple[int, int, int]]:
    with store.read() as session:
        return sorted(bulk.fetch(session, SeenMessage, COLUMNS, "id", [1, 2, 3, LARGE]))  # type: ignore[arg-type]


def test_rows_are_written_fetched_changed_and_deleted(store: Store) -> None:
    with store.begin() as session:
        bulk.write(session, SeenMessage, COLUMNS, [(1, 10, 5), (2, -20, 5), (LARGE, LARGE, 6)])
        bulk.write(session, SeenMessage, COLUMNS, [])
    assert rows(store) == [(1, 10, 5), (2, -20, 5), (LARGE, LARGE, 6)]
    with store.begin() as session:
        bulk.update(session, SeenMessage, "id", ("day", "mark"), [(1, 7, 11), (99, 7, 11)])
        bulk.update(session, SeenMessage, "id", ("id",), [(2, 3)])
        bulk.delete(session, SeenMessage, "id", [LARGE, 98])
        bulk.delete(session, SeenMessage, "id", [])
    assert rows(store) == [(1, 11, 7), (3, -20, 5)]


def test_a_row_that_exists_is_left_changed_or_added_to(store: Store) -> None:
    key = ("workspace_id", "source_id", "minute")
    columns = (*key, "received", "stored", "duplicate", "quarantined", "suppressed")
    with store.begin() as session:
        bulk.write(session, EventCounter, columns, [(1, "s", 1, 1, 1, 0, 0, 0)])
        bulk.write(session, EventCounter, columns, [(1, "s", 1, 9, 9, 9, 9, 9)], key=key)
        added = [(1, "s", 1, 2, 0, 2, 7, 0), (1, "s", 2, 1, 1, 0, 0, 0)]
        bulk.write(
            session, EventCounter, columns, added, key=key, add=("received", "duplicate"), update=("quarantined",)
        )
        found = bulk.fetch(session, EventCounter, columns[2:], "source_id", ["s", "none"])
    assert sorted(found) == [(1, 3, 1, 2, 7, 0), (2, 1, 1, 0, 0, 0)]


def test_bytes_come_back_as_they_were(store: Store) -> None:
    blob = bytes(range(256))
    columns = ("number", "consumer_group", "batch_id", "events", "profiles", "aliases", "reactions")
    with store.begin() as session:
        bulk.write(session, PipelineOutbox, columns, [(1, "g", "b", blob, b"", b"", b"x")])
        (row,) = bulk.fetch(session, PipelineOutbox, columns, "consumer_group", ["g"])
    assert [bytes(part) for part in row[3:]] == [blob, b"", b"", b"x"]


def test_many_keys_are_looked_up_at_once(store: Store) -> None:
    many = range(0, 50_000, 2)
    with store.begin() as session:
        bulk.write(session, SeenMessage, COLUMNS, [(number, number, 1) for number in many])
        found = bulk.fetch(session, SeenMessage, ("id",), "id", range(50_000))
        assert bulk.fetch(session, SeenMessage, ("id",), "id", []) == []
    assert sorted(row[0] for row in found) == list(many)


def test_two_rows_of_one_key_are_refused(store: Store) -> None:
    with pytest.raises(IntegrityError), store.begin() as session:
        bulk.write(session, SeenMessage, COLUMNS, [(1, 1, 1), (1, 2, 2)])
