"""A link that gives an account another e-mail address remembers which sign-in asked for it: that one goes on."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0069_email_changes"
down_revision: str | None = "0068_waiting_imports"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ("verify_email", "reset_password")


def _let_purposes_be(purposes: Sequence[str]) -> None:
    op.drop_constraint(op.f("ck_account_links_linkpurpose"), "account_links", type_="check")
    op.create_check_constraint(
        op.f("ck_account_links_linkpurpose"), "account_links", sa.column("purpose").in_(purposes)
    )


def upgrade() -> None:
    op.add_column("account_links", sa.Column("sign_in_id", sa.Uuid(), nullable=True))
    _let_purposes_be([*BEFORE, "change_email"])


def downgrade() -> None:
    """Links to new addresses go: what they would do is not known there."""
    op.execute("DELETE FROM account_links WHERE purpose = 'change_email'")
    _let_purposes_be(BEFORE)
    op.drop_column("account_links", "sign_in_id")
