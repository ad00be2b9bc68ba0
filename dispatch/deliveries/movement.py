"""From picked up to in transit: the first fix that is clearly away from where the parcel was taken."""

from collections.abc import Sequence

from sqlalchemy import select

from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryTracking
from dispatch.deliveries.service import Deliveries, Place
from dispatch.geo import great_circle_m
from dispatch.ports import Clock, Publisher
from dispatch.tracking.store import FixRow

# Farther than a phone's fix is off in a street, nearer than the first corner.
LEFT_AFTER_M = 150.0


class Movement:
    """Notes from stored fixes which picked-up parcels have left."""

    def __init__(self, database: Database, clock: Clock, publisher: Publisher) -> None:
        self._database = database
        self._clock = clock
        self._publisher = publisher

    async def note(self, fixes: Sequence[FixRow]) -> None:
        """May be told the same twice; each parcel leaves once."""
        ordered = sorted(fixes, key=lambda fix: fix.recorded_at)
        newest = {fix.transporter_id: (fix.lat, fix.lon) for fix in ordered}
        async with self._database.work() as work:
            rows = await work.session.execute(
                select(Delivery, DeliveryTracking.lat, DeliveryTracking.lon)
                .join(
                    DeliveryTracking,
                    (DeliveryTracking.delivery_id == Delivery.id)
                    & (DeliveryTracking.status == DeliveryStatus.PICKED_UP),
                )
                .where(Delivery.status == DeliveryStatus.PICKED_UP, Delivery.transporter_id.in_(newest.keys()))
                .with_for_update(of=Delivery, skip_locked=True)
            )
            deliveries = Deliveries(work, self._clock, self._publisher, road_factor=1.0)
            for delivery, taken_lat, taken_lon in rows:
                lat = delivery.pickup_lat if taken_lat is None else taken_lat
                lon = delivery.pickup_lon if taken_lon is None else taken_lon
                here = newest.get(delivery.transporter_id or 0)
                if here is None or lat is None or lon is None:
                    continue
                if great_circle_m(lat, lon, *here) >= LEFT_AFTER_M:
                    deliveries.record(delivery, DeliveryStatus.IN_TRANSIT, "Package is on the way", place=Place(*here))
