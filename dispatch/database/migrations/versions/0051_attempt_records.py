"""What proves attempts is written down beside what proves handovers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0051_attempt_records"
down_revision: str | None = "0050_uploads"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHOLE = "num_nulls(attempt, reason) = CASE WHEN \"end\" = 'attempt' THEN 0 ELSE 2 END"
ENDS = "\"end\" IN ('pickup', 'drop_off', 'return')"
PROVED = "\"end\" IN ('pickup', 'drop_off', 'return', 'attempt')"


def upgrade() -> None:
    op.add_column("proof_records", sa.Column("attempt", sa.SmallInteger(), nullable=True))
    op.add_column("proof_records", sa.Column("reason", sa.String(length=32), nullable=True))
    op.drop_constraint(op.f("ck_proof_records_end"), "proof_records")
    op.create_check_constraint(op.f("ck_proof_records_proved"), "proof_records", PROVED)
    op.create_check_constraint(op.f("ck_proof_records_attempt_whole"), "proof_records", WHOLE)


def downgrade() -> None:
    """Refused by the database where there are records of attempts: they would be lost."""
    op.create_check_constraint(op.f("ck_proof_records_end"), "proof_records", ENDS)
    op.drop_constraint(op.f("ck_proof_records_attempt_whole"), "proof_records")
    op.drop_constraint(op.f("ck_proof_records_proved"), "proof_records")
    op.drop_column("proof_records", "reason")
    op.drop_column("proof_records", "attempt")
