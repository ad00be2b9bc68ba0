"""How an order follows its sales: prepared with the first delivery, shipped with the first pickup, delivered with
the last sale, and failed where none of them arrives."""

from sqlalchemy import select

from dispatch.database.work import Work
from dispatch.orders.life import OrderAct
from dispatch.orders.models import Order, OrderEvent, OrderStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.ports import Clock
from dispatch.sales.life import LIFE, SaleAct, move
from dispatch.sales.models import Sale, SaleStatus


class OrderProgress:
    """Moves sales and, with them, their orders, forward only.

    The order's row is locked before the sale's, so that two last parcels agree and nobody waits in a circle.
    """

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._orders = Orders(work, clock)

    async def preparing(self, order: Order) -> None:
        """A delivery of the order, whose row is held, waits for a transporter."""
        await self._orders.advance(order, OrderAct.PREPARE, "Order is being prepared for delivery")

    async def shipped(self, sale: Sale) -> None:
        """A sale was picked up."""
        order = await self.lock(sale)
        if not LIFE.allows(SaleAct.SHIP, sale.status):
            return
        move(sale, SaleAct.SHIP)
        self._add_sale_event(sale, OrderStatus.SHIPPED, "Package picked up by the transporter")
        if order is not None:
            await self._orders.advance(order, OrderAct.SHIP, "Order shipped for delivery")

    async def delivered(self, sale: Sale, accepted: int | None = None) -> None:
        """A sale has arrived, or so many of it; its order has when all its sales have."""
        order = await self.lock(sale)
        if not LIFE.allows(SaleAct.ARRIVE, sale.status):
            return
        move(sale, SaleAct.ARRIVE)
        sale.delivered_at, sale.quantity_delivered = self._clock.now(), accepted
        message = "Package delivered" if accepted is None else f"{accepted} of {sale.quantity} handed over"
        self._add_sale_event(sale, OrderStatus.DELIVERED, message)
        await self._follow(order)

    async def ended(self, sale: Sale, message: str, act: SaleAct = SaleAct.LOSE) -> bool:
        """A sale does not arrive, or came back: whether it ended with that; one that is cancelled stays as it is."""
        order = await self.lock(sale)
        if not LIFE.allows(act, sale.status):
            return False
        move(sale, act)
        self._add_sale_event(sale, OrderStatus.CANCELLED, message)
        await self._follow(order)
        return True

    async def _follow(self, order: Order | None) -> None:
        """An order whose last sale has ended has arrived, unless nothing of it did."""
        await self._session.flush()
        if order is None:
            return
        statuses = set(await self._session.scalars(select(Sale.status).where(Sale.order_id == order.id)))
        if statuses == {SaleStatus.CANCELLED}:
            await self._orders.advance(order, OrderAct.FAIL, "Nothing of the order arrives; its money goes back")
        elif statuses <= {SaleStatus.CANCELLED, SaleStatus.DELIVERED}:
            await self._orders.advance(order, OrderAct.ARRIVE, "Order delivered")

    async def lock(self, sale: Sale) -> Order | None:
        """Hold the sale's order, where it has one, and the sale, as they are now."""
        order = None if sale.order_id is None else await lock_order(self._work, sale.order_id)
        known = ["status", "quantity_delivered", "delivered_at", "objection_until"]
        await self._session.refresh(sale, known, with_for_update=True)
        return order

    def _add_sale_event(self, sale: Sale, status: OrderStatus, message: str) -> None:
        self._session.add(OrderEvent(sale_id=sale.id, status=status, message=message, created_at=self._clock.now()))
