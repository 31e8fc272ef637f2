"""What was asked of identity rules, and what people have looked at of what is suspicious."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tributary.store.types import BigInt, Json, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_reviews",
        sa.Column("workspace_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", BigInt, autoincrement=False, nullable=False),
        sa.Column("extent", BigInt, nullable=False),
        sa.Column("reviewed_by", sa.String(length=40), nullable=False),
        sa.Column("reviewed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "subject", name=op.f("pk_identity_reviews")),
    )
    op.create_table(
        "identity_runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("workspace_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", BigInt, nullable=True),
        sa.Column("definition", Json, nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_runs")),
    )
    op.create_index("ix_identity_runs_workspace_id_id", "identity_runs", ["workspace_id", "id"])
    op.add_column("merges", sa.Column("recorded_ms", BigInt, server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("merges", "recorded_ms")
    op.drop_table("identity_runs")
    op.drop_table("identity_reviews")
