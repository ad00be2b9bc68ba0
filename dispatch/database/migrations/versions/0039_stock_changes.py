"""Changes of stocks, with their reasons."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039_stock_changes"
down_revision: str | None = "0038_own_choices"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _reason() -> sa.Enum:
    """Why a stock became another."""
    reasons = ("received", "returned", "counted", "damaged", "expired", "lost", "other", "set")
    return sa.Enum(*reasons, name="stockreason", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "stock_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("stock_after", sa.Integer(), nullable=False),
        sa.Column("reason", _reason(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint("change <> 0", name=op.f("ck_stock_changes_something_changed")),
        sa.CheckConstraint("stock_after >= 0", name=op.f("ck_stock_changes_stock_not_negative")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_stock_changes_product_id_products"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_stock_changes_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_changes")),
    )
    op.create_index("ix_stock_changes_product_id", "stock_changes", ["product_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_stock_changes_product_id", table_name="stock_changes")
    op.drop_table("stock_changes")
