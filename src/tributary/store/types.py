"""Portable column types, the declarative base, and the one statement that differs between the engines: upsert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Table
from sqlalchemy import types as sa_types
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.type_api import TypeEngine

# 64-bit everywhere; SQLite only autoincrements a column that is declared INTEGER.
BigInt = BigInteger().with_variant(Integer(), "sqlite")
Json: TypeEngine[Any] = sa_types.JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(sa_types.TypeDecorator[datetime]):
    """An aware UTC datetime on both engines. SQLite keeps no zone, so naive values are refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (signature)
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table. Constraint names are fixed so that migrations can name them on both engines."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads a plain class attribute)
        datetime: UtcDateTime(),
        int: BigInt,
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
    }


def upsert(
    session: Session,
    table: type[Base] | Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
    add: Sequence[str] = (),
) -> None:
    """Insert `rows`; where `key` exists already, set the `update` columns to the new values and add to the `add` ones.

    With neither `update` nor `add`, existing rows are left alone.
    """
    if not rows:
        return
    target = table if isinstance(table, Table) else table.__table__
    if not isinstance(target, Table):
        raise TypeError("upsert needs a table")
    dialect = session.get_bind().dialect.name
    insert = sqlite_insert(target) if dialect == "sqlite" else postgresql_insert(target)
    if update or add:
        values: dict[str, Any] = {name: insert.excluded[name] for name in update}
        values.update({name: target.c[name] + insert.excluded[name] for name in add})
        statement = insert.on_conflict_do_update(index_elements=list(key), set_=values)
    else:
        statement = insert.on_conflict_do_nothing(index_elements=list(key))
    session.execute(statement, [dict(row) for row in rows])
