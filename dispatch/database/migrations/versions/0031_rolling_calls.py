"""Of the newest plan of a place its pairs are kept beside its prices."""

from collections.abc import Sequence

from alembic import op

revision: str = "0031_rolling_calls"
down_revision: str | None = "0030_offer_events"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column("rolling_places", "prices", new_column_name="calls")


def downgrade() -> None:
    op.alter_column("rolling_places", "calls", new_column_name="prices")
