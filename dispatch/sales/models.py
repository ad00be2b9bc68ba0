"""Sales: one paid line of an order, the seller's side of it."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.accounts.models import User
from dispatch.catalogue.models import Product
from dispatch.database.base import Amount, DateTimeUTC, IdentityAuditBase, reference, text_enum
from dispatch.database.search import searched_index
from dispatch.orders.models import PaymentStatus


class SaleStatus(StrEnum):
    """``processing → shipped → delivered``, or ``cancelled``."""

    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


SEARCHED_WORDS: Final = ("order_number", "buyer_name", "product_name")


class Sale(IdentityAuditBase):
    """A sold line. It exists only because it was paid.

    ``objection_until``: where only the seller says that it arrived, how long the buyer may object.
    """

    __tablename__ = "sales"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("quantity_delivered > 0 AND quantity_delivered < quantity", name="part_delivered"),
        Index("ix_sales_created_at", "created_at"),
        Index("ix_sales_of_seller", "seller_id", "id"),
        Index("ix_sales_status", "status", "id"),
        Index("ix_sales_payment_status", "payment_status", "id"),
        searched_index("ix_sales_searched", SEARCHED_WORDS),
    )

    order_number: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int | None] = mapped_column(reference("orders.id"), index=True)
    buyer_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    buyer_name: Mapped[str] = mapped_column(String(120))
    seller_id: Mapped[int] = mapped_column(reference("users.id"))
    product_id: Mapped[int] = mapped_column(reference("products.id"), index=True)
    product_name: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Amount]
    total_amount: Mapped[Amount]
    payment_method: Mapped[str] = mapped_column(String(32))
    transaction_id: Mapped[UUID] = mapped_column(index=True)
    payment_status: Mapped[PaymentStatus] = mapped_column(text_enum(PaymentStatus), default=PaymentStatus.PAID)
    status: Mapped[SaleStatus] = mapped_column(text_enum(SaleStatus), default=SaleStatus.PROCESSING)
    quantity_delivered: Mapped[int | None] = mapped_column(Integer)
    """So many arrived, where not all did; what was paid for the others goes back."""
    delivered_at: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))
    objection_until: Mapped[datetime | None] = mapped_column(DateTimeUTC(timezone=True))

    seller: Mapped[User] = relationship(lazy="raise", foreign_keys=[seller_id])
    product: Mapped[Product] = relationship(lazy="raise")

    @property
    def quantity_kept(self) -> int:
        """What its buyer has, or is to have, of it."""
        return self.quantity if self.quantity_delivered is None else self.quantity_delivered

    def is_open_to_objection(self, now: datetime) -> bool:
        """Whether its buyer may still say that it did not arrive."""
        return self.objection_until is not None and self.objection_until > now
