"""Identifiers whose values came to be blocked, and kinds of accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("groups") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="account", nullable=False))
    with op.batch_alter_table("identifiers") as batch_op:
        batch_op.add_column(sa.Column("is_blocked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_identifiers_blocked",
        "identifiers",
        ["workspace_id"],
        sqlite_where=sa.text("is_blocked = 1"),
        postgresql_where=sa.text("is_blocked"),
    )


def downgrade() -> None:
    op.drop_index("ix_identifiers_blocked", "identifiers")
    with op.batch_alter_table("identifiers") as batch_op:
        batch_op.drop_column("is_blocked")
    with op.batch_alter_table("groups") as batch_op:
        batch_op.drop_column("kind")
