"""A change of planned shifts is noted on the transporter's row, as one of papers is: assignments go by both."""

from collections.abc import Sequence

from alembic import op

revision: str = "0029_shifts_noted"
down_revision: str | None = "0028_plan_runs"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The function speaks of whatever has a transporter_id.
NOTE_CHANGE = """
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON transporter_shifts
FOR EACH ROW EXECUTE FUNCTION note_change_of_documents()
"""


def upgrade() -> None:
    op.execute(NOTE_CHANGE)


def downgrade() -> None:
    op.execute("DROP TRIGGER note_change ON transporter_shifts")
