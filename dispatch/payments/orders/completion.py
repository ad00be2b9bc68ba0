"""The end of an order: all of it arrived, and the time in which anybody may object is over."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from dispatch.database.engine import Database
from dispatch.jobs.rounds import each_alone
from dispatch.orders.models import Order, OrderStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.payments.models import PaymentTransaction
from dispatch.payments.refunds.models import IN_FLIGHT, Refund
from dispatch.ports import Clock
from dispatch.sales.models import Sale, SaleStatus

BATCH = 200


class OrderCompletion:
    """Completes delivered orders. Several processes may do it at once: each order is held and looked at again."""

    def __init__(self, database: Database, clock: Clock, *, grace: timedelta) -> None:
        """``grace``: how long after the last of its goods arrived an order may still be objected to."""
        self._database = database
        self._clock = clock
        self._grace = grace

    async def complete_due(self) -> int:
        """Complete what is due, page after page; returns how many orders were looked at."""
        last, looked_at = 0, 0
        while True:
            async with self._database.work() as work:
                due = list(await work.session.scalars(self._due().where(Order.id > last).limit(BATCH)))
            await each_alone(due, self._complete)
            looked_at += len(due)
            if len(due) < BATCH:
                return looked_at
            last = due[-1]

    def _due(self) -> Select[int]:
        undecided = exists().where(
            Refund.payment_id == PaymentTransaction.id,
            PaymentTransaction.order_id == Order.id,
            Refund.status.in_(IN_FLIGHT),
        )
        waits = exists().where(Sale.order_id == Order.id, self._may_change())
        return (
            select(Order.id).where(Order.order_status == OrderStatus.DELIVERED, ~waits, ~undecided).order_by(Order.id)
        )

    def _may_change(self) -> ColumnElement[bool]:
        """A sale that is on its way, or that arrived so lately that somebody may object."""
        now = self._clock.now()
        lately = or_(Sale.delivered_at > now - self._grace, Sale.objection_until > now)
        under_way = Sale.status.in_([SaleStatus.PROCESSING, SaleStatus.SHIPPED])
        return or_(under_way, and_(Sale.status == SaleStatus.DELIVERED, lately))

    async def _complete(self, order_id: int) -> None:
        async with self._database.work() as work:
            order = await lock_order(work, order_id)
            still_due = await work.session.scalar(self._due().where(Order.id == order_id))
            if order is not None and still_due is not None:
                await Orders(work, self._clock).advance(order, OrderStatus.COMPLETED, "Order completed")
