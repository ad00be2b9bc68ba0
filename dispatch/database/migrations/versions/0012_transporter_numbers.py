"""By which a transporter knows a delivery that it has not picked up: it ends with the assignment."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012_transporter_numbers"
down_revision: str | None = "0011_roles_barred"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("transporter_number", sa.String(length=32), nullable=True))
    op.create_unique_constraint("uq_deliveries_transporter_number", "deliveries", ["transporter_number"])


def downgrade() -> None:
    op.drop_constraint("uq_deliveries_transporter_number", "deliveries", type_="unique")
    op.drop_column("deliveries", "transporter_number")
