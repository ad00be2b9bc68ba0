"""Deliveries that people let wait."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0053_on_hold"
down_revision: str | None = "0052_refused_handovers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
HOLDER = "fk_deliveries_on_hold_by_users"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("on_hold_since", MOMENT, nullable=True))
    op.add_column("deliveries", sa.Column("on_hold_until", MOMENT, nullable=True))
    op.add_column("deliveries", sa.Column("on_hold_reason", sa.String(length=300), nullable=True))
    op.add_column("deliveries", sa.Column("on_hold_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(HOLDER, "deliveries", "users", ["on_hold_by"], ["id"], ondelete="RESTRICT")
    op.create_check_constraint(
        op.f("ck_deliveries_on_hold_whole"),
        "deliveries",
        "num_nulls(on_hold_since, on_hold_reason, on_hold_by) IN (0, 3) "
        "AND (on_hold_until IS NULL OR on_hold_until > on_hold_since)",
    )
    op.create_index(
        "ix_deliveries_on_hold_by",
        "deliveries",
        ["on_hold_by"],
        unique=False,
        postgresql_where=sa.text("on_hold_by IS NOT NULL"),
    )


def downgrade() -> None:
    """What is on hold waits as any other then."""
    op.drop_index(
        "ix_deliveries_on_hold_by", table_name="deliveries", postgresql_where=sa.text("on_hold_by IS NOT NULL")
    )
    op.drop_constraint(op.f("ck_deliveries_on_hold_whole"), "deliveries", type_="check")
    op.drop_constraint(HOLDER, "deliveries", type_="foreignkey")
    op.drop_column("deliveries", "on_hold_by")
    op.drop_column("deliveries", "on_hold_reason")
    op.drop_column("deliveries", "on_hold_until")
    op.drop_column("deliveries", "on_hold_since")
