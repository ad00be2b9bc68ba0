"""Zones have fees of their own, and a bound on what is given in them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026_zone_fees"
down_revision: str | None = "0025_webhooks_due"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHECKS = {
    "capacity_positive": "capacity > 0",
    "fees_not_negative": "fee_base >= 0 AND fee_per_km >= 0",
    "fees_together": "(fee_base IS NULL) = (fee_per_km IS NULL)",
}


def upgrade() -> None:
    op.add_column("zones", sa.Column("fee_base", sa.Numeric(precision=12, scale=2), nullable=True))
    op.add_column("zones", sa.Column("fee_per_km", sa.Numeric(precision=12, scale=2), nullable=True))
    op.add_column("zones", sa.Column("capacity", sa.Integer(), nullable=True))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_zones_{name}"), "zones", condition)


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_zones_{name}"), "zones", type_="check")
    for column in ("capacity", "fee_per_km", "fee_base"):
        op.drop_column("zones", column)
