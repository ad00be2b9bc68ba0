"""What watchers and transporters read: the state of a delivery, and stored positions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import NotFound
from dispatch.tracking.models import StoredFix


@dataclass(frozen=True, slots=True)
class TrackState:
    """What a watcher of a delivery must know. The target is where the transporter heads now, if that is known."""

    delivery_id: int
    tracking_number: str
    status: DeliveryStatus
    transporter_id: int | None
    pickup: tuple[float, float] | None
    dropoff: tuple[float, float] | None
    estimated_delivery_time: datetime | None

    @property
    def target(self) -> tuple[float, float] | None:
        """The pickup until the parcel is picked up, then the drop-off."""
        return self.pickup if self.status is DeliveryStatus.ASSIGNED else self.dropoff


async def track_state(database: Database, tracking_number: str) -> TrackState:
    """The delivery of a tracking number as it stands. Raises NotFound."""
    async with database.work() as work:
        delivery = await work.session.scalar(select(Delivery).where(Delivery.tracking_number == tracking_number))
    if delivery is None:
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    return TrackState(
        delivery.id,
        delivery.tracking_number,
        delivery.status,
        delivery.transporter_id,
        _point(delivery.pickup_lat, delivery.pickup_lon),
        _point(delivery.delivery_lat, delivery.delivery_lon),
        delivery.estimated_delivery_time,
    )


def _point(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    return None if lat is None or lon is None else (lat, lon)


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
