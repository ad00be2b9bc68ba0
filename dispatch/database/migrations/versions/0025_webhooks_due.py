"""Messages of webhooks that are due are walked in their order, not sorted with each look."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025_webhooks_due"
down_revision: str | None = "0024_zones"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    op.drop_index("ix_webhook_messages_due", table_name="webhook_messages", postgresql_where=PENDING)
    op.create_index(
        "ix_webhook_messages_due",
        "webhook_messages",
        ["endpoint_id", "next_attempt_at", "sequence"],
        unique=False,
        postgresql_where=PENDING,
    )


def downgrade() -> None:
    op.drop_index("ix_webhook_messages_due", table_name="webhook_messages", postgresql_where=PENDING)
    op.create_index(
        "ix_webhook_messages_due",
        "webhook_messages",
        ["endpoint_id", "next_attempt_at"],
        unique=False,
        postgresql_where=PENDING,
    )
