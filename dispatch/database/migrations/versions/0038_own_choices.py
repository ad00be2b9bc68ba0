"""Accounts have a language, and choose whether they are written to about parcels."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0038_own_choices"
down_revision: str | None = "0037_share_links"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("users", sa.Column("language", sa.String(length=32), server_default=sa.text("'en'"), nullable=False))
    op.add_column("users", sa.Column("parcel_messages", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.create_check_constraint(op.f("ck_users_language"), "users", "language IN ('en', 'ne')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_users_language"), "users")
    op.drop_column("users", "parcel_messages")
    op.drop_column("users", "language")
