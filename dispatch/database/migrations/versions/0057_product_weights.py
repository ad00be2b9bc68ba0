"""A product has a weight, from which its parcels have theirs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0057_product_weights"
down_revision: str | None = "0056_told_rows"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("products", sa.Column("weight_kg", sa.Numeric(precision=9, scale=3), nullable=True))
    op.create_check_constraint(op.f("ck_products_weight_positive"), "products", "weight_kg > 0")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_products_weight_positive"), "products")
    op.drop_column("products", "weight_kg")
