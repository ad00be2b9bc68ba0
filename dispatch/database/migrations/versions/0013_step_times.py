"""When a delivery's step happened by the word of the phone, when we were told, and who had the delivery then."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013_step_times"
down_revision: str | None = "0012_job_items"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "delivery_trackings"
FOREIGN_KEY = "fk_delivery_trackings_transporter_id_transporters"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE delivery_trackings SET noticed_at = timestamp")
    op.alter_column(TABLE, "noticed_at", nullable=False)
    op.add_column(TABLE, sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(TABLE, sa.Column("transporter_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(FOREIGN_KEY), TABLE, "transporters", ["transporter_id"], ["id"], ondelete="RESTRICT")


def downgrade() -> None:
    op.drop_constraint(op.f(FOREIGN_KEY), TABLE, type_="foreignkey")
    op.drop_column(TABLE, "transporter_id")
    op.drop_column(TABLE, "happened_at")
    op.drop_column(TABLE, "noticed_at")
