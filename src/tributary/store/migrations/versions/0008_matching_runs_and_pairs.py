"""Settings and runs of matching, and the pairs of people that it found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tributary.store.types import BigInt, Json, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matching_settings",
        sa.Column("workspace_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("updated_by", sa.String(length=40), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_matching_settings")),
    )
    op.create_table(
        "match_runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("workspace_id", BigInt, nullable=False),
        sa.Column("trigger", sa.String(length=16), nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("settings", Json, nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("model", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_runs")),
    )
    op.create_index("ix_match_runs_workspace_id_id", "match_runs", ["workspace_id", "id"])
    op.create_table(
        "match_pairs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("workspace_id", BigInt, nullable=False),
        sa.Column("identifier_a", BigInt, nullable=False),
        sa.Column("identifier_b", BigInt, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("weight", sa.Float(precision=53), nullable=False),
        sa.Column("probability", sa.Float(precision=53), nullable=False),
        sa.Column("explained", Json, nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_pairs")),
        sa.UniqueConstraint(
            "workspace_id",
            "identifier_a",
            "identifier_b",
            name=op.f("uq_match_pairs_workspace_id_identifier_a_identifier_b"),
        ),
    )
    op.create_index(
        "ix_match_pairs_workspace_id_status_weight_id", "match_pairs", ["workspace_id", "status", "weight", "id"]
    )


def downgrade() -> None:
    op.drop_table("match_pairs")
    op.drop_table("match_runs")
    op.drop_table("matching_settings")
