"""An arrival stays when its door is forgotten: whoever lived there deleted their account."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0060_doors_forgotten"
down_revision: str | None = "0059_address_versions"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("lat", "lon"):
        op.alter_column("delivery_events", name, existing_type=sa.Double(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM delivery_events WHERE lat IS NULL OR lon IS NULL")
    for name in ("lat", "lon"):
        op.alter_column("delivery_events", name, existing_type=sa.Double(), nullable=False)
