"""`Warehouse`: every question to and every insert into the analytics store goes through here."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tributary.core.scan import WORKSPACE_ID_TYPE, WORKSPACE_TABLES
from tributary.core.sql import Sql, bind, identifier, join, raw
from tributary.errors import BugError, TributaryError, Unavailable
from tributary.warehouse.engine import Address, Engine, Pool, parse_url, translated
from tributary.warehouse.guard import check_workspace
from tributary.warehouse.params import encode_param
from tributary.warehouse.schema import MIGRATIONS, TABLES, VERSIONS, arrow_schema
from tributary.warehouse.stopping import Slots, Stop, cancelled
from tributary.warehouse.topology import Cluster, SingleNode

if TYPE_CHECKING:
    import pyarrow as pa

_log = logging.getLogger(__name__)

_MAX_INSERT_ROWS = 250_000  # one block each; a block is what the engine inserts atomically and deduplicates by
_SLOW_SECONDS = 5.0
_KILL_WAIT = 1  # seconds that one who stops a question waits for another who does
_QUERY_WAS_CANCELLED = 394  # the engine's code
_WRITER_WAIT = 60  # seconds that an insert waits for the one before it


@dataclass(frozen=True, slots=True)
class Budget:
    """What one question may cost: wall time (seconds), memory (bytes) and result rows.

    Background questions have connections of their own, so that they do not keep people waiting.
    """

    name: str
    seconds: int
    memory_bytes: int
    rows: int
    is_background: bool = False


INTERACTIVE: Final = Budget("interactive", seconds=30, memory_bytes=2 * 1024**3, rows=100_000)
BATCH: Final = Budget("batch", seconds=900, memory_bytes=4 * 1024**3, rows=20_000_000, is_background=True)


class Warehouse:
    """The analytics store. Thread-safe; one per process.

    Values reach the engine only as bound parameters. Every question belongs to a workspace and is checked against it
    before it is sent; the engine filters by workspace a second time.
    """

    def __init__(self, engine: Engine, topology: SingleNode, database: str, credentials: Sql) -> None:
        self._engine = engine
        self._topology = topology
        self._credentials = credentials
        self._slots = Slots(self._kill, is_shared=not engine.is_embedded)
        self.database = database

    # --- schema

    def migrate(self) -> None:
        """Create the database and bring the schema to the newest version. May be repeated and cut off at any point."""
        self.execute(self._topology.create_database(self.database), use_database=False)
        self.execute(VERSIONS)
        applied = {row[0] for row in self._rows(raw("SELECT version FROM schema_versions"))}
        for number, name, statements in MIGRATIONS:
            if number in applied:
                continue
            for statement in statements(self._topology, self.database, self._credentials):
                self.execute(statement)
            record = raw("INSERT INTO schema_versions SELECT ") + bind(number, "UInt32") + ", " + bind(name, "String")
            self.execute(record + ", now64(3)")

    def columns(self, table: str) -> dict[str, str]:
        """Names and types of a table's columns, in order."""
        return {row[0]: row[1] for row in self._rows(raw("DESCRIBE TABLE ") + identifier(_known(table)))}

    def add_column(self, table: str, column: str, type_: str, default: Sql, *, wait: bool = False) -> None:
        """Add a column whose value follows from other columns of its row. Adding it twice changes nothing.

        Old rows answer at once, computing `default` as they are read; in the background it is then written into them.
        `wait` returns only when that is done.
        """
        spec = TABLES[_known(table)]
        change = raw("ADD COLUMN IF NOT EXISTS ") + identifier(column) + " " + Sql((type_,)) + " DEFAULT " + default
        for statement in self._topology.alter_table(spec, change, self.database):
            self.execute(statement)
        backfill = raw("MATERIALIZE COLUMN ") + identifier(column)
        self.execute(self._topology.mutate_table(spec, backfill), settings={"mutations_sync": 2 if wait else 0})

    # --- reading

    def query(
        self,
        sql: Sql,
        *,
        workspace_id: int | None,
        budget: Budget = INTERACTIVE,
        stop: Stop | None = None,
        dangerously_across_workspaces: bool = False,
    ) -> list[tuple[Any, ...]]:
        """The rows that `sql` selects. Datetimes are aware, in UTC. With `stop`, another thread can stop it.

        `workspace_id` None is refused unless `dangerously_across_workspaces` says that the question is the system's
        own; then nothing fences it.

        Raises:
            BudgetExceeded: it cost more than `budget`. TooManyRequests: all readers stayed busy. Cancelled: it was
            stopped. Unavailable: the engine cannot answer. BugError: the query is not fenced to the workspace, or the
            engine refuses it.
        """
        mark = {} if stop is None else {"log_comment": f"{budget.name} workspace {workspace_id} {stop.mark}"}
        text, params = self._prepare(sql, workspace_id, budget, across=dangerously_across_workspaces, settings=mark)
        try:
            with self._reading(sql, budget) as client:
                if stop is None:
                    return list(client.query(text, parameters=params).result_rows)
                with stop.asking():
                    return list(client.query(text, parameters=params).result_rows)
        except Unavailable as error:
            if stop is not None and error.attrs.get("engine_code") == _QUERY_WAS_CANCELLED:
                raise cancelled() from None
            raise

    def stoppable(self, slot: str | None = None) -> AbstractContextManager[Stop]:
        """A `Stop` for the questions of one request. With a `slot`, those that had it before are stopped first."""
        return self._slots.take(slot)

    def stop(self, slot: str) -> None:
        """Stop the questions of a slot, in whatever process; nothing happens when there are none."""
        self._slots.stop(slot)

    def _kill(self, mark: str) -> None:
        """Ask the engine to stop what carries a mark. An engine that does not listen ends it at its budget."""
        which = raw("position(Settings['log_comment'], ") + bind(mark, "String") + ") > 0"
        try:
            self._execute(self._topology.kill_queries(which), self._engine.control, _KILL_WAIT, use_database=False)
        except TributaryError as error:
            _log.warning("a question could not be stopped: %s", error.code)

    def arrow(
        self,
        sql: Sql,
        *,
        workspace_id: int | None,
        budget: Budget = INTERACTIVE,
        dangerously_across_workspaces: bool = False,
    ) -> pa.Table:
        """Like `query`, as an Arrow table: for many rows."""
        import pyarrow as pa  # noqa: PLC0415 (slow to import)

        text, params = self._prepare(
            sql, workspace_id, budget, across=dangerously_across_workspaces, settings=_ARROW_OUTPUT
        )
        with self._reading(sql, budget) as client:
            payload = client.raw_query(text, parameters=params, fmt="Arrow")
        return pa.ipc.open_file(pa.py_buffer(payload)).read_all()

    def ping(self) -> None:
        """Raise `Unavailable` unless the engine answers."""
        self.query(raw("SELECT 1"), workspace_id=None, dangerously_across_workspaces=True)

    # --- writing

    def insert(self, table: str, data: pa.Table, *, token: str) -> None:
        """Insert rows exactly once per `token`.

        The same rows with the same token may be sent again after an error or a crash: whatever of them is stored
        already is left alone, the rest is completed. Rows are split by month (a partition of the table) and by size,
        because only a block within one partition is stored as a whole; each piece gets its own token. The engine
        remembers the newest 10,000 tokens of a table. `profiles` and `profile_aliases` replace rows by key, so there a
        retry simply writes again; in `recent_events` it doubles rows.

        The engine notes a token just before it stores the piece. Killed between the two, it takes the piece for stored:
        after a crash, compare what an unfinished batch left and insert what is missing under another token. A token
        must never be used again after its rows were erased.

        Raises:
            Unavailable: the engine cannot take them now; try again with the same token. BugError: wrong columns.
        """
        spec = TABLES[_known(table)]
        is_exact = spec.is_durable and spec.engine != "ReplacingMergeTree"
        for suffix, piece in _pieces(table, _conform(table, data)):
            settings = {
                **_INSERT,
                "insert_deduplicate": int(is_exact),
                "insert_deduplication_token": f"{token}:{suffix}",
                "log_comment": f"insert {table}",
                **self._topology.query_settings(),
            }
            writer = self._engine.writer.lend(timeout=_WRITER_WAIT)
            with writer as client, translated("inserting", text=table, is_write=True):
                client.raw_insert(
                    self._topology.insert_target(table),
                    column_names=piece.column_names,
                    insert_block=_ipc(piece),
                    settings=settings,
                    fmt="Arrow",
                )

    def insert_select(
        self,
        table: str,
        columns: Sequence[str],
        sql: Sql,
        *,
        workspace_id: int,
        budget: Budget = BATCH,
    ) -> None:
        """Fill a table from a question without moving the rows through this process.

        `sql` selects `columns` in order and is fenced like any question. There is no token: write under a new `run`
        and point to it when this returns.
        """
        text, params = sql.render()
        check_workspace(text, params, workspace_id)
        target = identifier(self._topology.insert_target(_known(table)))
        statement = (
            raw("INSERT INTO ") + target + " (" + join(", ", [identifier(name) for name in columns]) + ") " + sql
        )
        settings = self._settings(workspace_id, budget) | {"readonly": 0, "max_result_rows": 0}
        self.execute(statement, settings=settings)

    def delete(self, table: str, where: Sql, *, workspace_id: int) -> None:
        """Delete a workspace's rows for good: their files are rewritten before this returns."""
        predicate = raw("DELETE WHERE workspace_id = ") + bind(workspace_id, WORKSPACE_ID_TYPE) + " AND (" + where + ")"
        statement = self._topology.mutate_table(TABLES[_known(table)], predicate)
        self.execute(statement, settings={"mutations_sync": 2})

    def reload_aliases(self) -> None:
        """Make new rows of `profile_aliases` visible to questions.

        It is part of writing: behind long work in the background, all events would wait for it.
        """
        statement = self._topology.reload_dictionary("aliases", self.database)
        self._execute(statement, self._engine.writer, _WRITER_WAIT)

    def execute(self, sql: Sql, *, settings: Mapping[str, str | int] | None = None, use_database: bool = True) -> None:
        """Run a statement that is not a question. For the warehouse's own housekeeping; nothing fences it."""
        self._execute(sql, self._engine.background, BATCH.seconds, settings=settings, use_database=use_database)

    def _execute(
        self,
        sql: Sql,
        pool: Pool,
        wait: float,
        *,
        settings: Mapping[str, str | int] | None = None,
        use_database: bool = True,
    ) -> None:
        text, params = sql.render()
        with pool.lend(timeout=wait) as client, translated("executing", text=text, is_write=True):
            client.command(
                text,
                parameters={name: encode_param(value, type_) for name, (value, type_) in params.items()},
                settings=dict(settings or {}),
                use_database=use_database,
            )

    def close(self) -> None:
        """Close every connection."""
        self._engine.close()

    # --- inside

    def _rows(self, sql: Sql) -> list[tuple[Any, ...]]:
        text, _ = sql.render()
        with self._engine.readers.lend(INTERACTIVE.seconds) as client, translated("reading the schema", text=text):
            return list(client.query(text).result_rows)

    def _prepare(
        self,
        sql: Sql,
        workspace_id: int | None,
        budget: Budget,
        *,
        across: bool,
        settings: Mapping[str, str | int] | None = None,
    ) -> tuple[str, dict[str, Any]]:
        text, params = sql.render()
        if workspace_id is not None:
            check_workspace(text, params, workspace_id)
        elif not across:
            raise BugError("A query came without a workspace.", cure="Pass workspace_id.")
        clause = _settings_clause(self._settings(workspace_id, budget) | dict(settings or {}))
        encoded = {name: encode_param(value, type_) for name, (value, type_) in params.items()}
        return f"{text} SETTINGS {clause}", encoded

    def _settings(self, workspace_id: int | None, budget: Budget) -> dict[str, str | int]:
        settings: dict[str, str | int] = {
            "readonly": 1,
            "max_execution_time": budget.seconds,
            "max_memory_usage": budget.memory_bytes,
            "max_bytes_before_external_group_by": budget.memory_bytes // 2,
            "max_result_rows": budget.rows,
            "result_overflow_mode": "throw",
            "session_timezone": "UTC",
            "log_comment": f"{budget.name} workspace {workspace_id}",
            **self._topology.query_settings(),
        }
        if workspace_id is not None:
            # The second fence, in the engine itself. Only an integer and our own names enter this text.
            rows = f"workspace_id = {int(workspace_id)}"
            filters = ", ".join(f"'{self.database}.{table}': '{rows}'" for table in WORKSPACE_TABLES)
            settings["additional_table_filters"] = f"{{{filters}}}"
        return settings

    @contextmanager
    def _reading(self, sql: Sql, budget: Budget) -> Iterator[Any]:
        """A pooled connection for one question; errors are translated, slow questions logged without their values."""
        started = time.monotonic()
        try:
            pool = self._engine.background if budget.is_background else self._engine.readers
            with pool.lend(timeout=budget.seconds) as client, translated("reading", text=sql.anonymised):
                yield client
        finally:
            seconds = time.monotonic() - started
            if seconds > _SLOW_SECONDS:
                _log.warning("%s question took %.1f s: %s", budget.name, seconds, sql.anonymised)


_ARROW_OUTPUT: Final[dict[str, str | int]] = {
    "output_format_arrow_string_as_string": 1,
    "output_format_arrow_low_cardinality_as_dictionary": 0,
    "output_format_arrow_compression_method": "none",
}
# One block an insert: nothing may split or gather what the token stands for.
_INSERT: Final[dict[str, str | int]] = {
    "async_insert": 0,
    "max_insert_threads": 1,
    "max_insert_block_size": _MAX_INSERT_ROWS * 2,
    "max_partitions_per_insert_block": 1,
    "throw_on_max_partitions_per_insert_block": 1,
}


def _settings_clause(settings: Mapping[str, str | int]) -> str:
    def literal(value: str | int) -> str:
        return str(value) if isinstance(value, int) else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    return ", ".join(f"{name} = {literal(value)}" for name, value in settings.items())


def _known(table: str) -> str:
    if table not in TABLES:
        raise BugError(f"The warehouse has no table {table!r}.", cure=f"Tables: {', '.join(TABLES)}.")
    return table


def _conform(table: str, data: pa.Table) -> pa.Table:
    """The rows with the column types of the table. Promoted columns are computed by the engine, never sent."""
    schema = arrow_schema(_known(table))
    if set(data.column_names) != set(schema.names):
        wrong = sorted(set(data.column_names) ^ set(schema.names))
        raise BugError(f"Rows for {table} have wrong or missing columns: {', '.join(wrong)}.", cure="Use arrow_schema.")
    return data.select(schema.names).cast(schema)


def _pieces(table: str, data: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """The rows by partition and size, each with the suffix of its token; the same rows always split the same way."""
    for month, rows in _months(table, data):
        for start in range(0, rows.num_rows, _MAX_INSERT_ROWS):
            yield f"{month}:{start}", rows.slice(start, _MAX_INSERT_ROWS)


def _months(table: str, data: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    if table != "events" or data.num_rows == 0:
        yield "all", data
        return
    import numpy as np  # noqa: PLC0415 (slow to import)

    milliseconds = data.column("timestamp").to_numpy().astype("datetime64[ms]")
    months = milliseconds.astype("datetime64[M]")
    for month in np.unique(months):
        yield str(month), data.filter(months == month)


def _ipc(data: pa.Table) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, data.schema) as writer:
        writer.write_table(data.combine_chunks())
    return bytes(sink.getvalue().to_pybytes())


def open_warehouse(
    url: str,
    directory: Path,
    *,
    database: str = "tributary",
    topology: SingleNode | None = None,
    config_file: Path | None = None,
) -> Warehouse:
    """Open the analytics store: chDB in `directory` when `url` is empty, else the ClickHouse server at
    `clickhouse://user:password@host:8123/database?cluster=name&secure=1` (a database there overrides `database`).

    Call `migrate()` before anything else. `topology` and `config_file` (of chDB) are for tests.

    Raises:
        Unavailable: the engine cannot be reached, or another process holds the folder. ValueError: the URL is wrong.
    """
    address = parse_url(url, directory)
    if config_file is not None:
        address = Address(directory=address.directory, config_file=config_file)
    database = address.database or database
    chosen = topology or (Cluster(address.cluster) if address.cluster else SingleNode())
    engine = Engine(address, database)
    return Warehouse(engine, chosen, database, _credentials(address))


def _credentials(address: Address) -> Sql:
    """How the alias dictionary logs in to its own server; chDB needs nothing.

    A dictionary's source takes no parameters, so the two settings are written as literals.
    """
    if address.directory is not None or (address.username == "default" and not address.password):
        return raw("")
    return raw(" USER ") + _literal(address.username) + " PASSWORD " + _literal(address.password)


def _literal(text: str) -> Sql:
    if not text.isprintable():
        raise ValueError("The user and password of the warehouse may hold printable characters only.")
    return Sql(("'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'",))
