"""Schema migrations of the records store, by Alembic, one history for both engines."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration for an open engine; no ini file is involved."""
    config = Config()
    config.set_main_option("script_location", "tributary.store:migrations")
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to `revision`. Several processes may start at once: PostgreSQL holds a lock meanwhile."""
    command.upgrade(alembic_config(engine), revision)
