"""Deliveries may end as lost or damaged, refunds name their sale, attempts a parcel that is damaged or missing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0043_losses"
down_revision: str | None = "0042_addresses"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ("nobody_there", "wrong_address", "refused", "cannot_pay", "closed", "unsafe", "other")
REASONS = (*BEFORE[:-1], "damaged", "lost", "other")
ENDING = sa.Enum("lost", "damaged", "returned", name="ending", native_enum=False, create_constraint=True, length=32)


def _let_reasons_be(reasons: Sequence[str]) -> None:
    op.drop_constraint(op.f("ck_delivery_attempts_attemptreason"), "delivery_attempts", type_="check")
    listed = ", ".join(f"'{reason}'" for reason in reasons)
    op.create_check_constraint(op.f("ck_delivery_attempts_attemptreason"), "delivery_attempts", f"reason IN ({listed})")


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("ending", ENDING, nullable=True))
    op.create_check_constraint(
        op.f("ck_deliveries_ending_at_the_end"),
        "deliveries",
        "ending IS NULL OR status IN ('delivered', 'cancelled')",
    )
    op.add_column("refunds", sa.Column("sale_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_refunds_sale_id"), "refunds", ["sale_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_refunds_sale_id_sales"), "refunds", "sales", ["sale_id"], ["id"], ondelete="RESTRICT"
    )
    _let_reasons_be(REASONS)


def downgrade() -> None:
    op.execute("UPDATE delivery_attempts SET reason = 'other' WHERE reason IN ('damaged', 'lost')")
    _let_reasons_be(BEFORE)
    op.drop_constraint(op.f("fk_refunds_sale_id_sales"), "refunds", type_="foreignkey")
    op.drop_index(op.f("ix_refunds_sale_id"), table_name="refunds")
    op.drop_column("refunds", "sale_id")
    op.drop_constraint(op.f("ck_deliveries_ending_at_the_end"), "deliveries", type_="check")
    op.drop_column("deliveries", "ending")
