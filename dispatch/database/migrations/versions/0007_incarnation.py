"""Which life of the database this is, to be compared with what Redis remembers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007_incarnation"
down_revision: str | None = "0006_exceptions"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "database_incarnations",
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("zone", name=op.f("pk_database_incarnations")),
    )


def downgrade() -> None:
    op.drop_table("database_incarnations")
