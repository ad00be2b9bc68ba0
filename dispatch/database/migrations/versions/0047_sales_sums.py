"""Sums of sales are kept, and what is found by when it was sold or sent has its index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0047_sales_sums"
down_revision: str | None = "0046_returns"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NEPAL_DAY = """
CREATE FUNCTION nepal_day(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ((moment AT TIME ZONE 'UTC') + interval '5 hours 45 minutes')::date
$$
"""
# The first entry of a sale is its price, negative, and refunds are positive.
REFUNDED_OF = """
CREATE FUNCTION refunded_of(sold bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(amount_paisa), 0)::bigint FROM ledger_entries
  WHERE sale_id = sold AND account = 'sales' AND refund_id IS NOT NULL
$$
"""
NOTE_SALE = """
CREATE FUNCTION note_sales_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO sales_changes (product_id, seller_id, day, sales, units, gross, refunded_paisa)
    VALUES (OLD.product_id, OLD.seller_id, nepal_day(OLD.created_at), -1,
            CASE OLD.status WHEN 'cancelled' THEN 0 ELSE -OLD.quantity END, -OLD.total_amount, -refunded_of(OLD.id));
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO sales_changes (product_id, seller_id, day, sales, units, gross, refunded_paisa)
    VALUES (NEW.product_id, NEW.seller_id, nepal_day(NEW.created_at), 1,
            CASE NEW.status WHEN 'cancelled' THEN 0 ELSE NEW.quantity END, NEW.total_amount,
            CASE TG_OP WHEN 'INSERT' THEN 0 ELSE refunded_of(NEW.id) END);
  END IF;
  RETURN NULL;
END $$
"""
ON_SALE = """
CREATE TRIGGER note_sale AFTER INSERT OR DELETE ON sales FOR EACH ROW EXECUTE FUNCTION note_sales_change()
"""
ON_CHANGE = """
CREATE TRIGGER note_sales_change AFTER UPDATE ON sales FOR EACH ROW
WHEN ((OLD.status = 'cancelled', OLD.quantity, OLD.total_amount, OLD.created_at, OLD.product_id, OLD.seller_id)
      IS DISTINCT FROM
      (NEW.status = 'cancelled', NEW.quantity, NEW.total_amount, NEW.created_at, NEW.product_id, NEW.seller_id))
EXECUTE FUNCTION note_sales_change()
"""
NOTE_REFUND = """
CREATE FUNCTION note_refunded_sale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO sales_changes (product_id, seller_id, day, sales, units, gross, refunded_paisa)
  SELECT product_id, seller_id, nepal_day(created_at), 0, 0, 0, NEW.amount_paisa FROM sales WHERE id = NEW.sale_id;
  RETURN NULL;
END $$
"""
ON_REFUND = """
CREATE TRIGGER note_refunded_sale AFTER INSERT ON ledger_entries FOR EACH ROW
WHEN (NEW.account = 'sales' AND NEW.refund_id IS NOT NULL AND NEW.sale_id IS NOT NULL)
EXECUTE FUNCTION note_refunded_sale()
"""
# Nothing is sold between the triggers and this: they hold the tables. The server adds it up.
OF_BEFORE = """
INSERT INTO sales_changes (product_id, seller_id, day, sales, units, gross, refunded_paisa)
SELECT s.product_id, s.seller_id, nepal_day(s.created_at), count(*),
       sum(CASE s.status WHEN 'cancelled' THEN 0 ELSE s.quantity END), sum(s.total_amount), coalesce(sum(r.paisa), 0)
FROM sales AS s LEFT JOIN (
    SELECT sale_id, sum(amount_paisa) AS paisa FROM ledger_entries
    WHERE account = 'sales' AND refund_id IS NOT NULL GROUP BY sale_id
) AS r ON r.sale_id = s.id
GROUP BY 1, 2, 3
"""


def _figures() -> list[sa.Column[object]]:
    return [
        sa.Column("sales", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.Numeric(precision=20, scale=2), nullable=False),
        sa.Column("refunded_paisa", sa.BigInteger(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "sales_sums",
        sa.Column("scope", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        *_figures(),
        sa.PrimaryKeyConstraint("scope", "owner_id", "first_day", name=op.f("pk_sales_sums")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "sales_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_figures(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_changes")),
    )
    op.create_index("ix_sales_changes_day", "sales_changes", ["day"])
    op.create_index("ix_sales_created_at", "sales", ["created_at"])
    op.create_index("ix_outbox_messages_created_at", "outbox_messages", ["created_at"])
    for statement in (NEPAL_DAY, REFUNDED_OF, NOTE_SALE, ON_SALE, ON_CHANGE, NOTE_REFUND, ON_REFUND, OF_BEFORE):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER note_refunded_sale ON ledger_entries")
    op.execute("DROP TRIGGER note_sales_change ON sales")
    op.execute("DROP TRIGGER note_sale ON sales")
    for function in ("note_refunded_sale()", "note_sales_change()"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index("ix_outbox_messages_created_at", table_name="outbox_messages")
    op.drop_index("ix_sales_created_at", table_name="sales")
    op.drop_table("sales_changes")
    op.drop_table("sales_sums")
    op.execute("DROP FUNCTION refunded_of(bigint)")
    op.execute("DROP FUNCTION nepal_day(timestamptz)")
