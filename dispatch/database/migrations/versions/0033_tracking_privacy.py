"""Each seller chooses what whoever has a tracking number sees."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0033_tracking_privacy"
down_revision: str | None = "0032_asked_decisions"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "tracking_privacy",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("chosen", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["users.id"], name=op.f("fk_tracking_privacy_seller_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_privacy")),
        sa.UniqueConstraint("seller_id", name=op.f("uq_tracking_privacy_seller_id")),
    )


def downgrade() -> None:
    op.drop_table("tracking_privacy")
