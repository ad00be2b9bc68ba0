"""What deliveries and sellers require as proof, codes, and the chained records of what proved each handover."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040_proofs"
down_revision: str | None = "0039_stock_changes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "proof_chain_heads",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_proof_chain_heads_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_chain_heads")),
    )
    op.create_table(
        "seller_proofs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("seller_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pickup", sa.ARRAY(sa.String(length=16)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("drop_off", sa.ARRAY(sa.String(length=16)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("returns", sa.ARRAY(sa.String(length=16)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("age_minimum", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("age_minimum BETWEEN 1 AND 120", name=op.f("ck_seller_proofs_age_in_range")),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["users.id"], name=op.f("fk_seller_proofs_seller_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_proofs")),
        sa.UniqueConstraint("seller_id", name=op.f("uq_seller_proofs_seller_id")),
    )
    op.create_table(
        "delivery_codes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("salt", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("wrong_tries >= 0", name=op.f("ck_delivery_codes_tries_not_negative")),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_delivery_codes_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_codes")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_delivery_codes_delivery_id")),
    )
    op.create_table(
        "proof_records",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False, start=1, increment=1),
            nullable=False,
        ),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place_in_all", sa.BigInteger(), nullable=False),
        sa.Column(
            "end",
            sa.Enum("pickup", "drop_off", "return", name="end", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transporter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("photo", sa.String(length=200), nullable=True),
        sa.Column("photo_hash", sa.String(length=64), nullable=True),
        sa.Column("signature", sa.String(length=200), nullable=True),
        sa.Column("signature_hash", sa.String(length=64), nullable=True),
        sa.Column("signed_by", sa.String(length=120), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "self",
                "family",
                "neighbour",
                "colleague",
                "guard",
                "reception",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("checked", sa.ARRAY(sa.String(length=16)), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("distance_m", sa.Double(), nullable=True),
        sa.Column("fix_age_s", sa.Double(), nullable=True),
        sa.Column("flags", sa.ARRAY(sa.String(length=32)), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_of_delivery", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(photo IS NULL) = (photo_hash IS NULL)", name=op.f("ck_proof_records_photo_whole")),
        sa.CheckConstraint(
            "(signature IS NULL) = (signature_hash IS NULL)", name=op.f("ck_proof_records_signature_whole")
        ),
        sa.CheckConstraint("number > 0 AND place_in_all > 0", name=op.f("ck_proof_records_numbers_positive")),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_proof_records_delivery_id_deliveries"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["step_id"],
            ["delivery_trackings.id"],
            name=op.f("fk_proof_records_step_id_delivery_trackings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_proof_records_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_records")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_proof_records_delivery_id")),
        sa.UniqueConstraint("place_in_all", name=op.f("uq_proof_records_place_in_all")),
    )
    op.create_index(op.f("ix_proof_records_step_id"), "proof_records", ["step_id"], unique=False)
    op.add_column(
        "deliveries",
        sa.Column("pickup_proof", sa.ARRAY(sa.String(length=16)), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "deliveries",
        sa.Column("drop_off_proof", sa.ARRAY(sa.String(length=16)), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "deliveries",
        sa.Column("return_proof", sa.ARRAY(sa.String(length=16)), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "deliveries", sa.Column("proof_count", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("deliveries", sa.Column("age_minimum", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_deliveries_age_in_range"), "deliveries", "age_minimum BETWEEN 1 AND 120")
    op.add_column("deliveries", sa.Column("label", sa.String(length=64), nullable=True))
    op.add_column("deliveries", sa.Column("pickup_signature", sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column("deliveries", "pickup_signature")
    op.drop_column("deliveries", "label")
    op.drop_constraint(op.f("ck_deliveries_age_in_range"), "deliveries")
    op.drop_column("deliveries", "age_minimum")
    op.drop_column("deliveries", "proof_count")
    op.drop_column("deliveries", "return_proof")
    op.drop_column("deliveries", "drop_off_proof")
    op.drop_column("deliveries", "pickup_proof")
    op.drop_index(op.f("ix_proof_records_step_id"), table_name="proof_records")
    op.drop_table("proof_records")
    op.drop_table("delivery_codes")
    op.drop_table("seller_proofs")
    op.drop_table("proof_chain_heads")
