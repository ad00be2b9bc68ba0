"""What watchers and transporters read: the state of a delivery, and stored positions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from dispatch.database.engine import Database
from dispatch.deliveries.eta import Trip, trip_of
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import NotFound
from dispatch.tracking.models import StoredFix
from dispatch.transporters.models import Transporter


@dataclass(frozen=True, slots=True)
class TrackState:
    """What a watcher of a delivery must know."""

    delivery_id: int
    tracking_number: str
    status: DeliveryStatus
    transporter_id: int | None
    trip: Trip


async def track_state(database: Database, tracking_number: str) -> TrackState:
    """The delivery of a tracking number as it stands. Raises NotFound."""
    async with database.work() as work:
        row = (
            await work.session.execute(
                select(Delivery, Transporter.vehicle_type)
                .outerjoin(Transporter, Transporter.id == Delivery.transporter_id)
                .where(Delivery.tracking_number == tracking_number)
            )
        ).first()
    if row is None:
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    return state_of(row[0], row[1])


def state_of(delivery: Delivery, vehicle_type: str | None) -> TrackState:
    """The same of a delivery that was read already; ``vehicle_type`` is its transporter's."""
    return TrackState(
        delivery.id,
        delivery.tracking_number,
        delivery.status,
        delivery.transporter_id,
        trip_of(delivery, vehicle_type),
    )


def positions_query(transporter_id: int, *, since: datetime | None, until: datetime | None) -> Select[StoredFix]:
    """A transporter's stored fixes by the device's clock, oldest first, for a page."""
    query = (
        select(StoredFix)
        .where(StoredFix.transporter_id == transporter_id)
        .order_by(StoredFix.recorded_at, StoredFix.device, StoredFix.epoch, StoredFix.seq)
    )
    if since is not None:
        query = query.where(StoredFix.recorded_at >= since)
    if until is not None:
        query = query.where(StoredFix.recorded_at <= until)
    return query
