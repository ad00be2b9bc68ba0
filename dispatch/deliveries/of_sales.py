"""What deliveries mean for sales and orders: which belong to them, and sales whose seller carried the goods himself."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from dispatch.accounts.models import User
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import Conflict, NotFound
from dispatch.ports import Clock
from dispatch.sales.models import Sale, SaleStatus
from dispatch.sales.progress import OrderProgress


async def deliveries_of_sales(session: AsyncSession, sale_ids: Sequence[int]) -> dict[int, Delivery]:
    """The delivery of each sale that has one; what brings it back is none."""
    there = select(Delivery).where(among(Delivery.sale_id, sale_ids), Delivery.return_of.is_(None))
    rows = await session.scalars(there)
    return {delivery.sale_id: delivery for delivery in rows}


async def first_deliveries_of_orders(session: AsyncSession, order_ids: Sequence[int]) -> dict[int, Delivery]:
    """The earliest delivery of each order that has one, with its transporter."""
    rows = await session.execute(
        select(Sale.order_id, Delivery)
        .join(Delivery, Delivery.sale_id == Sale.id)
        .where(among(Sale.order_id, order_ids), Delivery.return_of.is_(None))
        .order_by(Delivery.id.desc())
        .options(selectinload(Delivery.transporter))
    )
    return {order_id: delivery for order_id, delivery in rows if order_id is not None}


async def mark_sale_as_delivered(work: Work, clock: Clock, sale_id: int, user: User, *, objection: timedelta) -> Sale:
    """The seller says that the goods arrived, for parcels that went another way. Repeating it changes nothing.

    Nobody but the seller says so: the buyer may object for as long as ``objection``. Raises NotFound
    and Conflict (cancelled, or a delivery of ours waits or is under way: that one says when it arrived).
    """
    sale = await work.session.get(Sale, sale_id)
    if sale is None or sale.seller_id != user.id:
        raise NotFound("There is no such sale.")
    progress = OrderProgress(work, clock)
    await progress.lock(sale)  # deliveries are made, and orders cancelled, under the same locks
    if sale.status is SaleStatus.CANCELLED:
        raise Conflict("This sale was cancelled.", code="sale_cancelled", sale_status=sale.status.value)
    if sale.status is SaleStatus.DELIVERED:
        return sale
    delivery = (await deliveries_of_sales(work.session, [sale.id])).get(sale.id)
    returns = delivery is not None and delivery.ending is not None
    if delivery is not None and (returns or delivery.status is not DeliveryStatus.CANCELLED):
        raise Conflict(
            f"A delivery carries this sale and is {delivery.status.value}: the sale is delivered when it is.",
            code="delivery_under_way",
            sale_status=sale.status.value,
            delivery_id=delivery.id,
            delivery_status=delivery.status.value,
        )
    sale.objection_until = clock.now() + objection
    await progress.delivered(sale)
    return sale
