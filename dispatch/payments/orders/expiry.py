"""Unpaid orders end by themselves; one whose payment is under way does not, until that has ended."""

from datetime import timedelta

import structlog
from sqlalchemy import Select, exists, select

from dispatch.carts.models import Cart
from dispatch.database.engine import Database
from dispatch.jobs.rounds import attempt, in_a_line
from dispatch.orders.models import Order, OrderStatus, PaymentStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.ports import Clock

log = structlog.get_logger(__name__)

BATCH = 100


class OrderExpiry:
    """Cancels unpaid orders that are older than the shop allows."""

    def __init__(self, database: Database, clock: Clock, *, expires_after: timedelta) -> None:
        """``expires_after``: the longest that an order waits for its payment; zero keeps all."""
        self._database = database
        self._clock = clock
        self._expires_after = expires_after

    async def expire(self) -> int:
        """Cancel what is due, page after page; returns how many were dealt with. Several processes may do it."""
        if not self._expires_after:
            return 0
        last, expired = 0, 0
        while True:
            async with self._database.work() as work:
                due = [row.tuple() for row in await work.session.execute(self._due().where(Order.id > last))]
            for order_id, cart_id in due:
                error = await attempt(self._expire(order_id, cart_id))
                if error is not None:  # one that fails must not keep the rest, and comes again
                    log.error("an unpaid order could not be cancelled", order=order_id, error=in_a_line(error))
                expired += error is None
            if len(due) < BATCH:
                return expired
            last = due[-1][0]

    def _due(self) -> Select[int, int]:
        """Old, unpaid, and no payment of it is under way."""
        under_way = exists().where(
            PaymentTransaction.order_id == Order.id,
            PaymentTransaction.status.in_([TransactionStatus.PROCESSING, TransactionStatus.HELD]),
        )
        return (
            select(Order.id, Order.cart_id)
            .where(
                Order.order_status == OrderStatus.PENDING,
                Order.payment_status.in_([PaymentStatus.PENDING, PaymentStatus.FAILED]),
                Order.created_at < self._clock.now() - self._expires_after,
                ~under_way,
            )
            .order_by(Order.id)
            .limit(BATCH)
        )

    async def _expire(self, order_id: int, cart_id: int) -> None:
        """Under the locks of every payment, cart and order, look again and cancel."""
        async with self._database.work() as work:
            await work.session.execute(select(Cart.id).where(Cart.id == cart_id).with_for_update())
            order = await lock_order(work, order_id)
            still_due = await work.session.scalar(self._due().where(Order.id == order_id).limit(1))
            if order is None or still_due is None:
                return
            hours = self._expires_after.total_seconds() / 3600
            message = f"Order cancelled: it was not paid within {hours:g} hours"
            await Orders(work, self._clock).advance(order, OrderStatus.CANCELLED, message)
