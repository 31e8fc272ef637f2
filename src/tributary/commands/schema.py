"""Is the store's schema the one of this version? An empty store is set up; an old one waits for `tributary migrate`."""

from __future__ import annotations

from sqlalchemy import inspect

from tributary.errors import InvalidRequest
from tributary.store import Store


def ensure_schema(store: Store) -> None:
    """Set up an empty store, and refuse one whose schema is older or newer than this version's.

    Raises:
        InvalidRequest: it is older or newer.
        Unavailable: the store does not answer.
    """
    store.ping()
    if not inspect(store.engine).get_table_names():
        store.migrate()
        return
    current, newest = revisions(store)
    if current is not None and current != newest:
        raise InvalidRequest(
            f"The records store has schema {current}, this version needs {newest}.",
            cure="Stop the server, make a backup, then run: tributary migrate",
        )


def revisions(store: Store) -> tuple[str | None, str | None]:
    """The schema revision that the store has (None: it was never migrated), and the newest that this version knows."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from tributary.store.migrate import alembic_config

    newest = ScriptDirectory.from_config(alembic_config(store.engine)).get_current_head()
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest
