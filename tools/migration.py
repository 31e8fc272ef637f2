"""Write a new migration of the records store from what the tables say: `python tools/migration.py "what changes"`.

Read it before it is committed: a migration is never edited after a release.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from alembic import command

from tributary.store import open_store
from tributary.store.migrate import alembic_config, upgrade


def main() -> None:
    """Upgrade an empty SQLite file to the newest version, compare, and write the difference."""
    versions = Path(__file__).resolve().parent.parent / "src/tributary/store/migrations/versions"
    number = f"{len(list(versions.glob('[0-9]*.py'))) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'store.db'}")
        upgrade(store.engine)
        config = alembic_config(store.engine)
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        command.revision(config, sys.argv[1], autogenerate=True, rev_id=number)
        store.close()
    print(f"{versions}/{number}_… written {datetime.now(UTC):%H:%M}; read it")


if __name__ == "__main__":
    main()
