"""One sale of an order is called off: its goods are not to be had, the rest of the order goes on.

Lock order: as of cancelling the whole order (order_refunds.py).
"""

from sqlalchemy import select

from dispatch.accounts.models import Role, User
from dispatch.cancellations.order_refunds import OrderRefunds, PaidOrder
from dispatch.cancellations.permitted import CANNOT_CANCEL, NOT_PICKED_UP
from dispatch.database.work import Work
from dispatch.deliveries.models import DeliveryStatus
from dispatch.deliveries.service import Deliveries
from dispatch.errors import Conflict, NotFound
from dispatch.orders.life import LIFE as ORDER_LIFE
from dispatch.orders.life import OrderAct
from dispatch.orders.models import Order, OrderEvent, OrderStatus
from dispatch.orders.service import Orders
from dispatch.payments.refunds.models import Refund
from dispatch.payments.refunds.requests import RefundRequest, Refunds
from dispatch.ports import Clock
from dispatch.sales.models import Sale, SaleStatus

CALLED_OFF = "A part of the order was called off"


class SaleCallingOff:
    """Calls sales off in one unit of work; the refund itself is carried out after the commit."""

    def __init__(self, work: Work, clock: Clock, deliveries: Deliveries) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._deliveries = deliveries
        self._orders = Orders(work, clock)
        self._refunds = OrderRefunds(work, clock, deliveries)

    async def call_off(self, sale_id: int, user: User, reason: str = "") -> Refund | None:
        """Cancel a sale that was not picked up, as its seller or an admin: its share of the money goes back.

        The goods are on sale again, who was to carry them is told, and the order goes by what is left of it. Returns
        the refund to carry out; None where it was called off before, or the money went back already. Raises NotFound
        and Conflict (on its way or arrived).
        """
        sale = await self._session.get(Sale, sale_id)
        if sale is None or not (user.has(Role.ADMIN) or sale.seller_id == user.id):
            raise NotFound("There is no such sale.")
        order = None if sale.order_id is None else await self._session.get(Order, sale.order_id)
        if order is None:
            words = "This sale belongs to no order; its payment is refunded."
            raise Conflict(words, code=CANNOT_CANCEL, sale_status=sale.status.value)
        held = await self._refunds.lock(order)
        sale = next(one for one in held.sales if one.id == sale_id)
        if sale.status is SaleStatus.CANCELLED:
            return None
        self._check_here(held, sale)
        refund = await self._ask_for_share(held, sale, user, reason)
        await self._end(held, sale, reason)
        return refund

    def _check_here(self, held: PaidOrder, sale: Sale) -> None:
        """Raises Conflict where the goods are no longer with their seller."""
        carried = [one for one in held.deliveries if one.sale_id == sale.id]
        if sale.status is not SaleStatus.PROCESSING or any(one.status not in NOT_PICKED_UP for one in carried):
            raise Conflict(
                f"A sale that is {sale.status.value} can no longer be called off.",
                code=CANNOT_CANCEL,
                sale_status=sale.status.value,
                delivery_status=carried[0].status.value if carried else None,
            )
        for delivery in carried:
            if delivery.status is not DeliveryStatus.CANCELLED:
                self._deliveries.call_off(delivery, "The order was cancelled")

    async def _ask_for_share(self, held: PaidOrder, sale: Sale, user: User, reason: str) -> Refund | None:
        """The last sale that is left has all that is left of the money, so that no paisa stays behind."""
        refunds = Refunds(self._work, self._clock)
        left = (await refunds.refundable(held.payment)).left
        others = [one for one in held.sales if one is not sale and one.status is not SaleStatus.CANCELLED]
        amount = await refunds.left_of_sale(held.payment, sale.id) if others else left
        if amount <= 0:
            return None
        words = f"{sale.product_name}: {reason}" if reason else f"{sale.product_name} was called off"
        return await refunds.request(held.payment, RefundRequest(amount, words[:300], user.id, sale_id=sale.id))

    async def _end(self, held: PaidOrder, sale: Sale, reason: str) -> None:
        await self._refunds.return_goods([sale])
        now, told = self._clock.now(), f"{CALLED_OFF}: {sale.product_name}"[:300]
        self._session.add(
            OrderEvent(sale_id=sale.id, status=OrderStatus.CANCELLED, message=(reason or told)[:300], created_at=now)
        )
        await self._session.flush()
        left = set(await self._session.scalars(select(Sale.status).where(Sale.order_id == held.order.id)))
        left.discard(SaleStatus.CANCELLED)
        if not left:
            here = ORDER_LIFE.allows(OrderAct.CANCEL, held.order.order_status)  # else another part was lost on its way
            await self._orders.advance(held.order, OrderAct.CANCEL if here else OrderAct.FAIL, "Order cancelled")
            return
        self._orders.add_event(held.order, held.order.order_status, told)
        if left == {SaleStatus.DELIVERED}:
            await self._orders.advance(held.order, OrderAct.ARRIVE, "Order delivered")
