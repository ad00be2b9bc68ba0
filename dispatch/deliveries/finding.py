"""Lists of deliveries: what waits, as those see it who may take it, and everything, for dispatchers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from dispatch.database.among import among
from dispatch.deliveries.models import UNDER_WAY, Delivery, DeliveryStatus, DeliveryStep
from dispatch.orders.models import DeliveryInfo, Order
from dispatch.sales.models import Sale
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import may_carry


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; what is None does not matter.

    ``in_service``: under way with a transporter that may (or no longer may) carry: available, its account open, all
    its papers in order. ``flagged``: with a step whose place is implausible.
    """

    status: DeliveryStatus | None = None
    transporter_id: int | None = None
    in_service: bool | None = None
    flagged: bool | None = None


def deliveries_query(wanted: DeliveryFilter, today: date) -> Select[Delivery]:
    """Deliveries, newest first, for a page."""
    query = select(Delivery).options(selectinload(Delivery.tracking_history)).order_by(Delivery.id.desc())
    if wanted.status is not None:
        query = query.where(Delivery.status == wanted.status)
    if wanted.transporter_id is not None:
        query = query.where(Delivery.transporter_id == wanted.transporter_id)
    if wanted.in_service is not None:
        serving = exists().where(Transporter.id == Delivery.transporter_id, *may_carry(today))
        query = query.where(Delivery.status.in_(UNDER_WAY), serving if wanted.in_service else ~serving)
    if wanted.flagged is not None:
        doubtful = exists().where(DeliveryStep.delivery_id == Delivery.id, func.cardinality(DeliveryStep.flags) > 0)
        query = query.where(doubtful if wanted.flagged else ~doubtful)
    return query


def waiting_query() -> Select[Delivery]:
    """Deliveries that wait for a transporter, oldest first, for a page."""
    return (
        select(Delivery).where(Delivery.status == DeliveryStatus.AVAILABLE).order_by(Delivery.created_at, Delivery.id)
    )


async def cities_of(session: AsyncSession, deliveries: Sequence[Delivery]) -> dict[int, str]:
    """The city that each delivery goes to, where its order names one."""
    rows = await session.execute(
        select(Sale.id, DeliveryInfo.city)
        .join(Order, Order.id == Sale.order_id)
        .join(DeliveryInfo, DeliveryInfo.id == Order.delivery_info_id)
        .where(among(Sale.id, [delivery.sale_id for delivery in deliveries]))
    )
    by_sale: dict[int, str] = {sale_id: city for sale_id, city in rows if city}
    return {delivery.id: by_sale[delivery.sale_id] for delivery in deliveries if delivery.sale_id in by_sale}
