"""That something was given back, or goes back, is kept as well where it was told too late and refused."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0064_refused_word"
down_revision: str | None = "0063_proofs_of_transporters"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE, CHECK = "refused_handovers", "ck_refused_handovers_refusedstep"
STEPS, NEW = ("pickup", "deliver", "attempt"), ("give_back", "return")


def _allow(*steps: str) -> None:
    op.drop_constraint(op.f(CHECK), TABLE, type_="check")
    op.create_check_constraint(op.f(CHECK), TABLE, sa.column("step").in_(steps))


def upgrade() -> None:
    _allow(*STEPS, *NEW)


def downgrade() -> None:
    op.execute(sa.delete(sa.table(TABLE, sa.column("step"))).where(sa.column("step").in_(NEW)))
    _allow(*STEPS)
