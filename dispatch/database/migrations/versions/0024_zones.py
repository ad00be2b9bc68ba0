"""Zones: areas that are dispatched in their own way."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0024_zones"
down_revision: str | None = "0023_assignment_plans"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "zones",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("area", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("area_km2", sa.Double(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "direct", "one", "waves", "all", name="zonemode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("tick_s", sa.SmallInteger(), nullable=True),
        sa.Column("radius_km", sa.Double(), nullable=True),
        sa.Column("weights", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.BigInteger(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name=op.f("ck_zones_paused_by_somebody")),
        sa.CheckConstraint("area_km2 > 0", name=op.f("ck_zones_area_positive")),
        sa.CheckConstraint("radius_km > 0", name=op.f("ck_zones_radius_positive")),
        sa.CheckConstraint("tick_s > 0", name=op.f("ck_zones_tick_positive")),
        sa.ForeignKeyConstraint(
            ["paused_by"], ["users.id"], name=op.f("fk_zones_paused_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zones")),
        sa.UniqueConstraint("name", name=op.f("uq_zones_name")),
    )


def downgrade() -> None:
    op.drop_table("zones")
