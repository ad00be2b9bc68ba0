"""Runs may make plans."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028_plan_runs"
down_revision: str | None = "0027_rolling"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("assignment_runs", sa.Column("kind", sa.String(length=32), server_default="assign", nullable=False))
    op.add_column("assignment_runs", sa.Column("plan_id", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_assignment_runs_runkind"), "assignment_runs", sa.column("kind").in_(["assign", "plan"])
    )


def downgrade() -> None:
    # An older release would take a run that makes a plan for one that gives deliveries out.
    op.execute("DELETE FROM assignment_runs WHERE kind = 'plan'")
    op.drop_constraint(op.f("ck_assignment_runs_runkind"), "assignment_runs", type_="check")
    op.drop_column("assignment_runs", "plan_id")
    op.drop_column("assignment_runs", "kind")
