"""People who sign in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, CheckConstraint, Index, String, func, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.accounts.addresses import email_key
from dispatch.database.base import DateTimeUTC, IdentityAuditBase, IdentityBase, reference, text_enum


class Role(StrEnum):
    """What a user may be; one user may be several."""

    CUSTOMER = "customer"
    SELLER = "seller"
    TRANSPORTER = "transporter"
    ADMIN = "admin"


def _key_of(context: DefaultExecutionContext) -> str:
    return email_key(str(context.get_current_parameters()["email"]))  # type: ignore[no-untyped-call]


class Language(StrEnum):
    """In which language somebody is written to."""

    ENGLISH = "en"
    NEPALI = "ne"


class User(IdentityAuditBase):
    """An account. ``email`` is kept in NFC and lower case; ``email_key`` tells accounts apart.

    ``email_verified_at``: when somebody proved to get the mails of the address, or an operator vouched for it.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "roles <@ ARRAY['customer', 'seller', 'transporter', 'admin']::varchar[] AND cardinality(roles) > 0",
            name="known_roles",
        ),
        Index("uq_users_email_lower", func.lower(text("email")), unique=True),
        Index(
            "ix_users_with_doors_left",
            "id",
            postgresql_where=text("deleted_at IS NOT NULL AND doors_forgotten_at IS NULL"),
        ),
        Index("ix_users_changed_in", "changed_in", "id", postgresql_where=text("changed_in > 0")),
    )

    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(1024), unique=True, default=_key_of)
    email_verified_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    password_hash: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(32))
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(16)))
    roles_barred: Mapped[list[str]] = mapped_column(ARRAY(String(16)), default=list, server_default=text("'{}'"))
    """Roles that somebody else took from the user, who cannot take them on again alone."""
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    language: Mapped[Language] = mapped_column(
        text_enum(Language), default=Language.ENGLISH, server_default=text("'en'")
    )
    """In which mails and SMS are written to the account."""
    parcel_messages: Mapped[bool] = mapped_column(Boolean, default=True, server_default=text("true"))
    """Whether the user is written to when a parcel leaves, comes near and has arrived."""
    deleted_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When its person was taken out of it; it is never opened again."""
    doors_forgotten_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    """When its doors were taken out of what its parcels tell; of a deleted account, a server of before left them."""
    changed_in: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The number of the transaction that last changed name, roles or whether it is open; written by a trigger."""

    def has(self, *roles: Role) -> bool:
        """Whether the user holds any of ``roles``."""
        return any(role in self.roles for role in roles)


class SignIn(IdentityBase):
    """One signed-in device: its current refresh token (as a hash) and whether it was revoked."""

    __tablename__ = "sign_ins"

    sign_in_id: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    refresh_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the token that was exchanged last, at ``rotated_at``; its holder may have lost the answer."""
    rotated_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))


class LinkPurpose(StrEnum):
    """What a link that is sent by mail is good for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  a purpose
    CHANGE_EMAIL = "change_email"
    """It is sent to the new address, and the account has it once the link is used."""


class AccountLink(IdentityBase):
    """A link in a mail, good once and for a while. Of its token the database keeps a hash.

    ``email``: where it was sent; ``sign_in_id``: the sign-in that asked for another address, which goes on with it.
    """

    __tablename__ = "account_links"

    link_id: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(text_enum(LinkPurpose))
    email: Mapped[str] = mapped_column(String(254))
    sign_in_id: Mapped[UUID | None]
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
