"""Indexes of the rarer values alone go: those of all values, which came with 0070, are in their place."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0071_replaced_indexes"
down_revision: str | None = "0070_searches"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Both tables at once or none: whoever holds one and waits for the other is not waited for in a circle. Whoever comes
# meanwhile waits behind it, so it tries more and more seldom: a backup may read for an hour.
HOLD = """
DO $$ DECLARE pause float := 0.1; BEGIN
  LOOP
    BEGIN
      SET LOCAL lock_timeout = '300ms';
      LOCK TABLE deliveries, orders IN ACCESS EXCLUSIVE MODE;
      SET LOCAL lock_timeout = 0;
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      PERFORM pg_sleep(pause);  -- what was held is given back with the block
      pause := least(2 * pause, 3);
    END;
  END LOOP;
END $$
"""
NOT_COMPLETED = sa.text("order_status <> 'completed'")
CANCELLED = sa.text("status = 'cancelled'")


def upgrade() -> None:
    op.execute(HOLD)
    op.drop_index("ix_orders_not_completed", table_name="orders", if_exists=True)  # 0070 dropped them once
    op.drop_index("ix_deliveries_cancelled", table_name="deliveries", if_exists=True)


def downgrade() -> None:
    op.execute(HOLD.replace("ACCESS EXCLUSIVE", "SHARE"))
    op.create_index("ix_deliveries_cancelled", "deliveries", ["id"], postgresql_where=CANCELLED)
    op.create_index("ix_orders_not_completed", "orders", ["order_status", "id"], postgresql_where=NOT_COMPLETED)
