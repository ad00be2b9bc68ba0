"""How the server did is kept minute by minute; what ended in a minute is found by an index."""

from collections.abc import Sequence

import sqlalchemy as sa
from advanced_alchemy.types import DateTimeUTC
from alembic import op

revision: str = "0067_minute_figures"
down_revision: str | None = "0066_lists_of_admins"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COUNTS = (
    "backlog",
    "online",
    "waiting",
    "messages",
    "offers_accepted",
    "offers_declined",
    "offers_expired",
    "eta_known",
)


def upgrade() -> None:
    op.create_table(
        "minute_figures",
        sa.Column("at", DateTimeUTC(timezone=True), nullable=False),
        sa.Column("source", sa.String(36), nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.Column("pings", sa.BigInteger()),
        sa.Column("pings_lost", sa.BigInteger()),
        sa.Column("ack_half_s", sa.Double()),
        sa.Column("ack_most_s", sa.Double()),
        sa.Column("solver_runs", sa.Integer()),
        sa.Column("solver_s", sa.Double()),
        *(sa.Column(name, sa.BigInteger()) for name in COUNTS),
        sa.Column("eta_error_s", sa.Double()),
        sa.Column("eta_late_s", sa.Double()),
        sa.PrimaryKeyConstraint("at", "source", name=op.f("pk_minute_figures")),
    )
    op.create_index("ix_offers_ended_at", "offers", ["ended_at"], postgresql_where=sa.text("ended_at IS NOT NULL"))
    op.create_index(
        "ix_deliveries_delivered_at",
        "deliveries",
        ["delivered_at", "transporter_id"],
        postgresql_where=sa.text("delivered_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_delivered_at", table_name="deliveries")
    op.drop_index("ix_offers_ended_at", table_name="offers")
    op.drop_table("minute_figures")
