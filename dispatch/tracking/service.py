"""What watchers and transporters read: the state of a delivery, and stored positions."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select

from dispatch.database.engine import Database
from dispatch.deliveries.eta import Arrival, Errand, errand_of
from dispatch.deliveries.models import ABOARD, Delivery, DeliveryStatus
from dispatch.deliveries.open_errands import errands_of
from dispatch.errors import NotFound
from dispatch.sales.models import Sale
from dispatch.tracking.models import StoredFix
from dispatch.tracking.privacy import Privacy, Stage
from dispatch.tracking.privacy_settings import TrackingPrivacy, privacy_with
from dispatch.transporters.models import Transporter


@dataclass(frozen=True, slots=True)
class TrackState:
    """What a watcher of a delivery must know."""

    delivery_id: int
    tracking_number: str
    status: DeliveryStatus
    transporter_id: int | None
    errands: tuple[Errand, ...]
    """All that its transporter has to do, this delivery among it; empty where nobody is under way."""
    privacy: Privacy

    def stage(self, arrival: Arrival | None, now: datetime, *, unlocked: bool) -> Stage:
        """Where it stands, as the rule of what is shown asks."""
        before, waits = stops_before(self.errands, arrival), waits_for_next_try(self.errands, self.delivery_id, now)
        return Stage(self.status, before, arrival, now, unlocked, waits)

    def with_status(self, status: DeliveryStatus, transporter_id: int | None) -> "TrackState":
        """The same after a step of this delivery."""
        errands = tuple(
            replace(one, aboard=status in ABOARD) if one.delivery_id == self.delivery_id else one
            for one in self.errands
            if status.under_way or one.delivery_id != self.delivery_id
        )
        return replace(self, status=status, transporter_id=transporter_id, errands=errands)


def stops_before(errands: tuple[Errand, ...], arrival: Arrival | None) -> int:
    """Where its transporter goes before; all that it has besides, where no arrival tells."""
    return max(0, len(errands) - 1) if arrival is None else arrival.stops_before


def waits_for_next_try(errands: tuple[Errand, ...], delivery_id: int, now: datetime) -> bool:
    """Whether nobody goes to its door yet: its next try is to come, or nobody has said when it is."""
    own = next((one for one in errands if one.delivery_id == delivery_id), None)
    return own is not None and (own.waits(now) or own.undecided)


async def track_state(database: Database, tracking_number: str, usual: Privacy) -> TrackState:
    """The delivery of a tracking number as it stands; ``usual``: what a seller shows that has chosen nothing.

    Raises NotFound.
    """
    async with database.work() as work:
        row = (
            await work.session.execute(
                select(Delivery, Transporter.vehicle_type, TrackingPrivacy)
                .join(Sale, Sale.id == Delivery.sale_id)
                .outerjoin(Transporter, Transporter.id == Delivery.transporter_id)
                .outerjoin(TrackingPrivacy, TrackingPrivacy.seller_id == Sale.seller_id)
                .where(Delivery.tracking_number == tracking_number)
            )
        ).first()
        if row is None:
            raise NotFound("There is no such delivery.", code="delivery_not_found")
        delivery, vehicle_type, chosen = row
        errands: tuple[Errand, ...] = ()
        carrier: int | None = delivery.transporter_id
        if carrier is not None and delivery.status.under_way:
            driver = await work.driver(writes=False)
            errands = (await errands_of(driver, [carrier])).get(carrier, (errand_of(delivery, vehicle_type),))
    return TrackState(
        delivery.id,
        delivery.tracking_number,
        delivery.status,
        delivery.transporter_id,
        errands,
        privacy_with(chosen, usual),
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
