"""What keeps payments honest: reviews of unusual ones, webhooks already seen, requests already answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import (
    AdvancedDeclarativeBase,
    Amount,
    CommonTableAttributes,
    DateTimeUTC,
    IdentityAuditBase,
    reference,
    text_enum,
)


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


class WebhookReceipt(CommonTableAttributes, AdvancedDeclarativeBase):
    """A webhook that was acted upon; its id is not accepted again."""

    __tablename__ = "webhook_receipts"

    webhook_id: Mapped[str] = mapped_column(String(300), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)


class AnsweredRequest(CommonTableAttributes, AdvancedDeclarativeBase):
    """An ``Idempotency-Key`` of a user and the answer it got; without a status it is still being answered.

    ``lease`` names the run that answers it: only that one may write down or forget the answer.
    """

    __tablename__ = "answered_requests"

    user_id: Mapped[int] = mapped_column(reference("users.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    lease: Mapped[UUID | None]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    media_type: Mapped[str | None] = mapped_column(String(100))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)
