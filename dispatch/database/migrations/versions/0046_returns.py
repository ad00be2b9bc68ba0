"""A parcel goes back to its seller as a delivery of its own, so a sale has one delivery there and perhaps one back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0046_returns"
down_revision: str | None = "0045_deleted_accounts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("return_of", sa.BigInteger(), nullable=True))
    op.add_column("deliveries", sa.Column("restocks", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.create_unique_constraint(op.f("uq_deliveries_return_of"), "deliveries", ["return_of"])
    op.create_foreign_key(
        op.f("fk_deliveries_return_of_deliveries"),
        "deliveries",
        "deliveries",
        ["return_of"],
        ["id"],
        ondelete="RESTRICT",
    )
    op.create_index(
        "uq_deliveries_sale_there",
        "deliveries",
        ["sale_id"],
        unique=True,
        postgresql_where=sa.text("return_of IS NULL"),
    )
    op.create_index(op.f("ix_deliveries_sale_id"), "deliveries", ["sale_id"], unique=False)
    op.drop_constraint(op.f("uq_deliveries_sale_id"), "deliveries", type_="unique")


def downgrade() -> None:
    """Refused by the database where there are returns: they would be lost."""
    op.create_unique_constraint(op.f("uq_deliveries_sale_id"), "deliveries", ["sale_id"])
    op.drop_index(op.f("ix_deliveries_sale_id"), table_name="deliveries")
    op.drop_index("uq_deliveries_sale_there", table_name="deliveries")
    op.drop_constraint(op.f("fk_deliveries_return_of_deliveries"), "deliveries", type_="foreignkey")
    op.drop_constraint(op.f("uq_deliveries_return_of"), "deliveries", type_="unique")
    op.drop_column("deliveries", "restocks")
    op.drop_column("deliveries", "return_of")
