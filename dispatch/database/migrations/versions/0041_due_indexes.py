"""Orders that wait for their money, payments of a day and those that ended without money are found by an index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0041_due_indexes"
down_revision: str | None = "0040_proofs"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PENDING = sa.text("order_status = 'pending'")
ENDED = sa.text("status IN ('expired', 'canceled', 'failed')")


def upgrade() -> None:
    op.create_index("ix_orders_pending", "orders", ["created_at"], postgresql_where=PENDING)
    op.create_index("ix_payment_transactions_created_at", "payment_transactions", ["created_at"])
    op.create_index("ix_payment_transactions_ended", "payment_transactions", ["expires_at"], postgresql_where=ENDED)


def downgrade() -> None:
    op.drop_index("ix_payment_transactions_ended", table_name="payment_transactions")
    op.drop_index("ix_payment_transactions_created_at", table_name="payment_transactions")
    op.drop_index("ix_orders_pending", table_name="orders")
