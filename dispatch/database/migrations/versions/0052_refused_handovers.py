"""What was sent as proof of steps that came too late."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0052_refused_handovers"
down_revision: str | None = "0051_attempt_records"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger()
MOMENT = sa.DateTime(timezone=True)
TABLE = "refused_handovers"


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", BIG, sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("transporter_id", BIG, nullable=False),
        sa.Column("step", _one_of("refusedstep", "pickup", "deliver", "attempt"), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=False),
        sa.Column("delivery_status", sa.String(length=32), nullable=False),
        sa.Column("photo", sa.String(length=200), nullable=True),
        sa.Column("photo_hash", sa.String(length=64), nullable=True),
        sa.Column("signature", sa.String(length=200), nullable=True),
        sa.Column("signature_hash", sa.String(length=64), nullable=True),
        sa.Column("signed_by", sa.String(length=120), nullable=False),
        sa.Column(
            "relation",
            _one_of("relation", "self", "family", "neighbour", "colleague", "guard", "reception", "other"),
            nullable=True,
        ),
        sa.Column("scanned", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("distance_m", sa.Double(), nullable=True),
        sa.Column("fix_age_s", sa.Double(), nullable=True),
        sa.Column("happened_at", MOMENT, nullable=True),
        sa.Column("noticed_at", MOMENT, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_refused_handovers_number_positive")),
        sa.CheckConstraint("(photo IS NULL) = (photo_hash IS NULL)", name=op.f("ck_refused_handovers_photo_whole")),
        sa.CheckConstraint(
            "(signature IS NULL) = (signature_hash IS NULL)", name=op.f("ck_refused_handovers_signature_whole")
        ),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_refused_handovers_place_whole")),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_refused_handovers_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_refused_handovers_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_handovers")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_refused_handovers_delivery_id")),
        sa.UniqueConstraint("delivery_id", "transporter_id", "fingerprint", name="uq_refused_handovers_sent"),
    )
    op.create_index(op.f("ix_refused_handovers_transporter_id"), TABLE, ["transporter_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
