"""Whole tables as arrays: small files, large ones and PostgreSQL say the same."""

from __future__ import annotations

import pytest

from tributary.errors import Unavailable
from tributary.store import Store, bulk
from tributary.store.columns import Columns, Wanted, start_reading
from tributary.store.tables.identity import Edge

WANTED = Wanted(Edge, ("identifier_a", "at_ms"), ("kind", "source_id", "is_trusted"), ("refusal", "unbound"))
COLUMNS = (
    "id", "workspace_id", "identifier_a", "identifier_b", "kind", "is_trusted", "epoch", "rule", "refusal", "source_id",
    "message_id", "at_ms",
)  # fmt: skip


def fill(store: Store) -> set[tuple[object, ...]]:
    rows = [
        (
            (number + 1) << 50, 1 + (number % 7 == 0), number, 0, ("same_event", "alias")[number % 2], number % 3 > 0,
            0, "", "unbound" if number % 5 == 0 else "", f"来源{number % 4}", "m", -number,
        )
        for number in range(1_000)
    ]  # fmt: skip
    with store.begin() as session:
        bulk.write(session, Edge, COLUMNS, rows)
    return {(row[0], row[2], row[11], (row[4], row[9], row[5])) for row in rows if row[1] == 1 and row[8] != "unbound"}


def rows_of(found: Columns) -> set[tuple[object, ...]]:
    labels = [(kind, source_id, bool(is_trusted)) for kind, source_id, is_trusted in found.labels]
    columns = (found.id, *found.numbers, found.label)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {(id_, a, at_ms, labels[label]) for id_, a, at_ms, label in rows}


@pytest.mark.parametrize("many", [500, 100_000])
def test_every_way_of_reading_finds_the_same(store: Store, many: int) -> None:
    rows = fill(store)
    with store.read() as session:
        with start_reading(session, WANTED, 1, many=many) as one, start_reading(session, WANTED, 1, many=many) as other:
            for found in (one.columns(), other.columns()):
                assert rows_of(found) == rows
                assert len(found.id) == len(rows)
        with start_reading(session, WANTED, 9, many=many) as reading:
            nobody = reading.columns()
    assert nobody.labels == []
    assert nobody.id.tolist() == []
    assert [each.tolist() for each in nobody.numbers] == [[], []]


def test_a_reader_that_fails_is_an_outage(sqlite_store: Store) -> None:
    fill(sqlite_store)
    with sqlite_store.read() as session:
        wrong = WANTED._replace(but=("no_such_column", "x"))
        with start_reading(session, wrong, 1, many=500) as reading, pytest.raises(Unavailable):
            reading.columns()
