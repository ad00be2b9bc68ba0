"""What a person decides: payments that are held, refunds that are disputed, the grace of a seller's word."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006_exceptions"
down_revision: str | None = "0005_standing"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PAYMENT_STATUSES = ("processing", "completed", "failed", "expired", "canceled", "refunded", "refund_due")
REFUND_STATUSES = ("requested", "sent", "succeeded", "failed", "unclear")


def _allow(table: str, constraint: str, values: Sequence[str]) -> None:
    op.drop_constraint(op.f(constraint), table, type_="check")
    op.create_check_constraint(op.f(constraint), table, sa.column("status").in_(values))


def upgrade() -> None:
    _allow("payment_transactions", "ck_payment_transactions_transactionstatus", [*PAYMENT_STATUSES, "held"])
    _allow("refunds", "ck_refunds_refundstatus", [*REFUND_STATUSES, "disputed", "denied"])
    # A key that a client gives belongs to the payment that it was used on.
    op.drop_constraint(op.f("uq_refunds_request_key"), "refunds", type_="unique")
    op.create_unique_constraint(op.f("uq_refunds_payment_id"), "refunds", ["payment_id", "request_key"])

    op.add_column("payment_transactions", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "payment_transactions", sa.Column("check_failures", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("payment_transactions", sa.Column("check_error", sa.String(length=300), nullable=True))
    op.add_column("payment_transactions", sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_payment_transactions_held",
        "payment_transactions",
        ["id"],
        postgresql_where=sa.text("status = 'held' OR check_failures > 0"),
    )
    op.execute(
        "UPDATE payment_transactions SET ended_at = LEAST(expires_at, updated_at) "
        "WHERE status IN ('failed', 'expired', 'canceled')"
    )
    op.add_column("sales", sa.Column("objection_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_orders_delivered", "orders", ["id"], postgresql_where=sa.text("order_status = 'delivered'"))


def downgrade() -> None:
    op.drop_index("ix_orders_delivered", table_name="orders")
    op.drop_column("sales", "objection_until")
    op.drop_index("ix_payment_transactions_held", table_name="payment_transactions")
    for column in ("next_check_at", "check_error", "check_failures", "ended_at"):
        op.drop_column("payment_transactions", column)
    op.execute(
        "UPDATE refunds r SET request_key = NULL WHERE request_key IS NOT NULL AND EXISTS "
        "(SELECT FROM refunds o WHERE o.request_key = r.request_key AND o.id < r.id)"
    )
    op.drop_constraint(op.f("uq_refunds_payment_id"), "refunds", type_="unique")
    op.create_unique_constraint(op.f("uq_refunds_request_key"), "refunds", ["request_key"])
    op.execute("UPDATE refunds SET status = 'failed' WHERE status IN ('disputed', 'denied')")
    op.execute("UPDATE payment_transactions SET status = 'processing' WHERE status = 'held'")
    _allow("refunds", "ck_refunds_refundstatus", REFUND_STATUSES)
    _allow("payment_transactions", "ck_payment_transactions_transactionstatus", PAYMENT_STATUSES)
