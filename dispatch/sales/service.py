"""The seller's side of what was sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import Role, User
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import Conflict, Forbidden, NotFound
from dispatch.orders.models import OrderTrackingEvent
from dispatch.ports import Clock
from dispatch.sales.models import Sale, SaleStatus
from dispatch.sales.progress import OrderProgress


@dataclass(frozen=True, slots=True)
class SaleView:
    """A sale, its delivery, if it has one, and what happened to it, oldest first."""

    sale: Sale
    delivery: Delivery | None
    events: Sequence[OrderTrackingEvent]


class Sales:
    """The sales of one unit of work."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock

    def list_query(self, user: User) -> Select[Sale]:
        """A seller's sales, or all for an admin, newest first, for a page."""
        query = select(Sale).options(selectinload(Sale.product)).order_by(Sale.id.desc())
        return query if user.has(Role.ADMIN) else query.where(Sale.seller_id == user.id)

    async def get(self, sale_id: int, user: User) -> SaleView:
        """One's own sale: as its seller, its buyer or an admin. Raises NotFound for others' as for none."""
        sale = await self._session.scalar(select(Sale).where(Sale.id == sale_id).options(selectinload(Sale.product)))
        if sale is None or not (user.has(Role.ADMIN) or user.id in {sale.seller_id, sale.buyer_id}):
            raise NotFound("There is no such sale.")
        events = await self._session.scalars(
            select(OrderTrackingEvent).where(OrderTrackingEvent.sale_id == sale.id).order_by(OrderTrackingEvent.id)
        )
        return SaleView(sale, (await self.deliveries_of([sale.id])).get(sale.id), events.all())

    async def deliveries_of(self, sale_ids: list[int]) -> dict[int, Delivery]:
        """The delivery of each sale that has one."""
        rows = await self._session.scalars(select(Delivery).where(among(Delivery.sale_id, sale_ids)))
        return {delivery.sale_id: delivery for delivery in rows}

    async def mark_as_delivered(self, sale_id: int, user: User, *, objection: timedelta) -> Sale:
        """The seller says that the goods arrived, for parcels that went another way. Repeating it changes nothing.

        Nobody but the seller says so: the buyer may object for as long as ``objection``. Raises NotFound, Forbidden
        and Conflict (cancelled, or a delivery of ours waits or is under way: that one says when it arrived).
        """
        sale = await self._session.get(Sale, sale_id)
        if sale is None:
            raise NotFound("There is no such sale.")
        if sale.seller_id != user.id:
            raise Forbidden("Only its seller may mark a sale as delivered.")
        progress = OrderProgress(self._work, self._clock)
        await progress.lock(sale)  # deliveries are made, and orders cancelled, under the same locks
        if sale.status is SaleStatus.CANCELLED:
            raise Conflict("This sale was cancelled.", code="sale_cancelled")
        if sale.status is SaleStatus.DELIVERED:
            return sale
        delivery = (await self.deliveries_of([sale.id])).get(sale.id)
        if delivery is not None and delivery.status is not DeliveryStatus.CANCELLED:
            raise Conflict(
                f"A delivery carries this sale and is {delivery.status.value}: the sale is delivered when it is.",
                code="delivery_under_way",
                delivery_id=delivery.id,
                delivery_status=delivery.status.value,
            )
        sale.objection_until = self._clock.now() + objection
        await progress.delivered(sale)
        return sale
