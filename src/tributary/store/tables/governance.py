"""The field catalogue: which traits and event properties a workspace has, of which type, and where they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Field(Base):
    """One trait, or one property of one event.

    `kind` is `trait` or `property`; `event` is '' for traits. `type` is a `rules.FieldType` value and stays what it was
    when the field was first seen; `type_conflicts` counts batches that brought another type. `column` is the typed
    warehouse column, None while the field is read out of the JSON text. `last_seen` may lag by an hour.
    """

    __tablename__ = "fields"
    __table_args__ = (Index("ix_fields_column", "column"),)

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(16))
    column: Mapped[str | None] = mapped_column(String(80))
    type_conflicts: Mapped[int]
    is_pii: Mapped[bool]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
