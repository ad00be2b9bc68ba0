"""Events of orders."""

from typing import ClassVar

from dispatch.events.payloads.base import OrderData


class OrderPlaced(OrderData, frozen=True, kw_only=True):
    """A customer ordered; nothing is paid yet."""

    type: ClassVar[str] = "order.placed"
    total_paisa: int
    """What is to be paid, with tax and shipping."""


class OrderPaid(OrderData, frozen=True, kw_only=True):
    """The gateway confirmed the money, and the order's lines became sales."""

    type: ClassVar[str] = "order.paid"
    amount_paisa: int
    payment_number: str
    gateway: str
    """The way it was paid: KHALTI, SCT, CONNECT_IPS, MOBILE_BANKING or EBANKING."""


class OrderRefunded(OrderData, frozen=True, kw_only=True):
    """The gateway gave money back, all of it or a part."""

    type: ClassVar[str] = "order.refunded"
    amount_paisa: int
    """Of this refund."""
    refunded_paisa: int
    """Of all refunds of the payment so far."""
    is_whole: bool
    """Whether nothing of the payment is left."""
    sale_id: int | None = None
    """The sale that it is for, where it is for one."""


class OrderAddressChanged(OrderData, frozen=True, kw_only=True):
    """What of it has no parcel yet goes to another address than was said; who may see where reads the order."""

    type: ClassVar[str] = "order.address_changed"
    changed_by: str
    """buyer or dispatcher."""


class OrderCancelled(OrderData, frozen=True, kw_only=True):
    """It was called off; money that was paid is refunded apart from that."""

    type: ClassVar[str] = "order.cancelled"
    reason: str
    """A sentence."""
