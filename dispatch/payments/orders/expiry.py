"""Unpaid orders end by themselves; one whose payment is under way does not, until that has ended."""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Select, exists, func, select

from dispatch.carts.models import Cart
from dispatch.database.engine import Database
from dispatch.jobs.leased_items import LeasedItemJob
from dispatch.orders.life import OrderAct
from dispatch.orders.models import Order, OrderStatus, PaymentStatus
from dispatch.orders.service import Orders, lock_order
from dispatch.payments.models import PaymentTransaction, TransactionStatus
from dispatch.ports import Clock

BATCH = 100


class OrderExpiry(LeasedItemJob[int]):
    """Cancels unpaid orders that are older than the shop allows."""

    name: ClassVar[str] = "unpaid-orders"
    at_once: ClassVar[int] = 1

    def __init__(self, database: Database, clock: Clock, *, expires_after: timedelta) -> None:
        """``expires_after``: the longest that an order waits for its payment; zero keeps all."""
        super().__init__(database, clock)
        self._expires_after = expires_after

    async def find(self, after: int | None) -> list[int]:
        """Orders that waited for their payment too long."""
        if not self._expires_after:
            return []
        async with self._database.work() as work:
            return list(await work.session.scalars(self._due().where(Order.id > (after or 0)).limit(BATCH)))

    async def oldest_due(self) -> datetime | None:
        """When the order that waits for longest could be cancelled."""
        if not self._expires_after:
            return None
        async with self._database.work() as work:
            oldest: datetime | None = await work.session.scalar(
                self._due().with_only_columns(func.min(Order.created_at)).order_by(None)
            )
        return None if oldest is None else oldest + self._expires_after

    def _due(self) -> Select[int]:
        """Old, unpaid, and no payment of it is under way."""
        under_way = exists().where(
            PaymentTransaction.order_id == Order.id,
            PaymentTransaction.status.in_([TransactionStatus.PROCESSING, TransactionStatus.HELD]),
        )
        return (
            select(Order.id)
            .where(
                Order.order_status == OrderStatus.PENDING,
                Order.payment_status.in_([PaymentStatus.PENDING, PaymentStatus.FAILED]),
                Order.created_at < self._clock.now() - self._expires_after,
                ~under_way,
            )
            .order_by(Order.id)
        )

    async def do_key(self, key: int) -> None:
        """Under the locks of every payment, cart and order, look again and cancel."""
        cart_id = select(Order.cart_id).where(Order.id == key).scalar_subquery()
        async with self._database.work() as work:
            await work.session.execute(select(Cart.id).where(Cart.id == cart_id).with_for_update())
            order = await lock_order(work, key)
            still_due = await work.session.scalar(self._due().where(Order.id == key))
            if order is None or still_due is None:
                return
            hours = self._expires_after.total_seconds() / 3600
            message = f"Order cancelled: it was not paid within {hours:g} hours"
            await Orders(work, self._clock).advance(order, OrderAct.CANCEL, message)
