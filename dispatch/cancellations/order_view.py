"""An order as its customer sees it: with the delivery to follow, and what may still be done with it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload

from dispatch.accounts.models import Role, User
from dispatch.cancellations.permitted import (
    Standing,
    why_not_called_off,
    why_not_refunded_by_admin,
    why_not_refunded_to_buyer,
)
from dispatch.cancellations.setbacks import Setback, setbacks_of_sales
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.order_doors import as_what, why_not_elsewhere
from dispatch.orders.models import Order
from dispatch.orders.service import Orders
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.requests import Refunds
from dispatch.payments.refunds.sums import NOTHING_BACK, GoneBack, gone_back_of_orders
from dispatch.ports import Clock
from dispatch.sales.models import Sale, SaleStatus


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order and its first delivery, which is the one its customer follows.

    ``sold``: its sales in their order, each with its delivery where there is one. ``viewer``: who may do what it says
    may be done. ``stands``: by what that goes. ``setbacks``: what of it came back, is lost, or arrived in part, with
    the money that goes back for it. ``gone_back``: what of its money did, or shall.
    """

    order: Order
    sold: list[tuple[Sale, Delivery | None]]
    viewer: User
    stands: Standing
    setbacks: list[Setback] = field(default_factory=list)
    gone_back: GoneBack = NOTHING_BACK

    @property
    def delivery(self) -> Delivery | None:
        """The first of its deliveries."""
        return min((one for _, one in self.sold if one is not None), key=lambda one: one.id, default=None)

    @property
    def progress(self) -> dict[SaleStatus, int]:
        """How many of its sales are how far; nothing before it is paid."""
        return {status: sum(1 for sale, _ in self.sold if sale.status is status) for status in SaleStatus}

    @property
    def objection_until(self) -> datetime | None:
        """How long its buyer may object to what only the seller says arrived; None where there is nothing of that."""
        return max((sale.objection_until for sale in self.stands.doubted if sale.objection_until), default=None)

    @property
    def can_cancel(self) -> bool:
        """Whether it can still be called off: nothing of it was picked up yet. A paid one is refunded."""
        return self.order.can_cancel or (self.order.is_paid and why_not_called_off(self.stands) is None)

    @property
    def can_refund(self) -> bool:
        """Whether the viewer may ask for its money: until it is on its way, and while an objection is possible.

        An admin for a part of it too, also once something of it arrived.
        """
        if self.viewer.has(Role.ADMIN):
            return why_not_refunded_by_admin(self.stands, whole=False) is None
        return why_not_refunded_to_buyer(self.stands) is None

    @property
    def can_change_address(self) -> bool:
        """Whether some of it has no parcel yet, and the viewer did not let it go elsewhere too often."""
        return why_not_elsewhere(self.order, self.sold, self.order.tracking_events, as_what(self.viewer)) is None


async def view_order(work: Work, clock: Clock, order_id: int, user: User) -> OrderView:
    """One's own order, or any for an admin. Raises NotFound for others' as for none."""
    order = await Orders(work, clock).get(order_id, user)
    rows = await work.session.execute(
        select(Sale, Delivery)
        .outerjoin(Delivery, (Delivery.sale_id == Sale.id) & Delivery.return_of.is_(None))
        .where(Sale.order_id == order.id)
        .order_by(Sale.id)
        .options(selectinload(Delivery.transporter), contains_eager(Delivery.sale))
        .execution_options(populate_existing=True)
    )
    sold: list[tuple[Sale, Delivery | None]] = [row.tuple() for row in rows]
    now = clock.now()
    deliveries = [delivery for _, delivery in sold if delivery is not None]
    return OrderView(
        order,
        sold,
        user,
        Standing(order, [sale for sale, _ in sold], deliveries, await _left_of(work, clock, order, sold), now),
        setbacks=await setbacks_of_sales(work.session, deliveries, now),
        gone_back=(await gone_back_of_orders(work.session, [order.id])).get(order.id, NOTHING_BACK),
    )


async def _left_of(work: Work, clock: Clock, order: Order, sold: list[tuple[Sale, Delivery | None]]) -> int:
    """What of the payment that paid it may still be asked for, paisa."""
    if not order.is_paid or not sold:
        return 0
    payment = await work.session.scalar(
        select(PaymentTransaction)
        .where(PaymentTransaction.transaction_id == sold[0][0].transaction_id)
        .execution_options(populate_existing=True)
    )
    return 0 if payment is None else (await Refunds(work, clock).refundable(payment)).left
