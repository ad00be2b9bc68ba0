"""Whether a request under an Idempotency-Key has committed anything, written in the transaction that it is about."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014_keys_committed"
down_revision: str | None = "0013_step_times"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "answered_requests", sa.Column("committed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("answered_requests", "committed")
