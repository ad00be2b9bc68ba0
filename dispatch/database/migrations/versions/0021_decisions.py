"""What assignments were decided from."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021_decisions"
down_revision: str | None = "0020_offers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "single", "bulk", "by_hand", name="decisionkind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("engine", sa.Integer(), nullable=False),
        sa.Column("weights", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("vehicle_type", sa.String(length=32), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("online", sa.Integer(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("upper_bound", sa.Double(), nullable=True),
        sa.Column("certified", sa.Boolean(), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["users.id"], name=op.f("fk_decisions_asked_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.execute("ALTER TABLE decisions ALTER COLUMN packed SET STORAGE EXTERNAL")  # it is compressed already
    op.create_index(op.f("ix_decisions_made_at"), "decisions", ["made_at"], unique=False)
    op.create_table(
        "decided_deliveries",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_decided_deliveries_decision_id_decisions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("delivery_id", "decision_id", name=op.f("pk_decided_deliveries")),
    )
    op.create_index("ix_decided_deliveries_decision_id", "decided_deliveries", ["decision_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_decided_deliveries_decision_id", table_name="decided_deliveries")
    op.drop_table("decided_deliveries")
    op.drop_index(op.f("ix_decisions_made_at"), table_name="decisions")
    op.drop_table("decisions")
