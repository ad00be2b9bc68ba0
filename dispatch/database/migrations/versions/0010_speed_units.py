"""In what unit a phone's queries give the speed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010_speed_units"
down_revision: str | None = "0009_accounts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "transporter_devices", sa.Column("speed_unit", sa.String(length=8), server_default="auto", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_transporter_devices_known_speed_unit"),
        "transporter_devices",
        "speed_unit IN ('auto', 'knots', 'kmh', 'mps')",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_transporter_devices_known_speed_unit"), "transporter_devices", type_="check")
    op.drop_column("transporter_devices", "speed_unit")
