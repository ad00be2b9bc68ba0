"""What a transporter sent as proof is found by who sent it: a copy of one's data reads it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0063_proofs_of_transporters"
down_revision: str | None = "0062_doors_to_forget"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_proof_records_of_transporter", "proof_records", ["transporter_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_proof_records_of_transporter", table_name="proof_records")
