"""Opening the store, and its two kinds of transaction."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from tributary.errors import Unavailable
from tributary.store import tables as _tables  # noqa: F401 (registers every table on Base.metadata)
from tributary.store.types import Base

# The connection that was used last is used next. Taken in turn, each of SQLite's would fill a page cache of its own
# with the same pages, and find it outdated the next time.
_POOL: Any = {"pool_size": 10, "pool_use_lifo": True}
_log = logging.getLogger(__name__)

_BUSY_TIMEOUT_MS = 30_000  # a pipeline batch may hold SQLite's write lock for a second; API writes wait for it

# SQLite starts its write-ahead log again from the front only in a moment without readers. On a busy server there is
# none, and it grew to 50 times the database. Beyond this size readers are waited for.
_WAL_BYTES = 64 * 1024 * 1024
_WAL_WAIT_MS = 1_000  # how long writers may be held up for that
_WAL_AGAIN_SECONDS = 10.0  # after a reader that did not end in time


class Store:
    """A pool of connections to the records store and its transactions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._wal = _WriteAheadLog(engine) if engine.dialect.name == "sqlite" else None
        # Objects handed out by a service stay readable after the commit, so nothing expires.
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One write transaction: commits when the block ends, rolls back when it raises.

        On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`): a transaction that reads first and writes later
        would otherwise fail with "database is locked" whenever somebody else wrote in between.

        Raises:
            Unavailable: the store cannot be reached, is full or busy, or is locked for too long.
        """
        with _translated(), self._sessions() as session:
            session.connection(execution_options={"tributary_write": True})
            with _transaction(session):
                yield session
        if self._wal is not None:
            self._wal.keep_short()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read transaction on one snapshot. What is changed in it is thrown away.

        Raises:
            Unavailable: the store cannot be reached or is busy.
        """
        with _translated(), self._sessions() as session:
            yield session  # closing rolls back; a rollback() here would also empty the objects that were read

    def create_all(self) -> None:
        """Create every table without migrations: for tests only."""
        Base.metadata.create_all(self.engine)

    def migrate(self) -> None:
        """Bring the schema to the newest version."""
        from tributary.store.migrate import upgrade  # noqa: PLC0415 (alembic is slow to import and needed once)

        upgrade(self.engine)

    def ping(self) -> None:
        """Raise `Unavailable` unless the store answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as exc:
            raise Unavailable("The records store does not answer.", cure="Check its URL and state.") from exc

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class _WriteAheadLog:
    """Keeps SQLite's write-ahead log short."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._path = Path(f"{engine.url.database}-wal")
        self._mutex = threading.Lock()
        self._not_before = 0.0

    def keep_short(self) -> None:
        """Move a log that has grown long into the database. What fails here is tried again later, and harms nobody."""
        try:
            is_long = self._path.stat().st_size >= _WAL_BYTES
        except OSError:
            return
        if not is_long or time.monotonic() < self._not_before or not self._mutex.acquire(blocking=False):
            return
        try:
            with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
                if self._truncate():
                    return
            self._not_before = time.monotonic() + _WAL_AGAIN_SECONDS
            _log.warning("a long read keeps the write-ahead log of the records store from being cut")
        finally:
            self._mutex.release()

    def _truncate(self) -> bool:
        connection = self._engine.raw_connection()  # outside of any transaction: a checkpoint inside of one is refused
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={_WAL_WAIT_MS}")
            try:
                is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
            return not is_busy
        finally:
            connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    """An outage of the store as `Unavailable`: what waits for it parks, and no event and no job is blamed for it."""
    try:
        yield
    except PoolTimeout as exc:
        raise Unavailable("The records store is busy: every connection is in use.", cure="Try again.") from exc
    except DBAPIError as exc:
        if isinstance(exc, OperationalError) or exc.connection_invalidated:
            raise Unavailable("The records store does not answer.", cure="Check the store; try again.") from exc
        raise


@contextmanager
def _transaction(session: Session) -> Iterator[None]:
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


def open_store(url: str) -> Store:
    """Open the store at an SQLAlchemy URL: `sqlite:///path/to/file.db` or `postgresql://user:password@host/name`.

    Raises:
        ValueError: the URL names another kind of database.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return Store(_sqlite_engine(parsed))
    if backend == "postgresql":
        drivername = "postgresql+psycopg"
        return Store(create_engine(parsed.set(drivername=drivername), pool_pre_ping=True, **_POOL))
    raise ValueError(f"The store is SQLite or PostgreSQL, not {backend}: set TRIBUTARY_STORE_URL accordingly.")


def _sqlite_engine(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("The SQLite store needs a file: several threads share it.")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, max_overflow=20, connect_args={"check_same_thread": False}, **_POOL)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # a commit that was reported survives a power cut
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
            "cache_size=-65536",  # 64 MiB a connection: the identifier index of a few million people stays warm
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("tributary_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
