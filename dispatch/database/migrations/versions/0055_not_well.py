"""What did not go well is found for its seller without looking at all that went well."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0055_not_well"
down_revision: str | None = "0054_parts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NOT_WELL = "return_of IS NOT NULL OR ending IS NOT NULL OR partial_reason IS NOT NULL OR on_hold_since IS NOT NULL"


def upgrade() -> None:
    op.create_index("ix_deliveries_not_well", "deliveries", ["sale_id"], postgresql_where=sa.text(NOT_WELL))


def downgrade() -> None:
    op.drop_index("ix_deliveries_not_well", table_name="deliveries")
