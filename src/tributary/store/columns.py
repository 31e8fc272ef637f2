"""The fast lane for whole tables: a few columns of every row of a workspace, as arrays.

A row that becomes Python objects costs a microsecond or two; ten million rows and their evidence would take a minute.
So PostgreSQL puts columns together itself. SQLite's are read by chDB, in a process of its own: the copy of SQLite that
it brings, closing the file in our process, would drop the locks that ours holds on it (see decision 0114).

Text never travels: it becomes a hash, and what each hash stands for is looked up afterwards for one row that has it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from sqlalchemy import select

from tributary.errors import Unavailable
from tributary.store import bulk
from tributary.store.types import Base

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

MANY = 500_000  # rows from which on starting a process is worth it
_AT_ONCE = 50_000_000  # rows of which PostgreSQL puts columns together in one value; it may hold a gigabyte
_CHUNK = 100_000
_READER = "tributary.warehouse.sqlite_reader"  # the warehouse alone knows chDB


class Wanted(NamedTuple):
    """Columns of a table whose key is `id`: whole `numbers`, and `labels` of few different combinations.

    Rows whose column `but[0]` is `but[1]` are left out.
    """

    table: type[Base]
    numbers: tuple[str, ...]
    labels: tuple[str, ...]
    but: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """`numbers` as they were wanted, after the `id`; `label` is a place in `labels`. Rows are in no order."""

    id: NDArray[np.int64]
    numbers: list[NDArray[np.int64]]
    label: NDArray[np.int32]
    labels: list[tuple[Any, ...]]


class Reading:
    """Columns on their way: `columns` waits for them. Leaving the `with` block ends what still runs."""

    def __init__(self, columns: Callable[[], Columns], end: Callable[[], None] = lambda: None) -> None:
        self._columns = columns
        self._end = end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def columns(self) -> Columns:
        """What was wanted; once.

        Raises:
            Unavailable: the file cannot be read.
        """
        return self._columns()


def start_reading(session: Session, wanted: Wanted, workspace_id: int, *, many: int = MANY) -> Reading:
    """Begin to read. On a large SQLite file several may be read at a time, each on a snapshot of its own, without what
    the session itself has not committed.
    """
    engine = session.get_bind().engine
    if engine.dialect.name != "sqlite":
        return Reading(lambda: _labelled(session, wanted, *_from_postgres(session, wanted, workspace_id)))
    table = bulk.table_of(wanted.table)
    is_large = session.execute(select(table.c.id).offset(many).limit(1)).first() is not None
    if not is_large:
        return Reading(lambda: _from_rows(session, wanted, workspace_id))
    return _start_reader(session, wanted, workspace_id, str(engine.url.database))


def _from_rows(session: Session, wanted: Wanted, workspace_id: int) -> Columns:
    """Small tables: plain rows."""
    table = bulk.table_of(wanted.table)
    query = select(*(table.c[name] for name in ("id", *wanted.numbers, *wanted.labels))).where(
        table.c.workspace_id == workspace_id
    )
    if wanted.but:
        query = query.where(table.c[wanted.but[0]] != wanted.but[1])
    width = 1 + len(wanted.numbers)
    codes: dict[tuple[Any, ...], int] = {}
    numbers: list[NDArray[np.int64]] = [np.zeros((0, width), np.int64)]
    labels: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    for rows in session.execute(query.execution_options(yield_per=_CHUNK)).partitions(_CHUNK):
        numbers.append(np.array([row[:width] for row in rows], np.int64).reshape(-1, width))
        labels.append(np.array([codes.setdefault(tuple(row[width:]), len(codes)) for row in rows], np.int32))
    columns = np.concatenate(numbers).T
    return Columns(columns[0].copy(), [each.copy() for each in columns[1:]], np.concatenate(labels), list(codes))


def _from_postgres(session: Session, wanted: Wanted, workspace_id: int) -> tuple[list[NDArray[np.int64]], Any]:
    """The number columns, the id first, and the hashes of the labels."""
    table = bulk.table_of(wanted.table)
    hashed = "0"
    for name in wanted.labels:
        text = f"{name}::text" if str(table.c[name].type) != "VARCHAR" else name
        hashed = f"hashtextextended({text}, {hashed})"
    expressions = ", ".join(f"string_agg(int8send({each}), ''::bytea)" for each in ("id", *wanted.numbers, hashed))
    condition, values = "workspace_id = %s", [workspace_id]
    if wanted.but:
        condition, values = f"{condition} AND {wanted.but[0]} <> %s", [*values, wanted.but[1]]  # type: ignore[list-item]
    raw = session.connection().connection.driver_connection
    if raw is None:
        raise AssertionError("a connection without a driver")
    parts: list[list[NDArray[np.int64]]] = []
    with raw.cursor(binary=True) as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass", (table.name,))
        pieces = int(cursor.fetchone()[0]) // _AT_ONCE + 1
        for piece in range(pieces):
            part = f" AND mod(id, {pieces}) = {piece}" if pieces > 1 else ""
            cursor.execute(f"SELECT {expressions} FROM {table.name} WHERE {condition}{part}", values)  # noqa: S608 (our own names)
            parts.append([np.frombuffer(each or b"", ">i8").astype(np.int64) for each in cursor.fetchone()])
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return columns[:-1], columns[-1]


def _start_reader(session: Session, wanted: Wanted, workspace_id: int, path: str) -> Reading:
    folder = tempfile.TemporaryDirectory(prefix="tributary-columns-")
    target = Path(folder.name) / "columns.arrow"
    order = {
        "path": str(Path(path).resolve()), "target": str(target), "table": bulk.table_of(wanted.table).name,
        "numbers": ["id", *wanted.numbers], "labels": wanted.labels, "but": wanted.but, "workspace_id": workspace_id,
    }  # fmt: skip
    with (Path(folder.name) / "order.json").open("w+") as asked, (Path(folder.name) / "said").open("w") as said:
        json.dump(order, asked)
        asked.seek(0)
        reader = subprocess.Popen(  # noqa: S603 (our own Python and module)
            [sys.executable, "-m", _READER], stdin=asked, stdout=subprocess.DEVNULL, stderr=said
        )

    def wait() -> Columns:
        import pyarrow as pa  # noqa: PLC0415 (slow to import)

        if reader.wait():
            text = (Path(folder.name) / "said").read_text(errors="replace").strip().rpartition("\n")[2]
            raise Unavailable(f"The records store could not be read as a whole: {text}", cure="Try again.")
        with pa.memory_map(str(target)) as file:
            read = pa.ipc.open_file(file).read_all()
            columns = [read.column(place).to_numpy() for place in range(read.num_columns)]
        return _labelled(session, wanted, columns[:-1], columns[-1])

    def end() -> None:
        reader.kill()
        reader.wait()
        folder.cleanup()

    return Reading(wait, end)


def _labelled(session: Session, wanted: Wanted, numbers: Sequence[NDArray[np.int64]], hashes: Any) -> Columns:
    """Name the hashes."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    coded = pa.array(hashes).dictionary_encode()
    label = coded.indices.to_numpy()
    example = np.zeros(len(coded.dictionary), np.int64)
    example[label] = numbers[0]
    named = dict(_names(session, wanted, example.tolist()))
    return Columns(numbers[0], list(numbers[1:]), label, [named[each] for each in example.tolist()])


def _names(session: Session, wanted: Wanted, ids: list[int]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for start in range(0, len(ids), _CHUNK):
        for row in bulk.fetch(session, wanted.table, ("id", *wanted.labels), "id", ids[start : start + _CHUNK]):
            yield row[0], row[1:]
