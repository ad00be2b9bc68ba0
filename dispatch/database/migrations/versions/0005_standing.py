"""What a verification saw, whose rating counts, where a step is implausible; indexes for what grows for ever."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005_standing"
down_revision: str | None = "0004_audit"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("transporters", sa.Column("max_active_granted", sa.Integer(), nullable=True))
    op.add_column("transporters", sa.Column("rating_sum", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("transporters", sa.Column("papers_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("transporters", sa.Column("verified_version", sa.Integer(), nullable=True))
    op.alter_column("transporters", "earned", type_=sa.Numeric(18, 2), existing_nullable=False)
    op.execute("UPDATE transporters SET rating_sum = round(rating * rating_count)")
    op.execute("UPDATE transporters SET verified_version = 1 WHERE verified_at IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_transporters_verified_as_it_is"),
        "transporters",
        "verified_at IS NULL OR verified_version IS NOT DISTINCT FROM papers_version",
    )
    op.add_column("deliveries", sa.Column("buyer_rating", sa.SmallInteger(), nullable=True))
    op.add_column("deliveries", sa.Column("counted_rating", sa.SmallInteger(), nullable=True))
    op.execute("UPDATE deliveries SET counted_rating = customer_rating WHERE customer_rating IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_deliveries_buyer_rating_in_range"), "deliveries", "buyer_rating BETWEEN 1 AND 5"
    )
    op.add_column(
        "delivery_trackings",
        sa.Column("flags", postgresql.ARRAY(sa.String(32)), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index(
        "ix_deliveries_delivered",
        "deliveries",
        ["transporter_id", "delivered_at"],
        postgresql_where=sa.text("delivered_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_sales_product_id"), "sales", ["product_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_sales_product_id"), table_name="sales")
    op.drop_index("ix_deliveries_delivered", table_name="deliveries")
    op.drop_column("delivery_trackings", "flags")
    op.drop_constraint(op.f("ck_deliveries_buyer_rating_in_range"), "deliveries")
    op.drop_column("deliveries", "counted_rating")
    op.drop_column("deliveries", "buyer_rating")
    op.drop_constraint(op.f("ck_transporters_verified_as_it_is"), "transporters")
    # What does not fit the narrower column stays at its limit.
    op.execute("UPDATE transporters SET earned = 9999999999.99 WHERE earned > 9999999999.99")
    op.alter_column("transporters", "earned", type_=sa.Numeric(12, 2), existing_nullable=False)
    for column in ("verified_version", "papers_version", "rating_sum", "max_active_granted"):
        op.drop_column("transporters", column)
