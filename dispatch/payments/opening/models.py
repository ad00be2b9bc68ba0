"""Payments that somebody looks at before they are opened."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import Amount, DateTimeUTC, IdentityAuditBase, reference, text_enum


class ReviewStatus(StrEnum):
    """What an admin said about an unusual payment."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"


class PaymentReview(IdentityAuditBase):
    """A payment that was held before it was opened, and why. ``purpose`` is that of the payment.

    What is decided is decided for its ``lines`` and at most its ``amount``.
    """

    __tablename__ = "payment_reviews"
    __table_args__ = (
        Index("uq_payment_reviews_pending", "purpose", unique=True, postgresql_where=text("status = 'pending'")),
    )

    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    cart_id: Mapped[int] = mapped_column(reference("carts.id"))
    purpose: Mapped[str] = mapped_column(String(64), index=True)
    gateway: Mapped[str] = mapped_column(String(32))
    amount: Mapped[Amount]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String(300)))
    status: Mapped[ReviewStatus] = mapped_column(text_enum(ReviewStatus), default=ReviewStatus.PENDING)
    decided_by: Mapped[int | None] = mapped_column(reference("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    note: Mapped[str] = mapped_column(String(300), default="")
