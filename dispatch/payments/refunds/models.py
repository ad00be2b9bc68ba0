"""Refunds, from the wish to the gateway's word."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.database.base import DateTimeUTC, IdentityAuditBase, reference, text_enum
from dispatch.payments.models import PaymentTransaction


class RefundStatus(StrEnum):
    """``requested → sent → succeeded``, or ``failed``.

    ``sent`` is written before the gateway is called, so that a lost answer is known as one. ``unclear`` is a lost
    answer that no lookup can clear up; a person decides it. ``disputed`` is what a buyer asks for against the
    seller's word that the goods arrived; an admin makes it ``requested`` or ``denied``.
    """

    REQUESTED = "requested"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNCLEAR = "unclear"
    DISPUTED = "disputed"
    DENIED = "denied"


AT_GATEWAY = frozenset({RefundStatus.REQUESTED, RefundStatus.SENT, RefundStatus.UNCLEAR})
"""Sent, about to be, or perhaps: nothing else of the payment is sent beside it."""

IN_FLIGHT = AT_GATEWAY | {RefundStatus.DISPUTED}
"""Asked for and not decided: not to be asked for again."""


class Refund(IdentityAuditBase):
    """Money that goes back, or should. ``gateway_before`` is what lookup said just before the request was sent."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_paisa > 0", name="amount_positive"),
        UniqueConstraint("payment_id", "request_key"),
        Index("ix_refunds_due", "next_attempt_at", postgresql_where=text("status IN ('requested', 'sent')")),
        Index("ix_refunds_dead", "id", postgresql_where=text("status IN ('failed', 'unclear')")),
        # What a lost answer meant can only be told while nothing else moves.
        Index("uq_refunds_one_sent", "payment_id", unique=True, postgresql_where=text("status = 'sent'")),
    )

    refund_id: Mapped[UUID] = mapped_column(unique=True)
    payment_id: Mapped[int] = mapped_column(reference("payment_transactions.id"), index=True)
    sale_id: Mapped[int | None] = mapped_column(reference("sales.id"), index=True)
    """The sale that it is for, where it is for one: its parcel did not arrive."""
    goods_alone: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    """Of a sale's: it gives back goods with their tax, and nothing of the shipping."""
    requested_by: Mapped[int | None] = mapped_column(reference("users.id"))
    request_key: Mapped[str | None] = mapped_column(String(300))
    amount_paisa: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(300))
    mobile: Mapped[str] = mapped_column(String(32), default="")
    status: Mapped[RefundStatus] = mapped_column(text_enum(RefundStatus), default=RefundStatus.REQUESTED)
    is_late: Mapped[bool] = mapped_column(Boolean, default=False)
    gateway_before: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    last_error: Mapped[str | None] = mapped_column(String(300))
    credit_note_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    completed_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    payment: Mapped[PaymentTransaction] = relationship(lazy="raise")
