"""Places that are dispatched by themselves, and when parcels are ready."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0027_rolling"
down_revision: str | None = "0026_zone_fees"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KIND = "ck_decisions_decisionkind"


def upgrade() -> None:
    op.create_table(
        "rolling_moves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_from", sa.BigInteger(), nullable=False),
        sa.Column("given_to", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("gain_s", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rolling_moves")),
    )
    op.create_index(op.f("ix_rolling_moves_at"), "rolling_moves", ["at"], unique=False)
    op.create_index(
        "ix_rolling_moves_once", "rolling_moves", ["delivery_id"], unique=True, postgresql_where=sa.text("accepted")
    )
    op.create_table(
        "rolling_places",
        sa.Column("zone_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leader", sa.String(length=120), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("given", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("offered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("moved", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("upper_bound", sa.Double(), nullable=True),
        sa.Column("certified", sa.Boolean(), nullable=True),
        sa.Column("held_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("left_out_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("error", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("prices", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("zone_id", name=op.f("pk_rolling_places")),
    )
    op.create_table(
        "rolling_ticks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("moved_free", sa.Integer(), nullable=False),
        sa.Column("moved_accepted", sa.Integer(), nullable=False),
        sa.Column("total", sa.Double(), nullable=True),
        sa.Column("upper_bound", sa.Double(), nullable=True),
        sa.Column("certified", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rolling_ticks")),
    )
    op.create_index(op.f("ix_rolling_ticks_at"), "rolling_ticks", ["at"], unique=False)
    op.create_index("ix_rolling_ticks_zone_id_at", "rolling_ticks", ["zone_id", "at"], unique=False)
    op.add_column("deliveries", sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "deliveries",
        sa.Column(
            "hold_reason",
            sa.Enum("not_ready", "no_answer", name="holdreason", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
    )
    op.add_column("deliveries", sa.Column("held_in", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_deliveries_hold_whole"),
        "deliveries",
        "num_nulls(hold_until, hold_reason, held_in) IN (0, 3)",
    )
    op.create_index(
        "ix_deliveries_held_in",
        "deliveries",
        ["held_in", "hold_until"],
        unique=False,
        postgresql_where=sa.text("held_in IS NOT NULL"),
    )
    op.add_column("zones", sa.Column("rolling", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_constraint(op.f(KIND), "decisions", type_="check")
    op.create_check_constraint(op.f(KIND), "decisions", "kind IN ('single', 'bulk', 'by_hand', 'rolling')")


def downgrade() -> None:
    op.execute("UPDATE decisions SET kind = 'bulk' WHERE kind = 'rolling'")
    op.drop_constraint(op.f(KIND), "decisions", type_="check")
    op.create_check_constraint(op.f(KIND), "decisions", "kind IN ('single', 'bulk', 'by_hand')")
    op.drop_column("zones", "rolling")
    op.drop_index("ix_deliveries_held_in", table_name="deliveries", postgresql_where=sa.text("held_in IS NOT NULL"))
    op.drop_constraint(op.f("ck_deliveries_hold_whole"), "deliveries", type_="check")
    op.drop_column("deliveries", "held_in")
    op.drop_column("deliveries", "hold_reason")
    op.drop_column("deliveries", "hold_until")
    op.drop_column("deliveries", "ready_at")
    op.drop_index("ix_rolling_ticks_zone_id_at", table_name="rolling_ticks")
    op.drop_index(op.f("ix_rolling_ticks_at"), table_name="rolling_ticks")
    op.drop_table("rolling_ticks")
    op.drop_table("rolling_places")
    op.drop_index("ix_rolling_moves_once", table_name="rolling_moves", postgresql_where=sa.text("accepted"))
    op.drop_index(op.f("ix_rolling_moves_at"), table_name="rolling_moves")
    op.drop_table("rolling_moves")
