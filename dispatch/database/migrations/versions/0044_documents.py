"""Pictures of transporters' documents, what was decided about them, and what transporters were reminded of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0044_documents"
down_revision: str | None = "0043_losses"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "document_uploads",
        sa.Column("id", BIG, sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("transporter_id", BIG, nullable=False),
        sa.Column("kind", _one_of("documentkind", "licence", "registration", "insurance", "identity"), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            _one_of("uploadstate", "waiting", "approved", "rejected", "replaced", "withdrawn"),
            nullable=False,
        ),
        sa.Column("handed_in_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default=sa.text("''"), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_document_uploads_decided_once")),
        sa.CheckConstraint(
            "(file IS NULL) = (removed_at IS NOT NULL)", name=op.f("ck_document_uploads_file_or_removed")
        ),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_document_uploads_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_uploads")),
        sa.UniqueConstraint("file", name=op.f("uq_document_uploads_file")),
    )
    op.create_index("ix_document_uploads_transporter_id", "document_uploads", ["transporter_id", "id"])
    op.create_index(
        "uq_document_uploads_waiting",
        "document_uploads",
        ["transporter_id", "kind"],
        unique=True,
        postgresql_where=WAITING,
    )
    op.create_index("ix_document_uploads_queue", "document_uploads", ["id"], postgresql_where=WAITING)
    op.create_index(
        "ix_document_uploads_ended", "document_uploads", ["ended_at"], postgresql_where=sa.text("file IS NOT NULL")
    )
    op.create_table(
        "document_reminders",
        sa.Column("transporter_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("days_before", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["transporter_id"],
            ["transporters.id"],
            name=op.f("fk_document_reminders_transporter_id_transporters"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint(
            "transporter_id", "kind", "expires_on", "days_before", name=op.f("pk_document_reminders")
        ),
    )
    op.add_column("transporter_documents", sa.Column("outdated_at", MOMENT, nullable=True))
    op.create_check_constraint(
        op.f("ck_transporter_documents_outdated_unverified"),
        "transporter_documents",
        "verified_at IS NULL OR outdated_at IS NULL",
    )
    op.create_index("ix_transporter_documents_expires_on", "transporter_documents", ["expires_on"])


def downgrade() -> None:
    op.drop_index("ix_transporter_documents_expires_on", table_name="transporter_documents")
    op.drop_constraint(op.f("ck_transporter_documents_outdated_unverified"), "transporter_documents")
    op.drop_column("transporter_documents", "outdated_at")
    op.drop_table("document_reminders")
    op.drop_table("document_uploads")
