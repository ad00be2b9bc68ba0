"""Proved e-mail addresses, one account an address, links in mails, and the grace of refresh tokens."""

import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009_accounts"
down_revision: str | None = "0008_sums"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("users", sa.Column("email_key", sa.String(length=1024), nullable=True))
    op.add_column("users", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True))
    # Accounts that were there before acted before.
    op.execute("UPDATE users SET email_key = lower(email), email_verified_at = now()")
    _fold_keys(op.get_bind())
    op.alter_column("users", "email_key", nullable=False)
    op.create_unique_constraint(op.f("uq_users_email_key"), "users", ["email_key"])
    op.add_column("sign_ins", sa.Column("previous_hash", sa.String(length=64), nullable=True))
    op.add_column("sign_ins", sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "account_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1, increment=1), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "verify_email",
                "reset_password",
                name="linkpurpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_account_links_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_links")),
        sa.UniqueConstraint("link_id", name=op.f("uq_account_links_link_id")),
    )
    op.create_index(op.f("ix_account_links_user_id"), "account_links", ["user_id"])


def _fold_keys(connection: sa.Connection) -> None:
    """Addresses beyond ASCII, oldest first. A later account of the same address keeps the key that it has."""
    rows = connection.execute(sa.text("SELECT id, email FROM users WHERE email !~ '^[\\x01-\\x7f]*$' ORDER BY id"))
    for user_id, email in rows.all():
        connection.execute(
            sa.text(
                "UPDATE users SET email_key = :key WHERE id = :id "
                "AND NOT EXISTS (SELECT FROM users other WHERE other.id <> :id AND other.email_key = :key)"
            ),
            {"id": user_id, "key": _email_key(email)},
        )


def _email_key(email: str) -> str:
    """By which accounts are told apart, as it was when this migration was written."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip()).lower())
    return unicodedata.normalize("NFC", lowered.casefold())


def downgrade() -> None:
    op.drop_table("account_links")
    op.drop_column("sign_ins", "rotated_at")
    op.drop_column("sign_ins", "previous_hash")
    op.drop_constraint(op.f("uq_users_email_key"), "users")
    op.drop_column("users", "email_verified_at")
    op.drop_column("users", "email_key")
