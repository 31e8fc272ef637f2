"""The records store: SQLite on one machine, PostgreSQL on a server, one schema, one API.

Use it as

    with store.begin() as session:      # one write transaction; commits at the end or rolls back
        session.add(thing)
    with store.read() as session:       # a read transaction; never takes the write lock
        ...

All tables live in `tributary.store.tables`; no other package imports a database driver or creates an engine.
"""

from sqlalchemy.orm import Session

from tributary.store.engine import Store, open_store
from tributary.store.types import Base, UtcDateTime, upsert

__all__ = ["Base", "Session", "Store", "UtcDateTime", "open_store", "upsert"]
