"""An index of deliveries by time, so that the speed of a sending can be asked every second."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BEFORE, _AFTER = "ix_deliveries_campaign_id_state", "ix_deliveries_campaign_id_state_updated_at"


def upgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(_BEFORE)
        batch_op.create_index(_AFTER, ["campaign_id", "state", "updated_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(_AFTER)
        batch_op.create_index(_BEFORE, ["campaign_id", "state"], unique=False)
