"""Admins list deliveries and orders by day, status and seller without reading all that there ever were."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0066_lists_of_admins"
down_revision: str | None = "0065_objections"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at"])
    op.create_index("ix_deliveries_cancelled", "deliveries", ["id"], postgresql_where=sa.text("status = 'cancelled'"))
    op.create_index("ix_orders_created_at", "orders", ["created_at"])
    op.create_index(
        "ix_orders_not_completed",
        "orders",
        ["order_status", "id"],
        postgresql_where=sa.text("order_status <> 'completed'"),
    )
    op.create_index("ix_order_items_product_id", "order_items", ["product_id"])


def downgrade() -> None:
    op.drop_index("ix_order_items_product_id", table_name="order_items")
    op.drop_index("ix_orders_not_completed", table_name="orders")
    op.drop_index("ix_orders_created_at", table_name="orders")
    op.drop_index("ix_deliveries_cancelled", table_name="deliveries")
    op.drop_index("ix_deliveries_created_at", table_name="deliveries")
