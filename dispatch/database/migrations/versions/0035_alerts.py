"""What was told of late and near deliveries and of silent transporters."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035_alerts"
down_revision: str | None = "0034_imports"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "silent_transporters",
        sa.Column("transporter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_silent_transporters_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("transporter_id", name=op.f("pk_silent_transporters")),
    )
    op.create_table(
        "delivery_alerts",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("late", "arriving", name="alertkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_alerts_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("delivery_id", "kind", name=op.f("pk_delivery_alerts")),
    )
    op.create_index(
        "ix_deliveries_wanted",
        "deliveries",
        ["requested_delivery_date"],
        unique=False,
        postgresql_where=sa.text(
            "status IN ('available', 'assigned', 'picked_up', 'in_transit') AND requested_delivery_date IS NOT NULL"
        ),
    )
    # Nobody is told now of what was late long before this was told at all.
    op.execute(
        "INSERT INTO delivery_alerts (delivery_id, kind, at) SELECT id, 'late', now() FROM deliveries "
        "WHERE status IN ('available', 'assigned', 'picked_up', 'in_transit') AND requested_delivery_date < now()"
    )


def downgrade() -> None:
    op.drop_index(
        "ix_deliveries_wanted",
        table_name="deliveries",
        postgresql_where=sa.text(
            "status IN ('available', 'assigned', 'picked_up', 'in_transit') AND requested_delivery_date IS NOT NULL"
        ),
    )
    op.drop_table("delivery_alerts")
    op.drop_table("silent_transporters")
