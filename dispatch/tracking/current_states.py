"""Many deliveries as they stand now, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.deliveries.models import UNDER_WAY, Delivery, DeliveryStatus

CurrentState = tuple[DeliveryStatus, int | None]


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """What a dispatcher sees of a delivery; points as (lat, lon) in degrees."""

    id: int
    tracking_number: str
    status: DeliveryStatus
    transporter_id: int | None
    pickup: tuple[float, float] | None
    dropoff: tuple[float, float] | None


async def current_states(database: Database, delivery_ids: Sequence[int]) -> dict[int, CurrentState]:
    """Status and transporter of each delivery that exists among the given."""
    async with database.work() as work:
        rows = await work.session.execute(
            select(Delivery.id, Delivery.status, Delivery.transporter_id).where(among(Delivery.id, delivery_ids))
        )
        return {delivery_id: (status, transporter_id) for delivery_id, status, transporter_id in rows}


async def open_deliveries(
    database: Database, *, after_id: int = 0, ids: Sequence[int] | None = None
) -> list[OpenDelivery]:
    """Deliveries that wait or are under way, with a greater id, or those among ``ids`` in any state."""
    query = select(
        Delivery.id,
        Delivery.tracking_number,
        Delivery.status,
        Delivery.transporter_id,
        Delivery.pickup_lat,
        Delivery.pickup_lon,
        Delivery.delivery_lat,
        Delivery.delivery_lon,
    ).order_by(Delivery.id)
    if ids is not None:
        query = query.where(among(Delivery.id, ids))
    else:
        query = query.where(Delivery.id > after_id, Delivery.status.in_([DeliveryStatus.AVAILABLE, *UNDER_WAY]))
    async with database.work() as work:
        rows = await work.session.execute(query)
        return [
            OpenDelivery(
                row.id,
                row.tracking_number,
                row.status,
                row.transporter_id,
                None if row.pickup_lat is None else (row.pickup_lat, row.pickup_lon),
                None if row.delivery_lat is None else (row.delivery_lat, row.delivery_lon),
            )
            for row in rows
        ]
