"""People who sign in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, CheckConstraint, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import DateTimeUTC, IdentityAuditBase, IdentityBase, reference


class Role(StrEnum):
    """What a user may be; one user may be several."""

    CUSTOMER = "customer"
    SELLER = "seller"
    TRANSPORTER = "transporter"
    ADMIN = "admin"


class User(IdentityAuditBase):
    """An account. ``email`` is kept in lower case."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "roles <@ ARRAY['customer', 'seller', 'transporter', 'admin']::varchar[] AND cardinality(roles) > 0",
            name="known_roles",
        ),
        Index("uq_users_email_lower", func.lower(text("email")), unique=True),
    )

    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(32))
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(16)))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    def has(self, *roles: Role) -> bool:
        """Whether the user holds any of ``roles``."""
        return any(role in self.roles for role in roles)


class SignIn(IdentityBase):
    """One signed-in device: its current refresh token (as a hash) and whether it was revoked."""

    __tablename__ = "sign_ins"

    sign_in_id: Mapped[UUID] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    refresh_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
