"""The end of an order: all of it arrived, and the time in which anybody may object is over."""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, Interval, Select, and_, exists, func, literal, or_, select

from dispatch.database.engine import Database
from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.orders.life import OrderAct
from dispatch.orders.models import Order, OrderStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import IN_FLIGHT, Refund
from dispatch.ports import Clock
from dispatch.sales.models import Sale, SaleStatus
from dispatch.sales.objections import DeliveryObjection, ObjectionStatus

BATCH = 200


class OrderCompletion(LeasedItemJob[int]):
    """Completes delivered orders. Each is held and looked at again."""

    name: ClassVar[str] = "delivered-orders"

    def __init__(self, database: Database, clock: Clock, *, grace: timedelta) -> None:
        """``grace``: how long after the last of its goods arrived an order may still be objected to."""
        super().__init__(database, clock)
        self._grace = grace

    async def find(self, after: int | None) -> list[int]:
        """Delivered orders that nothing can happen to any more."""
        async with self._database.work() as work:
            return list(await work.session.scalars(self._due().where(Order.id > (after or 0)).limit(BATCH)))

    async def oldest_due(self) -> datetime | None:
        """When the order that waits for longest could be completed."""
        due = self._due().subquery()
        of_sale = func.greatest(Sale.delivered_at + literal(self._grace, Interval), Sale.objection_until)
        since = select(func.max(of_sale).label("since")).join(due, due.c.id == Sale.order_id).group_by(Sale.order_id)
        async with self._database.work() as work:
            oldest: datetime | None = await work.session.scalar(select(func.min(since.subquery().c.since)))
            return oldest

    def _due(self) -> Select[int]:
        undecided = exists().where(
            Refund.payment_id == PaymentTransaction.id,
            PaymentTransaction.order_id == Order.id,
            Refund.status.in_(IN_FLIGHT),
        )
        waits = exists().where(Sale.order_id == Order.id, self._may_change())
        objected = exists().where(
            Sale.order_id == Order.id,
            DeliveryObjection.sale_id == Sale.id,
            DeliveryObjection.status == ObjectionStatus.OPEN,
        )
        delivered = Order.order_status == OrderStatus.DELIVERED
        return select(Order.id).where(delivered, ~waits, ~undecided, ~objected).order_by(Order.id)

    def _may_change(self) -> ColumnElement[bool]:
        """A sale that is on its way, or that arrived so lately that somebody may object."""
        now = self._clock.now()
        lately = or_(Sale.delivered_at > now - self._grace, Sale.objection_until > now)
        under_way = Sale.status.in_([SaleStatus.PROCESSING, SaleStatus.SHIPPED])
        return or_(under_way, and_(Sale.status == SaleStatus.DELIVERED, lately))

    async def do_key(self, key: int) -> None:
        """Complete one order."""
        async with self._database.work() as work:
            order = await lock_order(work, key)
            still_due = await work.session.scalar(self._due().where(Order.id == key))
            if order is not None and still_due is not None:
                await Orders(work, self._clock).advance(order, OrderAct.COMPLETE, "Order completed")
