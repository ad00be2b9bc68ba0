"""Orders, where they go and what happened to them."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dispatch.addresses.models import AddressColumns
from dispatch.catalogue.models import Product
from dispatch.catalogue.sums import Sums
from dispatch.database.base import (
    Amount,
    DateTimeUTC,
    IdentityAuditBase,
    IdentityBase,
    reference,
    text_enum,
)
from dispatch.database.search import searched_index


class OrderStatus(StrEnum):
    """``pending → confirmed → processing → shipped → delivered → completed``, or ``cancelled``."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    """Whether an order or a sale is paid."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


FIRST_VERSION = 1
"""Of an address that is as it was ordered."""


SEARCHED_WORDS: Final = ("customer_name", "address", "city", "delivery_instructions")
SEARCHED_PHONES: Final = ("phone_number",)


class DeliveryInfo(AddressColumns, IdentityBase):
    """Where an order goes. ``version`` grows with each change."""

    __tablename__ = "delivery_infos"
    __table_args__ = (
        searched_index("ix_delivery_infos_searched", SEARCHED_WORDS, phones=SEARCHED_PHONES),
        Index("ix_delivery_infos_lat_lon", "lat", "lon"),
    )

    version: Mapped[int] = mapped_column(Integer, default=FIRST_VERSION, server_default=text("1"))


class Order(IdentityAuditBase):
    """A customer's order. ``cart_id`` says which cart's unpaid order a payment is for.

    ``total_amount`` is that of its items; with ``tax_amount`` and ``shipping_cost`` it is what is paid, ``sums``.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_delivered", "id", postgresql_where=text("order_status = 'delivered'")),
        Index("ix_orders_created_at", "created_at"),
        searched_index("ix_orders_searched", ("order_number",)),
        Index("ix_orders_status", "order_status", "id"),
        Index("ix_orders_payment_status", "payment_status", "id"),
        Index("ix_orders_pending", "created_at", postgresql_where=text("order_status = 'pending'")),
    )

    order_number: Mapped[str] = mapped_column(String(32), unique=True)
    customer_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    cart_id: Mapped[int] = mapped_column(reference("carts.id"), index=True)
    delivery_info_id: Mapped[int] = mapped_column(reference("delivery_infos.id"), index=True)
    payment_method: Mapped[str | None] = mapped_column(String(32))
    total_amount: Mapped[Amount]
    tax_amount: Mapped[Amount]
    shipping_cost: Mapped[Amount]
    order_status: Mapped[OrderStatus] = mapped_column(text_enum(OrderStatus), default=OrderStatus.PENDING)
    payment_status: Mapped[PaymentStatus] = mapped_column(text_enum(PaymentStatus), default=PaymentStatus.PENDING)

    delivery_info: Mapped[DeliveryInfo] = relationship(lazy="raise")
    items: Mapped[list["OrderItem"]] = relationship(lazy="raise", order_by="OrderItem.id")
    tracking_events: Mapped[list["OrderEvent"]] = relationship(lazy="raise", order_by="OrderEvent.id", viewonly=True)

    @property
    def sums(self) -> Sums:
        """What it costs in all, and the parts of that."""
        return Sums(self.total_amount, self.tax_amount, self.shipping_cost)

    @property
    def is_paid(self) -> bool:
        """Whether the money is here."""
        return self.payment_status is PaymentStatus.PAID

    @property
    def can_cancel(self) -> bool:
        """Whether the customer may still call it off: not paid and not on its way."""
        return self.order_status is OrderStatus.PENDING and not self.is_paid


class OrderItem(IdentityBase):
    """Some of one product, at the price of the moment of ordering."""

    __tablename__ = "order_items"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        searched_index("ix_order_items_searched", ("product_name",)),
    )

    order_id: Mapped[int] = mapped_column(reference("orders.id"), index=True)
    product_id: Mapped[int] = mapped_column(reference("products.id"), index=True)
    product_name: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Amount]
    total_price: Mapped[Amount]

    product: Mapped[Product] = relationship(lazy="raise")


class OrderEvent(IdentityBase):
    """Something that happened to an order or to one sale of it."""

    __tablename__ = "order_tracking_events"
    __table_args__ = (CheckConstraint("order_id IS NOT NULL OR sale_id IS NOT NULL", name="belongs_somewhere"),)

    order_id: Mapped[int | None] = mapped_column(reference("orders.id"), index=True)
    sale_id: Mapped[int | None] = mapped_column(reference("sales.id"), index=True)
    status: Mapped[OrderStatus] = mapped_column(text_enum(OrderStatus))
    message: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True))
