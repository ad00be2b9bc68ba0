"""Plans that wait to be committed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0023_assignment_plans"
down_revision: str | None = "0022_api_keys"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "assignment_plans",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "committing",
                "committed",
                "expired",
                name="planstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("engine", sa.Integer(), nullable=False),
        sa.Column("weights", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("vehicle_type", sa.String(length=32), nullable=True),
        sa.Column("online", sa.Integer(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("upper_bound", sa.Double(), nullable=False),
        sa.Column("certified", sa.Boolean(), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("greedy_total", sa.Double(), nullable=False),
        sa.Column("greedy_distance_m", sa.Double(), nullable=False),
        sa.Column("greedy_pairs", sa.Integer(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("assigned", sa.Integer(), nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("committed_by", sa.BigInteger(), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["committed_by"], ["users.id"], name=op.f("fk_assignment_plans_committed_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["users.id"], name=op.f("fk_assignment_plans_made_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_plans")),
    )
    op.create_index(op.f("ix_assignment_plans_made_at"), "assignment_plans", ["made_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_assignment_plans_made_at"), table_name="assignment_plans")
    op.drop_table("assignment_plans")
