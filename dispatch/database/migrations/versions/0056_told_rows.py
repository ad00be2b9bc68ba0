"""A table that was imported says which of its rows became what, by which name it came, and what its columns were."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0056_told_rows"
down_revision: str | None = "0055_not_well"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("import_runs", sa.Column("file_name", sa.String(200), server_default="", nullable=False))
    for name in ("columns", "told"):
        op.add_column("import_runs", sa.Column(name, JSONB(), server_default="[]", nullable=False))


def downgrade() -> None:
    for name in ("told", "columns", "file_name"):
        op.drop_column("import_runs", name)
