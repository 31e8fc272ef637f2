"""Which definitions build on which: an audience on another audience or a tag, a tag on an audience or another tag."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Dependency(Base):
    """`user` builds on `used`. Only live users are listed: archived ones have no rows. Kinds: `audience`, `tag`."""

    __tablename__ = "dependencies"
    __table_args__ = (Index("ix_dependencies_used", "workspace_id", "used_kind", "used_id"),)

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    used_kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    used_id: Mapped[str] = mapped_column(String(40), primary_key=True)
