"""What must end before an account can be deleted: somebody else waits for it, or money is on its way."""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.deliveries.models import ABOARD, Delivery, DeliveryStatus
from dispatch.orders.models import Order, OrderStatus
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.payments.refunds.models import IN_FLIGHT, Refund
from dispatch.sales.models import Sale, SaleStatus
from dispatch.sales.objections import DeliveryObjection, ObjectionStatus
from dispatch.transporters.models import Transporter

ON_THEIR_WAY = (OrderStatus.CONFIRMED, OrderStatus.PROCESSING, OrderStatus.SHIPPED)
TO_SEND = (SaleStatus.PROCESSING, SaleStatus.SHIPPED)
ENDED = (DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED)
OPEN_PAYMENTS = (TransactionStatus.PROCESSING, TransactionStatus.HELD, TransactionStatus.REFUND_DUE)
WORDS = {
    "orders_under_way": "orders that you paid are not delivered yet",
    "payments_open": "payments are open or wait for a person",
    "refunds_open": "refunds are not decided or not carried out yet",
    "sales_open": "things that you sold have not arrived yet",
    "returns_open": "parcels go back to their sellers and are not there yet",
    "objections_open": "objections to deliveries are not decided yet",
    "parcels_aboard": "parcels are aboard of you",
}


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why not yet: how many of what."""

    what: str
    count: int

    @property
    def words(self) -> str:
        """As a person reads it."""
        return f"{self.count} {WORDS[self.what]}"


async def blockers(session: AsyncSession, user_id: int) -> list[Blocker]:
    """Everything that is in the way, each kind once."""
    found = []
    for what, query in _counts(user_id).items():
        count = await session.scalar(query) or 0
        if count:
            found.append(Blocker(what, count))
    return found


def _counts(user_id: int) -> dict[str, Select[int]]:
    count = func.count()
    paid_by = PaymentTransaction.user_id == user_id
    return {
        "orders_under_way": select(count)
        .select_from(Order)
        .where(Order.customer_id == user_id, Order.order_status.in_(ON_THEIR_WAY)),
        "payments_open": select(count)
        .select_from(PaymentTransaction)
        .where(paid_by, PaymentTransaction.status.in_(OPEN_PAYMENTS)),
        "refunds_open": select(count)
        .select_from(Refund)
        .join(PaymentTransaction, PaymentTransaction.id == Refund.payment_id)
        .where(paid_by, Refund.status.in_(IN_FLIGHT)),
        "sales_open": select(count).select_from(Sale).where(Sale.seller_id == user_id, Sale.status.in_(TO_SEND)),
        "returns_open": select(count)
        .select_from(Delivery)
        .join(Sale, Sale.id == Delivery.sale_id)
        .where(
            or_(Sale.buyer_id == user_id, Sale.seller_id == user_id),
            Delivery.return_of.is_not(None),
            Delivery.status.not_in(ENDED),
        ),
        "objections_open": select(count)
        .select_from(DeliveryObjection)
        .join(Sale, Sale.id == DeliveryObjection.sale_id)
        .where(
            or_(Sale.buyer_id == user_id, Sale.seller_id == user_id),
            DeliveryObjection.status == ObjectionStatus.OPEN,
        ),
        "parcels_aboard": select(count)
        .select_from(Delivery)
        .join(Transporter, Transporter.id == Delivery.transporter_id)
        .where(Transporter.user_id == user_id, Delivery.status.in_(ABOARD)),
    }
