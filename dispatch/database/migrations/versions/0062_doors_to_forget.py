"""Accounts say when their doors were forgotten: who was deleted before, or by an older server, has doors left."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0062_doors_to_forget"
down_revision: str | None = "0061_audit_not_truncated"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("users", sa.Column("doors_forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_users_with_doors_left",
        "users",
        ["id"],
        postgresql_where=sa.text("deleted_at IS NOT NULL AND doors_forgotten_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_users_with_doors_left", table_name="users")
    op.drop_column("users", "doors_forgotten_at")
