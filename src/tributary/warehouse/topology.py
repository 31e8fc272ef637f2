"""What differs between one node and a cluster: only how tables are declared, altered and written to.

Queries use the same table names everywhere. On a cluster `events` is a Distributed table over `events_local` on every
shard, and a row's shard follows from its sharding key, so one profile's rows live together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from tributary.core.sql import Sql, identifier, join, raw

# The pipeline forgets a batch once its insert returns, so it must survive a power cut: fsync, about 4 ms an insert.
_DURABLE = "fsync_after_insert = 1, fsync_part_directory = 1"
_WINDOW = "10000"  # inserts that a table remembers; a retry comes within a few


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table without its engine's cluster dress.

    `engine` is the MergeTree variant's name, `arguments` its column arguments, `shard_by` the column whose hash
    chooses the shard, `tail` the rest of the declaration (PARTITION BY, ORDER BY, TTL), and `settings` what the table
    sets besides what every table does. `is_durable` tables survive a power cut and take an insert once; others may
    lose their last rows to one and take an insert twice, at half the price.
    """

    name: LiteralString
    columns: Sql
    engine: LiteralString
    arguments: LiteralString
    tail: LiteralString
    shard_by: LiteralString
    settings: LiteralString = ""
    is_durable: bool = True


def _settings(table: TableSpec, window: LiteralString) -> Sql:
    own = [Sql((table.settings,))] if table.settings else []
    exact = [raw(_DURABLE), raw(window) + " = " + _WINDOW] if table.is_durable else []
    settings = [*exact, *own]
    return raw(" SETTINGS ") + join(", ", settings) if settings else raw("")


class SingleNode:
    """One engine: chDB, or one ClickHouse server."""

    def create_table(self, table: TableSpec, database: str) -> list[Sql]:  # noqa: ARG002 (others need the database)
        """Statements that declare a table; all may be repeated."""
        text = raw("CREATE TABLE IF NOT EXISTS ") + identifier(table.name) + " (" + table.columns + ") ENGINE = "
        text = text + Sql((table.engine,)) + "(" + Sql((table.arguments,)) + ") " + Sql((table.tail,))
        return [text + _settings(table, "non_replicated_deduplication_window")]

    def alter_table(self, table: TableSpec, change: Sql, database: str) -> list[Sql]:  # noqa: ARG002
        """Statements that change a table's columns everywhere."""
        return [raw("ALTER TABLE ") + identifier(table.name) + " " + change]

    def mutate_table(self, table: TableSpec, change: Sql) -> Sql:
        """The statement that rewrites a table's rows where they are stored."""
        return raw("ALTER TABLE ") + identifier(self.storage(table.name)) + " " + change

    def create_database(self, database: str) -> Sql:
        """The statement that declares the database on every node."""
        return raw("CREATE DATABASE IF NOT EXISTS ") + identifier(database)

    def create_dictionary(self, name: LiteralString, body: Sql) -> Sql:
        """The statement that declares a dictionary on every node."""
        return raw("CREATE DICTIONARY IF NOT EXISTS ") + identifier(name) + " " + body

    def reload_dictionary(self, name: LiteralString, database: str) -> Sql:
        """The statement that reloads a dictionary on every node."""
        return raw("SYSTEM RELOAD DICTIONARY ") + identifier(database) + "." + identifier(name)

    def kill_queries(self, which: Sql) -> Sql:
        """The statement that stops running queries, wherever they were asked, and does not wait until they end."""
        return raw("KILL QUERY WHERE ") + which + " ASYNC"

    def storage(self, table: str) -> str:
        """The table on one node that holds the rows."""
        return table

    def insert_target(self, table: str) -> str:
        """The table that inserts name."""
        return table

    def query_settings(self) -> dict[str, str | int]:
        """Settings that every query needs here."""
        return {}


class Cluster(SingleNode):
    """A ClickHouse cluster: replicated local tables below Distributed ones.

    The server must define the macros `{shard}` and `{replica}` and the cluster `name`, with this database as each
    shard's default_database, so that dictionary names resolve there.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._cluster = identifier(name)

    def _on_cluster(self) -> Sql:
        return raw(" ON CLUSTER ") + self._cluster

    def create_table(self, table: TableSpec, database: str) -> list[Sql]:
        local = identifier(self.storage(table.name))
        path = raw("'/clickhouse/tables/{shard}/") + identifier(database) + "/" + local + "', '{replica}'"
        arguments = path + (", " + Sql((table.arguments,)) if table.arguments else raw(""))
        text = raw("CREATE TABLE IF NOT EXISTS ") + local + self._on_cluster() + " (" + table.columns + ") ENGINE = "
        text = text + "Replicated" + Sql((table.engine,)) + "(" + arguments + ") " + Sql((table.tail,))
        text = text + _settings(table, "replicated_deduplication_window")
        return [text, self._distributed(table, database, local, local, self._on_cluster())]

    def _distributed(self, table: TableSpec, database: str, like: Sql, over: Sql, where: Sql) -> Sql:
        text = raw("CREATE TABLE IF NOT EXISTS ") + identifier(table.name) + where + " AS " + like
        parts = [self._cluster, identifier(database), over, raw("cityHash64(") + identifier(table.shard_by) + ")"]
        return text + " ENGINE = Distributed(" + join(", ", parts) + ")"

    def alter_table(self, table: TableSpec, change: Sql, database: str) -> list[Sql]:  # noqa: ARG002
        # The stored table first: for a moment the Distributed one lacks the column, never the other way round.
        names = [identifier(self.storage(table.name)), identifier(table.name)]
        return [raw("ALTER TABLE ") + name + self._on_cluster() + " " + change for name in names]

    def mutate_table(self, table: TableSpec, change: Sql) -> Sql:
        return raw("ALTER TABLE ") + identifier(self.storage(table.name)) + self._on_cluster() + " " + change

    def create_dictionary(self, name: LiteralString, body: Sql) -> Sql:
        return raw("CREATE DICTIONARY IF NOT EXISTS ") + identifier(name) + self._on_cluster() + " " + body

    def create_database(self, database: str) -> Sql:
        return super().create_database(database) + self._on_cluster()

    def reload_dictionary(self, name: LiteralString, database: str) -> Sql:
        # ON CLUSTER stands between the keyword and the name.
        return (
            raw("SYSTEM RELOAD DICTIONARY") + self._on_cluster() + " " + identifier(database) + "." + identifier(name)
        )

    def kill_queries(self, which: Sql) -> Sql:
        return raw("KILL QUERY") + self._on_cluster() + " WHERE " + which + " ASYNC"

    def storage(self, table: str) -> str:
        return f"{table}_local"

    def query_settings(self) -> dict[str, str | int]:
        # Subqueries of IN and JOIN are run once and sent to the shards: right wherever the rows live. Merges move
        # events to a canonical profile on another shard, so co-location cannot be relied upon.
        return {"distributed_product_mode": "global", "distributed_foreground_insert": 1}
