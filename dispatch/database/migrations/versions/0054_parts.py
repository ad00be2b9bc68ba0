"""Not all of a sale's goods may be handed over: how many were, what comes back, and sums that count what arrived."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0054_parts"
down_revision: str | None = "0053_on_hold"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NOTE_SALE = """
CREATE OR REPLACE FUNCTION note_sales_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO sales_changes (product_id, seller_id, day, sales, units, gross, refunded_paisa)
    VALUES (OLD.product_id, OLD.seller_id, nepal_day(OLD.created_at), -1,
            CASE OLD.status WHEN 'cancelled' THEN 0 ELSE -{old} END, -OLD.total_amount, -refunded_of(OLD.id));
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO sales_changes (product_id, seller_id, day, sales, units, gross, refunded_paisa)
    VALUES (NEW.product_id, NEW.seller_id, nepal_day(NEW.created_at), 1,
            CASE NEW.status WHEN 'cancelled' THEN 0 ELSE {new} END, NEW.total_amount,
            CASE TG_OP WHEN 'INSERT' THEN 0 ELSE refunded_of(NEW.id) END);
  END IF;
  RETURN NULL;
END $$
"""
ON_CHANGE = """
CREATE TRIGGER note_sales_change AFTER UPDATE ON sales FOR EACH ROW
WHEN ((OLD.status = 'cancelled', {old}, OLD.total_amount, OLD.created_at, OLD.product_id, OLD.seller_id)
      IS DISTINCT FROM
      (NEW.status = 'cancelled', {new}, NEW.total_amount, NEW.created_at, NEW.product_id, NEW.seller_id))
EXECUTE FUNCTION note_sales_change()
"""
ALL = {"old": "OLD.quantity", "new": "NEW.quantity"}
ARRIVED = {
    "old": "coalesce(OLD.quantity_delivered, OLD.quantity)",
    "new": "coalesce(NEW.quantity_delivered, NEW.quantity)",
}
REASON = sa.Enum(
    "refused_by_customer",
    "damaged",
    "missing",
    name="partialreason",
    native_enum=False,
    create_constraint=True,
    length=32,
)
CHECKS = (
    ("deliveries", "part_whole", "num_nulls(quantity_accepted, partial_reason) IN (0, 2)"),
    ("deliveries", "part_handed_over", "quantity_accepted IS NULL OR (quantity_accepted > 0 AND status = 'delivered')"),
    ("deliveries", "rest_comes_back", "rest_quantity IS NULL OR (rest_quantity > 0 AND return_of IS NOT NULL)"),
    ("sales", "part_delivered", "quantity_delivered > 0 AND quantity_delivered < quantity"),
)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("rest_quantity", sa.Integer(), nullable=True))
    op.add_column("deliveries", sa.Column("quantity_accepted", sa.Integer(), nullable=True))
    op.add_column("deliveries", sa.Column("partial_reason", REASON, nullable=True))
    op.add_column("sales", sa.Column("quantity_delivered", sa.Integer(), nullable=True))
    op.add_column("refunds", sa.Column("goods_alone", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for table, name, condition in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    _count(ARRIVED)


def downgrade() -> None:
    """What was handed over in part counts as whole again."""
    op.execute("UPDATE sales SET quantity_delivered = NULL WHERE quantity_delivered IS NOT NULL")
    _count(ALL)
    for table, name, _ in CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.drop_column("refunds", "goods_alone")
    op.drop_column("sales", "quantity_delivered")
    for column in ("partial_reason", "quantity_accepted", "rest_quantity"):
        op.drop_column("deliveries", column)


def _count(counted: dict[str, str]) -> None:
    op.execute("DROP TRIGGER note_sales_change ON sales")
    op.execute(NOTE_SALE.format(**counted))
    op.execute(ON_CHANGE.format(**counted))
