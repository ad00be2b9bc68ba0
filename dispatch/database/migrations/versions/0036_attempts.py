"""Attempts at the door, and when a parcel is tried again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0036_attempts"
down_revision: str | None = "0035_alerts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "delivery_attempts",
        sa.Column(
            "id",
            sa.BigInteger(),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("transporter_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "nobody_there",
                "wrong_address",
                "refused",
                "cannot_pay",
                "closed",
                "unsafe",
                "other",
                name="attemptreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo", sa.String(length=200), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flags", sa.ARRAY(sa.String(length=32)), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_delivery_attempts_place_whole")),
        sa.CheckConstraint("number > 0", name=op.f("ck_delivery_attempts_number_positive")),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_attempts_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_delivery_attempts_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempts")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_delivery_attempts_delivery_id")),
    )
    op.create_index(op.f("ix_delivery_attempts_transporter_id"), "delivery_attempts", ["transporter_id"], unique=False)
    op.add_column("deliveries", sa.Column("retry_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("retry_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "deliveries",
        sa.Column(
            "retry_asked_by",
            sa.Enum(
                "transporter",
                "buyer",
                "dispatcher",
                name="retryasker",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
    )
    op.add_column("deliveries", sa.Column("retry_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_deliveries_retry_whole"),
        "deliveries",
        "num_nulls(retry_from, retry_asked_by, retry_asked_at) IN (0, 3)",
    )


def downgrade() -> None:
    op.drop_column("deliveries", "retry_asked_at")
    op.drop_column("deliveries", "retry_asked_by")
    op.drop_column("deliveries", "retry_until")
    op.drop_column("deliveries", "retry_from")
    op.drop_index(op.f("ix_delivery_attempts_transporter_id"), table_name="delivery_attempts")
    op.drop_table("delivery_attempts")
