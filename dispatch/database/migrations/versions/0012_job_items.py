"""Items of background work that are taken or failed before, and an index for refunds that a person decides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012_job_items"
down_revision: str | None = "0011_roles_barred"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "job_items",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=300), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("is_dead", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("job", "item", name=op.f("pk_job_items")),
    )
    op.create_index("ix_job_items_next_attempt_at", "job_items", ["next_attempt_at"])
    op.create_index("ix_job_items_dead", "job_items", ["job"], postgresql_where=sa.text("is_dead"))
    op.create_index("ix_refunds_dead", "refunds", ["id"], postgresql_where=sa.text("status IN ('failed', 'unclear')"))


def downgrade() -> None:
    op.drop_index("ix_refunds_dead", table_name="refunds")
    op.drop_table("job_items")
