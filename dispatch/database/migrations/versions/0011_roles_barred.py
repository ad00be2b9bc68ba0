"""Roles that an admin took from a user, who may not take them on again alone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011_roles_barred"
down_revision: str | None = "0010_speed_units"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "users",
        sa.Column("roles_barred", sa.ARRAY(sa.String(length=16)), server_default=sa.text("'{}'"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("users", "roles_barred")
