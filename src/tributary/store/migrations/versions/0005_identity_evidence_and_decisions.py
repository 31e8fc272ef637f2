"""Identity: rules in versions, evidence by kind, source and trust, decisions, and identifiers with ids of their own.

What is there keeps its meaning: the oldest identifier of each profile takes the profile's id for its events; what is
linked was trusted.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from tributary.store.types import BigInt, Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DECISION_INDEXES = (["identifier_a"], ["identifier_b"], ["workspace_id", "at_ms"])


def upgrade() -> None:
    op.create_table(
        "identity_decisions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("identifier_a", BigInt, nullable=False),
        sa.Column("identifier_b", BigInt, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("at_ms", BigInt, nullable=False),
        sa.Column("revoked_by", sa.String(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_decisions")),
    )
    for columns in _DECISION_INDEXES:
        op.create_index(f"ix_identity_decisions_{'_'.join(columns)}", "identity_decisions", columns)
    op.create_table(
        "identity_rules",
        sa.Column("workspace_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("version", BigInt, autoincrement=False, nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "version", name=op.f("pk_identity_rules")),
    )
    op.create_table(
        "device_logouts",
        sa.Column("identifier", BigInt, autoincrement=False, nullable=False),
        sa.Column("at_ms", BigInt, autoincrement=False, nullable=False),
        sa.Column("workspace_id", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("identifier", "at_ms", name=op.f("pk_device_logouts")),
    )
    _carry_types_over()
    op.drop_table("identifier_types")
    with op.batch_alter_table("edges", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="same_event"))
        batch_op.add_column(sa.Column("is_trusted", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("epoch", BigInt, nullable=False, server_default="0"))
    op.execute("UPDATE edges SET kind = rule")
    with op.batch_alter_table("identifiers", schema=None) as batch_op:
        for name in ("base_id", "first_led_ms", "last_led_ms"):
            batch_op.add_column(sa.Column(name, BigInt, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("is_removed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("ix_identifiers_base_id", ["base_id"])
    op.execute(
        "UPDATE identifiers SET base_id = profile_id, "
        "first_led_ms = (SELECT p.first_seen_ms FROM profiles p WHERE p.profile_id = identifiers.profile_id), "
        "last_led_ms = (SELECT p.last_seen_ms - p.last_seen_ms % 3600000 FROM profiles p "
        "WHERE p.profile_id = identifiers.profile_id) "
        "WHERE id IN (SELECT id FROM (SELECT i.id, row_number() OVER (PARTITION BY i.profile_id "
        "ORDER BY i.first_seen_ms, i.id) AS place FROM identifiers i "
        "JOIN profiles p ON p.profile_id = i.profile_id) AS oldest WHERE place = 1)"
    )
    with op.batch_alter_table("merges", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="merge", nullable=False))


def _carry_types_over() -> None:
    connection = op.get_bind()
    types = sa.table(
        "identifier_types",
        sa.column("workspace_id", BigInt),
        sa.column("name", sa.String),
        sa.column("definition", Json),
    )
    rules = sa.table(
        "identity_rules", sa.column("workspace_id", BigInt), sa.column("version", BigInt),
        sa.column("definition", Json), sa.column("note", sa.String), sa.column("created_by", sa.String),
        sa.column("created_at", UtcDateTime()), sa.column("applied_at", UtcDateTime()),
    )  # fmt: skip
    own: dict[int, list[object]] = {}
    for workspace_id, definition in connection.execute(
        sa.select(types.c.workspace_id, types.c.definition).order_by(types.c.name)
    ):
        own.setdefault(workspace_id, []).append(definition)
    now = datetime.now(UTC)
    for workspace_id, definitions in own.items():
        connection.execute(
            rules.insert().values(
                workspace_id=workspace_id, version=1, definition={"types": definitions}, note="", created_by="",
                created_at=now, applied_at=now,
            )
        )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("merges", schema=None) as batch_op:
        batch_op.drop_column("kind")
    with op.batch_alter_table("identifiers", schema=None) as batch_op:
        batch_op.drop_index("ix_identifiers_base_id")
        for name in ("is_removed", "last_led_ms", "first_led_ms", "base_id"):
            batch_op.drop_column(name)
    with op.batch_alter_table("edges", schema=None) as batch_op:
        for name in ("epoch", "is_trusted", "kind"):
            batch_op.drop_column(name)
    op.create_table(
        "identifier_types",
        sa.Column("workspace_id", BigInt, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_identifier_types")),
    )
    op.drop_table("device_logouts")
    op.drop_table("identity_rules")
    op.drop_table("identity_decisions")
