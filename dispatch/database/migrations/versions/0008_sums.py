"""What an order costs in all, orders for what was bought without one, ends of holds, lines of reviews, leases."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008_sums"
down_revision: str | None = "0007_incarnation"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# From the payment that was completed, else from the last that was opened, else by the usual rate and cost: an order
# that is still unpaid is computed anew when it is paid for.
ORDER_SUMS = """
UPDATE orders o SET
    tax_amount = COALESCE(known.tax_amount, (
        SELECT round(COALESCE(sum(i.total_price), 0) * 0.13, 2)
        FROM order_items i JOIN products p ON p.id = i.product_id
        WHERE i.order_id = o.id AND p.tax_class = 'standard'
    )),
    shipping_cost = COALESCE(known.shipping_cost, 100.00)
FROM orders self LEFT JOIN LATERAL (
    SELECT p.tax_amount, p.shipping_cost FROM payment_transactions p WHERE p.order_id = self.id
    ORDER BY p.status IN ('completed', 'refunded') DESC, p.id DESC LIMIT 1
) known ON true
WHERE self.id = o.id
"""
# What was bought without an order gets one, so that its buyer finds it. The place is left empty: nobody was asked.
MISSING_ORDERS = """
DO $$
DECLARE
    paid RECORD;
    place_id bigint;
    made_id bigint;
BEGIN
    FOR paid IN
        SELECT p.* FROM payment_transactions p
        WHERE p.order_id IS NULL
          AND EXISTS (SELECT FROM payment_transaction_items i WHERE i.payment_id = p.id AND i.sale_id IS NOT NULL)
        ORDER BY p.id
    LOOP
        INSERT INTO delivery_infos
            (customer_name, phone_number, address, city, state, zip_code, delivery_instructions)
        VALUES (paid.customer_name, paid.customer_phone, '', '', '', '', '') RETURNING id INTO place_id;
        INSERT INTO orders (order_number, customer_id, cart_id, delivery_info_id, payment_method, total_amount,
                            tax_amount, shipping_cost, order_status, payment_status, created_at, updated_at)
        SELECT 'MP-' || to_char(paid.created_at, 'YYYYMMDD') || '-' || lpad(paid.id::text, 8, '0'), paid.user_id,
               paid.cart_id, place_id, paid.gateway, paid.subtotal, paid.tax_amount, paid.shipping_cost,
               CASE WHEN bool_and(s.status = 'cancelled') THEN 'cancelled'
                    WHEN bool_and(s.status IN ('delivered', 'cancelled')) THEN 'delivered'
                    WHEN bool_or(s.status IN ('shipped', 'delivered')) THEN 'shipped'
                    ELSE 'confirmed' END,
               CASE WHEN paid.status = 'refunded' OR bool_and(s.payment_status = 'refunded') THEN 'refunded'
                    ELSE 'paid' END,
               paid.created_at, now()
        FROM payment_transaction_items i JOIN sales s ON s.id = i.sale_id WHERE i.payment_id = paid.id
        RETURNING id INTO made_id;
        INSERT INTO order_items (order_id, product_id, product_name, quantity, unit_price, total_price)
        SELECT made_id, product_id, product_name, quantity, unit_price, total_amount
        FROM payment_transaction_items WHERE payment_id = paid.id ORDER BY id;
        INSERT INTO order_tracking_events (order_id, status, message, created_at)
        VALUES (made_id, 'confirmed', 'Payment confirmed', COALESCE(paid.completed_at, paid.created_at));
        UPDATE sales SET order_id = made_id
        WHERE id IN (SELECT sale_id FROM payment_transaction_items WHERE payment_id = paid.id);
        UPDATE payment_transactions SET order_id = made_id WHERE id = paid.id;
    END LOOP;
END $$
"""


def upgrade() -> None:
    for column in ("tax_amount", "shipping_cost"):
        op.add_column("orders", sa.Column(column, sa.Numeric(12, 2), server_default="0", nullable=False))
    op.execute(ORDER_SUMS)
    for column in ("tax_amount", "shipping_cost"):
        op.alter_column("orders", column, server_default=None)
    op.execute(MISSING_ORDERS)
    op.add_column("payment_transactions", sa.Column("vat_rate", sa.Numeric(5, 4), nullable=True))
    op.add_column("payment_transactions", sa.Column("hold_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_payment_transactions_holding",
        "payment_transactions",
        ["hold_ends_at"],
        postgresql_where=sa.text("holds_stock"),
    )
    op.add_column("payment_transaction_items", sa.Column("is_taxed", sa.Boolean(), nullable=True))
    op.add_column(
        "payment_reviews",
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.alter_column("payment_reviews", "lines", server_default=None)
    op.add_column("answered_requests", sa.Column("lease", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("answered_requests", "lease")
    op.drop_column("payment_reviews", "lines")
    op.drop_column("payment_transaction_items", "is_taxed")
    op.drop_index("ix_payment_transactions_holding", table_name="payment_transactions")
    op.drop_column("payment_transactions", "hold_ends_at")
    op.drop_column("payment_transactions", "vat_rate")
    op.drop_column("orders", "shipping_cost")
    op.drop_column("orders", "tax_amount")
