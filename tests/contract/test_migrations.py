"""The migrations build exactly the schema that the code declares, on both engines."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tributary.store import Base, open_store
from tributary.store.migrate import alembic_config


@pytest.fixture
def migrated(store_url):
    store = open_store(store_url)
    store.migrate()
    yield store
    store.close()


def test_migrations_and_tables_agree(migrated):
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(migrated):
    migrated.migrate()
    (head,) = ScriptDirectory.from_config(alembic_config(migrated.engine)).get_heads()
    with migrated.read() as session:
        assert session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").all() == [(head,)]
