"""The audit log by the kind of who acted, and by what it was done to. By itself, for every sign-in writes there."""

from collections.abc import Sequence

from alembic import op

revision: str = "0072_audit_lists"
down_revision: str | None = "0071_replaced_indexes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = ("actor_kind", "subject_id")


def upgrade() -> None:
    for column in COLUMNS:  # 0070 made them once
        op.create_index(f"ix_audit_events_{column}", "audit_events", [column, "id"], if_not_exists=True)


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_audit_events_{column}", table_name="audit_events")
