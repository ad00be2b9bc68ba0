"""Decisions of rolling dispatch about whom to ask first.

Revision ID: 0032_asked_decisions
Revises: 0031_rolling_calls
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0032_asked_decisions"
down_revision: str | None = "0031_rolling_calls"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KIND = "ck_decisions_decisionkind"


def upgrade() -> None:
    op.drop_constraint(op.f(KIND), "decisions", type_="check")
    op.create_check_constraint(
        op.f(KIND), "decisions", "kind IN ('single', 'bulk', 'by_hand', 'rolling', 'rolling_asked')"
    )


def downgrade() -> None:
    op.execute("UPDATE decisions SET kind = 'rolling' WHERE kind = 'rolling_asked'")
    op.drop_constraint(op.f(KIND), "decisions", type_="check")
    op.create_check_constraint(op.f(KIND), "decisions", "kind IN ('single', 'bulk', 'by_hand', 'rolling')")
