"""An order as its customer sees it: with the delivery to follow, and what may still be cancelled or refunded."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload

from dispatch.accounts.models import Role, User
from dispatch.cancellations.order_refunds import NOT_PICKED_UP
from dispatch.cancellations.setbacks import Setback, setbacks_of_sales
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.deliveries.order_doors import lacks_parcels
from dispatch.orders.models import Order, OrderStatus
from dispatch.orders.service import NOT_SHIPPED, Orders
from dispatch.payments.refunds.sums import NOTHING_BACK, GoneBack, gone_back_of_orders
from dispatch.ports import Clock
from dispatch.sales.models import Sale, SaleStatus


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order and its first delivery, which is the one its customer follows.

    ``sold``: its sales in their order, each with its delivery where there is one.
    ``is_here``: nothing of it was delivered or picked up to be. ``objection_until``: how long its buyer
    may object to what only the seller says arrived; None where there is nothing to object to.
    ``setbacks``: what of it came back, is lost, or arrived in part, with the money that goes back for it.
    ``gone_back``: what of its money did, or shall.
    """

    order: Order
    sold: list[tuple[Sale, Delivery | None]]
    is_here: bool
    objection_until: datetime | None
    for_admin: bool = False
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
    def can_cancel(self) -> bool:
        """Whether it can still be called off: nothing of it was picked up yet. A paid one is refunded."""
        waits = self.order.is_paid and self.order.order_status in NOT_SHIPPED and self.is_here
        return self.order.can_cancel or waits

    @property
    def can_refund(self) -> bool:
        """Whether the viewer may ask for its money: until it is on its way, and while an objection is possible.

        An admin also once it arrived.
        """
        arrived = self.order.order_status in {OrderStatus.DELIVERED, OrderStatus.COMPLETED}
        may = self.can_cancel or self.objection_until is not None or (self.for_admin and arrived)
        return self.order.is_paid and may

    @property
    def can_change_address(self) -> bool:
        """Whether some of it has no parcel yet."""
        return lacks_parcels(self.order, self.sold)


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
    return OrderView(
        order,
        sold,
        is_here=all(
            sale.status not in {SaleStatus.SHIPPED, SaleStatus.DELIVERED}
            and (delivery is None or delivery.status in NOT_PICKED_UP)
            for sale, delivery in sold
        ),
        objection_until=max(
            (until for sale, _ in sold if (until := sale.objection_until) and until > now), default=None
        ),
        for_admin=user.has(Role.ADMIN),
        setbacks=await setbacks_of_sales(work.session, [one for _, one in sold if one is not None], now),
        gone_back=(await gone_back_of_orders(work.session, [order.id])).get(order.id, NOTHING_BACK),
    )
