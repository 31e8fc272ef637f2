"""Indexes of the quarantine: search by name and message id, and going through one reason in order."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLE = "quarantined_events"


def upgrade() -> None:
    with op.batch_alter_table(_TABLE, schema=None) as batch_op:
        batch_op.drop_index(f"ix_{_TABLE}_workspace_id_reason_state")
        for columns in (["event", "id"], ["message_id", "id"], ["reason", "state", "id"]):
            names = ["workspace_id", *columns]
            batch_op.create_index(f"ix_{_TABLE}_{'_'.join(names)}", names, unique=False)


def downgrade() -> None:
    with op.batch_alter_table(_TABLE, schema=None) as batch_op:
        for names in ("reason_state_id", "message_id_id", "event_id"):
            batch_op.drop_index(f"ix_{_TABLE}_workspace_id_{names}")
        columns = ["workspace_id", "reason", "state"]
        batch_op.create_index(f"ix_{_TABLE}_workspace_id_reason_state", columns, unique=False)
