"""A seller's newest sales are found by an index."""

from collections.abc import Sequence

from alembic import op

revision: str = "0058_newest_sales"
down_revision: str | None = "0057_product_weights"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Dropped first, which holds the whole table: whoever has read it and writes it next would else wait for the new index,
# and this for them.


def upgrade() -> None:
    op.drop_index("ix_sales_seller_id", table_name="sales")
    op.create_index("ix_sales_of_seller", "sales", ["seller_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_sales_of_seller", table_name="sales")
    op.create_index("ix_sales_seller_id", "sales", ["seller_id"])
