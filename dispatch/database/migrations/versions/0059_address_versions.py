"""How often an order's address was changed, so that whoever read it before is told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0059_address_versions"
down_revision: str | None = "0058_newest_sales"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("delivery_infos", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))


def downgrade() -> None:
    op.drop_column("delivery_infos", "version")
