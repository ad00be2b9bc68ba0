"""What may still be cancelled or refunded of an order.

It is asked by what does it, under its locks, and by the answer that says what may be done.
Each says why not, as what the request would be refused with; None where it may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import Conflict, Forbidden
from dispatch.orders.models import Order, OrderStatus
from dispatch.orders.service import NOT_SHIPPED
from dispatch.payments.refunds.requests import NOTHING_LEFT
from dispatch.sales.models import Sale, SaleStatus

Refusal: TypeAlias = Conflict | Forbidden

CANNOT_CANCEL = "cannot_cancel"
NOT_PICKED_UP = frozenset({DeliveryStatus.AVAILABLE, DeliveryStatus.ASSIGNED, DeliveryStatus.CANCELLED})
# What cannot be put back on sale by calling its order off.
GONE = frozenset({SaleStatus.SHIPPED, SaleStatus.DELIVERED})


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands. ``left``: so much of what was paid for it may still be asked for, paisa."""

    order: Order
    sales: Sequence[Sale]
    deliveries: Sequence[Delivery]
    left: int
    now: datetime

    @property
    def doubted(self) -> list[Sale]:
        """What only its seller says arrived, and its buyer may still object to."""
        return [sale for sale in self.sales if sale.is_open_to_objection(self.now)]


def why_not_called_off(stands: Standing) -> Refusal | None:
    """Of calling a paid order off: nothing of it has left, and all that is left of the money goes back."""
    order = stands.order
    if order.order_status not in NOT_SHIPPED:
        words = f"An order that is {order.order_status.value} can no longer be cancelled."
        return refusal(order, words, CANNOT_CANCEL)
    if any(sale.status in GONE for sale in stands.sales):
        return refusal(order, "A part of this order was delivered already.", CANNOT_CANCEL)
    if any(delivery.status not in NOT_PICKED_UP for delivery in stands.deliveries):
        return refusal(order, "A parcel of this order was picked up already.", CANNOT_CANCEL)
    return _why_nothing_is_left(stands)


def why_unpaid(order: Order) -> Refusal | None:
    """Of a refund of what was not paid, or goes back anyway."""
    if order.order_status is OrderStatus.CANCELLED:
        return refusal(order, "This order was cancelled; what was paid for it goes back.")
    if not order.is_paid:
        return refusal(order, "Nothing was paid for this order, or it was refunded already.")
    return None


def why_not_refunded_to_buyer(stands: Standing) -> Refusal | None:
    """Of a refund that its buyer asks for: of all of it until it leaves, or of what only the seller says arrived."""
    unpaid, order = why_unpaid(stands.order), stands.order
    if unpaid is not None:
        return unpaid
    if stands.doubted:
        return _why_nothing_is_left(stands)
    if order.order_status is OrderStatus.SHIPPED:
        return _on_its_way(order)
    if order.order_status not in NOT_SHIPPED:
        return Forbidden("This order was delivered; ask the shop to refund it.", code="admin_only")
    return why_not_called_off(stands)


def why_not_refunded_by_admin(stands: Standing, *, whole: bool) -> Refusal | None:
    """Of a refund that an admin asks for. ``whole``: all that is left, which calls off what has not left."""
    unpaid, order = why_unpaid(stands.order), stands.order
    if unpaid is not None:
        return unpaid
    if order.order_status is OrderStatus.SHIPPED:
        return _on_its_way(order)
    if whole and order.order_status in NOT_SHIPPED:
        return why_not_called_off(stands)
    return _why_nothing_is_left(stands)


def _why_nothing_is_left(stands: Standing) -> Refusal | None:
    return refusal(stands.order, NOTHING_LEFT, "nothing_to_refund") if stands.left <= 0 else None


def _on_its_way(order: Order) -> Conflict:
    return refusal(order, "This order is on its way; it can be refunded once it arrived.")


def refusal(order: Order, words: str, code: str = "cannot_refund") -> Conflict:
    """A refusal that says how the order stands."""
    return Conflict(words, code=code, order_status=order.order_status.value, payment_status=order.payment_status.value)
