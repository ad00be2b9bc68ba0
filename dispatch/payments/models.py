"""Payments and the lines they pay for, frozen at initiation."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, Numeric, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.catalogue.sums import Sums
from dispatch.database.base import (
    Amount,
    DateTimeUTC,
    IdentityAuditBase,
    IdentityBase,
    reference,
    text_enum,
)


class PaymentMode(StrEnum):
    """The five ways to pay through Khalti."""

    KHALTI = "KHALTI"
    SCT = "SCT"
    CONNECT_IPS = "CONNECT_IPS"
    MOBILE_BANKING = "MOBILE_BANKING"
    EBANKING = "EBANKING"


class TransactionStatus(StrEnum):
    """A payment's life.

    ``processing`` may become any other; ``completed`` never goes back to it, whatever signal comes late.
    ``refund_due`` is money that arrived for something that can no longer be sold. ``held`` is money of which the
    gateway gave a part back before anything was sold: nothing is provided, a person decides.
    """

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REFUNDED = "refunded"
    REFUND_DUE = "refund_due"
    HELD = "held"


class PaymentTransaction(IdentityAuditBase):
    """One attempt to pay.

    ``purpose`` names what is paid for (``order:456`` or ``cart:123:0``); several attempts may share it and one
    may succeed. ``holds_stock`` says whether the lines are reserved. ``ended_at``: when it is known to have ended
    without money. ``check_failures`` counts rounds of the sweeper that came to nothing, one after the other;
    ``next_check_at`` is when the next one looks, ``check_error`` what was in the way. ``vat_rate`` is that of the
    moment it was opened, None where it was opened before rates were written down. ``hold_ends_at``: from when on its
    lines are anybody's again, also while it is open.
    """

    __tablename__ = "payment_transactions"
    __table_args__ = (
        CheckConstraint("total_amount = subtotal + tax_amount + shipping_cost", name="adds_up"),
        # Whatever races, one thing is paid for once.
        Index(
            "uq_payment_transactions_paid_once",
            "purpose",
            unique=True,
            postgresql_where=text("status = 'completed'"),
        ),
        Index("ix_payment_transactions_open", "expires_at", postgresql_where=text("status = 'processing'")),
        Index("ix_payment_transactions_held", "id", postgresql_where=text("status = 'held' OR check_failures > 0")),
        Index(
            "ix_payment_transactions_ended",
            "expires_at",
            postgresql_where=text("status IN ('expired', 'canceled', 'failed')"),
        ),
        Index("ix_payment_transactions_created_at", "created_at"),
        Index("ix_payment_transactions_holding", "hold_ends_at", postgresql_where=text("holds_stock")),
    )

    transaction_id: Mapped[UUID] = mapped_column(unique=True)
    order_number: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    cart_id: Mapped[int] = mapped_column(reference("carts.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(reference("orders.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(64), index=True)
    gateway: Mapped[PaymentMode] = mapped_column(text_enum(PaymentMode))
    bank: Mapped[str | None] = mapped_column(String(100))
    return_url: Mapped[str] = mapped_column(String(1000))
    customer_name: Mapped[str] = mapped_column(String(120))
    customer_email: Mapped[str] = mapped_column(String(254))
    customer_phone: Mapped[str] = mapped_column(String(32))
    subtotal: Mapped[Amount]
    tax_amount: Mapped[Amount]
    shipping_cost: Mapped[Amount]
    total_amount: Mapped[Amount]
    vat_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 4))
    status: Mapped[TransactionStatus] = mapped_column(
        text_enum(TransactionStatus), default=TransactionStatus.PROCESSING
    )
    failure_reason: Mapped[str | None] = mapped_column(String(300))
    holds_stock: Mapped[bool] = mapped_column(Boolean, default=True)
    expires_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
    hold_ends_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    pidx: Mapped[str | None] = mapped_column(String(100), unique=True)
    payment_url: Mapped[str | None] = mapped_column(String(1000))
    gateway_transaction_id: Mapped[str | None] = mapped_column(String(100))
    gateway_amount_paisa: Mapped[int | None] = mapped_column(BigInteger)
    inquiry_data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    checked_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    check_failures: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    check_error: Mapped[str | None] = mapped_column(String(300))
    next_check_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    items: Mapped[list["PaymentTransactionItem"]] = relationship(
        lazy="raise", order_by="PaymentTransactionItem.id", back_populates="payment"
    )

    @property
    def sums(self) -> Sums:
        """What is paid and the parts of it."""
        return Sums(self.subtotal, self.tax_amount, self.shipping_cost)


class PaymentTransactionItem(IdentityBase):
    """One frozen line of a payment, and the sale it became."""

    __tablename__ = "payment_transaction_items"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    payment_id: Mapped[int] = mapped_column(reference("payment_transactions.id"), index=True)
    product_id: Mapped[int] = mapped_column(reference("products.id"))
    seller_id: Mapped[int] = mapped_column(reference("users.id"))
    seller_name: Mapped[str] = mapped_column(String(120))
    product_name: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Amount]
    total_amount: Mapped[Amount]
    is_taxed: Mapped[bool | None] = mapped_column(Boolean)
    sale_id: Mapped[int | None] = mapped_column(reference("sales.id"), unique=True)

    payment: Mapped[PaymentTransaction] = relationship(back_populates="items", lazy="raise")
