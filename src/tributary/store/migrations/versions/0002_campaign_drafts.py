"""Drafts of campaigns: revisions, notes on versions, archiving, and remembered headline numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tributary.store.types import BigInt, Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("campaign_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.String(length=200), nullable=True))

    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", BigInt, server_default="1", nullable=False))
        batch_op.add_column(sa.Column("archived_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("headline", Json, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.drop_column("headline")
        batch_op.drop_column("archived_at")
        batch_op.drop_column("revision")

    with op.batch_alter_table("campaign_versions", schema=None) as batch_op:
        batch_op.drop_column("note")
