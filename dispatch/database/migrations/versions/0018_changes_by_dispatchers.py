"""Who gave a delivery back, and which ones a dispatcher gave to whom they are with."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018_changes_by_dispatchers"
down_revision: str | None = "0017_events"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "delivery_refusals",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("transporter_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "vehicle_trouble",
                "too_far",
                "too_much",
                "pickup_closed",
                "not_ready",
                "unsafe",
                "off_duty",
                "other",
                name="givebackreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_refusals_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_delivery_refusals_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_refusals")),
        sa.UniqueConstraint("delivery_id", "transporter_id", name=op.f("uq_delivery_refusals_delivery_id")),
    )
    op.create_index(op.f("ix_delivery_refusals_transporter_id"), "delivery_refusals", ["transporter_id"], unique=False)
    op.add_column("deliveries", sa.Column("pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("deliveries", "pinned")
    op.drop_index(op.f("ix_delivery_refusals_transporter_id"), table_name="delivery_refusals")
    op.drop_table("delivery_refusals")
