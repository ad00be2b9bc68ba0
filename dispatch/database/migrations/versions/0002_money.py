"""Money: refunds, ledger, invoices, outbox, reviews, webhooks and answered requests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002_money"
down_revision: str | None = "0002_pings"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Money that came before there was a ledger stands in it too.
BACKFILL = """
INSERT INTO ledger_entries (payment_id, sale_id, account, amount_paisa, created_at)
SELECT p.id, NULL::bigint, 'gateway', (p.total_amount * 100)::bigint, p.completed_at
FROM payment_transactions p WHERE p.status IN ('completed', 'refund_due') AND p.completed_at IS NOT NULL
UNION ALL
SELECT p.id, NULL::bigint, 'owed', -(p.total_amount * 100)::bigint, p.completed_at
FROM payment_transactions p WHERE p.status = 'refund_due' AND p.completed_at IS NOT NULL
UNION ALL
SELECT p.id, i.sale_id, 'sales', -(i.total_amount * 100)::bigint, p.completed_at
FROM payment_transactions p JOIN payment_transaction_items i ON i.payment_id = p.id WHERE p.status = 'completed'
UNION ALL
SELECT p.id, NULL::bigint, 'vat', -(p.tax_amount * 100)::bigint, p.completed_at
FROM payment_transactions p WHERE p.status = 'completed' AND p.tax_amount <> 0
UNION ALL
SELECT p.id, NULL::bigint, 'shipping', -(p.shipping_cost * 100)::bigint, p.completed_at
FROM payment_transactions p WHERE p.status = 'completed' AND p.shipping_cost <> 0
"""
REFUNDS_DUE = """
INSERT INTO refunds (refund_id, payment_id, amount_paisa, reason, mobile, status, is_late, attempts, next_attempt_at,
                     created_at, updated_at)
SELECT gen_random_uuid(), p.id, (p.total_amount * 100)::bigint, COALESCE(p.failure_reason, 'Refund due'), '',
       'requested', true, 0, now(), now(), now()
FROM payment_transactions p WHERE p.status = 'refund_due' AND p.completed_at IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "invoice_counters",
        sa.Column("series", sa.String(length=8), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "fiscal_year", name=op.f("pk_invoice_counters")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("mail", "sms", name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "sent",
                "dead",
                "skipped",
                name="messagestatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_messages_key")),
    )
    op.create_index(
        "ix_outbox_messages_dead", "outbox_messages", ["id"], unique=False, postgresql_where=sa.text("status = 'dead'")
    )
    op.create_index(
        "ix_outbox_messages_due",
        "outbox_messages",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "webhook_receipts",
        sa.Column("webhook_id", sa.String(length=300), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_webhook_receipts")),
    )
    op.create_index(op.f("ix_webhook_receipts_received_at"), "webhook_receipts", ["received_at"], unique=False)
    op.create_table(
        "answered_requests",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_answered_requests_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_answered_requests")),
    )
    op.create_index(op.f("ix_answered_requests_started_at"), "answered_requests", ["started_at"], unique=False)
    op.create_table(
        "payment_reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("gateway", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.String(length=300)), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "approved",
                "denied",
                name="reviewstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["carts.id"], name=op.f("fk_payment_reviews_cart_id_carts"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_payment_reviews_decided_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_payment_reviews_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_reviews")),
    )
    op.create_index(op.f("ix_payment_reviews_purpose"), "payment_reviews", ["purpose"], unique=False)
    op.create_index(op.f("ix_payment_reviews_user_id"), "payment_reviews", ["user_id"], unique=False)
    op.create_index(
        "uq_payment_reviews_pending",
        "payment_reviews",
        ["purpose"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_number", sa.String(length=40), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payment_transactions.id"],
            name=op.f("fk_invoices_payment_id_payment_transactions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("fiscal_year", "number", name=op.f("uq_invoices_fiscal_year")),
        sa.UniqueConstraint("invoice_number", name=op.f("uq_invoices_invoice_number")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_invoices_payment_id")),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("request_key", sa.String(length=300), nullable=True),
        sa.Column("amount_paisa", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("mobile", sa.String(length=32), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "sent",
                "succeeded",
                "failed",
                "unclear",
                name="refundstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("gateway_before", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("credit_note_number", sa.String(length=40), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_paisa > 0", name=op.f("ck_refunds_amount_positive")),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payment_transactions.id"],
            name=op.f("fk_refunds_payment_id_payment_transactions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["users.id"], name=op.f("fk_refunds_requested_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("credit_note_number", name=op.f("uq_refunds_credit_note_number")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_refunds_refund_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_refunds_request_key")),
    )
    op.create_index(
        "ix_refunds_due",
        "refunds",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('requested', 'sent')"),
    )
    op.create_index(op.f("ix_refunds_payment_id"), "refunds", ["payment_id"], unique=False)
    op.create_index(
        "uq_refunds_one_sent", "refunds", ["payment_id"], unique=True, postgresql_where=sa.text("status = 'sent'")
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=True),
        sa.Column("sale_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "account",
            sa.Enum(
                "gateway",
                "sales",
                "vat",
                "shipping",
                "owed",
                name="ledgeraccount",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_paisa", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payment_transactions.id"],
            name=op.f("fk_ledger_entries_payment_id_payment_transactions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refunds.id"], name=op.f("fk_ledger_entries_refund_id_refunds"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["sale_id"], ["sales.id"], name=op.f("fk_ledger_entries_sale_id_sales"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    op.create_index(op.f("ix_ledger_entries_payment_id"), "ledger_entries", ["payment_id"], unique=False)
    op.create_index(op.f("ix_ledger_entries_refund_id"), "ledger_entries", ["refund_id"], unique=False)
    op.create_index(op.f("ix_ledger_entries_sale_id"), "ledger_entries", ["sale_id"], unique=False)
    op.execute(BACKFILL)
    op.execute(REFUNDS_DUE)


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_entries_sale_id"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_refund_id"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_payment_id"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index("uq_refunds_one_sent", table_name="refunds", postgresql_where=sa.text("status = 'sent'"))
    op.drop_index(op.f("ix_refunds_payment_id"), table_name="refunds")
    op.drop_index("ix_refunds_due", table_name="refunds", postgresql_where=sa.text("status IN ('requested', 'sent')"))
    op.drop_table("refunds")
    op.drop_table("invoices")
    op.drop_index(
        "uq_payment_reviews_pending", table_name="payment_reviews", postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_index(op.f("ix_payment_reviews_user_id"), table_name="payment_reviews")
    op.drop_index(op.f("ix_payment_reviews_purpose"), table_name="payment_reviews")
    op.drop_table("payment_reviews")
    op.drop_index(op.f("ix_answered_requests_started_at"), table_name="answered_requests")
    op.drop_table("answered_requests")
    op.drop_index(op.f("ix_webhook_receipts_received_at"), table_name="webhook_receipts")
    op.drop_table("webhook_receipts")
    op.drop_index(
        "ix_outbox_messages_due", table_name="outbox_messages", postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_index("ix_outbox_messages_dead", table_name="outbox_messages", postgresql_where=sa.text("status = 'dead'"))
    op.drop_table("outbox_messages")
    op.drop_table("invoice_counters")
