"""The audit log cannot be emptied at once either: triggers of rows hear nothing of a TRUNCATE."""

from collections.abc import Sequence

from alembic import op

revision: str = "0061_audit_not_truncated"
down_revision: str | None = "0060_doors_forgotten"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

GUARD = """
CREATE FUNCTION audit_events_are_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_events are not changed and not deleted';
END $$
"""
TRIGGER = """
CREATE TRIGGER audit_events_are_not_emptied BEFORE TRUNCATE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION audit_events_are_not_emptied()
"""


def upgrade() -> None:
    op.execute(GUARD)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_events_are_not_emptied ON audit_events")
    op.execute("DROP FUNCTION audit_events_are_not_emptied()")
