"""How Alembic runs here: on an engine that is handed over, with one migration at a time across processes."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.engine import Engine

from tributary.store import tables  # noqa: F401 (registers every table)
from tributary.store.types import Base, BigInt, Json, UtcDateTime

_MIGRATION_LOCK = 7_281_946_113  # any constant: PostgreSQL's advisory lock of this name


def _render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types by their names; everything else as Alembic does."""
    if kind == "type":
        if isinstance(item, UtcDateTime):
            return "UtcDateTime()"
        if item is BigInt:
            return "BigInt"
        if item is Json:
            return "Json"
    return False


def _run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite changes a table by copying it
        compare_type=True,
        render_item=_render_item,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


engine: Engine = context.config.attributes["engine"]
with engine.connect().execution_options(tributary_write=True) as open_connection, open_connection.begin():
    _run(open_connection)
