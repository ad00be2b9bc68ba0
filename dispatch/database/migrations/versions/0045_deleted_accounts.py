"""Accounts say when their person was taken out of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0045_deleted_accounts"
down_revision: str | None = "0044_documents"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("users", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "deleted_at")
