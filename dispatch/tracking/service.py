"""What watchers and transporters read: the state of a delivery, and stored positions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from dispatch.database.engine import Database
from dispatch.deliveries.eta import Arrival, Trip, trip_of
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.errors import NotFound
from dispatch.sales.models import Sale
from dispatch.tracking.models import StoredFix
from dispatch.tracking.privacy import Privacy, Stage
from dispatch.tracking.privacy_settings import TrackingPrivacy, privacy_with, stops_before
from dispatch.transporters.models import Transporter


@dataclass(frozen=True, slots=True)
class TrackState:
    """What a watcher of a delivery must know."""

    delivery_id: int
    tracking_number: str
    status: DeliveryStatus
    transporter_id: int | None
    trip: Trip
    privacy: Privacy
    stops_before: int
    """Drop-offs of the same transporter that are expected sooner."""

    def stage(self, arrival: Arrival | None, now: datetime, *, unlocked: bool) -> Stage:
        """Where it stands, as the rule of what is shown asks."""
        return Stage(self.status, self.stops_before, arrival, now, unlocked)


async def track_state(database: Database, tracking_number: str, usual: Privacy) -> TrackState:
    """The delivery of a tracking number as it stands; ``usual``: what a seller shows that has chosen nothing.

    Raises NotFound.
    """
    async with database.work() as work:
        row = (
            await work.session.execute(
                select(Delivery, Transporter.vehicle_type, TrackingPrivacy, stops_before())
                .join(Sale, Sale.id == Delivery.sale_id)
                .outerjoin(Transporter, Transporter.id == Delivery.transporter_id)
                .outerjoin(TrackingPrivacy, TrackingPrivacy.seller_id == Sale.seller_id)
                .where(Delivery.tracking_number == tracking_number)
            )
        ).first()
    if row is None:
        raise NotFound("There is no such delivery.", code="delivery_not_found")
    delivery, vehicle_type, chosen, before = row
    return TrackState(
        delivery.id,
        delivery.tracking_number,
        delivery.status,
        delivery.transporter_id,
        trip_of(delivery, vehicle_type),
        privacy_with(chosen, usual),
        before,
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
