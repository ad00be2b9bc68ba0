"""What somebody in a place was given and has not picked up: which of it may go to somebody else, and for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Double, Row, String, cast, exists, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.arrivals.events import DeliveryEvent, EventKind
from dispatch.assignments.pool import URGENCY, Pool
from dispatch.assignments.waiting import MAX_BULK, WaitingDelivery
from dispatch.deliveries.eta import Trip, straight_arrival, usual_mps
from dispatch.deliveries.happened import HAS_ACCEPTED
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority
from dispatch.geo import great_circle_m
from dispatch.ports import LivePosition
from dispatch.rolling.models import RollingMove
from dispatch.rolling.waiting import Place
from dispatch.transporters.models import Transporter

NEAR = timedelta(minutes=3)
"""So near to the pickup nobody loses a delivery any more."""


class PairState(StrEnum):
    """Whether a delivery may leave the transporter that has it."""

    FREE = "free"
    """Given by itself and not accepted: planned anew with all that wait."""
    STICKY = "sticky"
    """Accepted: it goes only for minutes, and once."""
    FROZEN = "frozen"
    """A dispatcher chose it, its transporter is at the pickup or nearly there, or it was moved before."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A delivery that is assigned and not picked up. ``at_pickup``: its transporter has come there since."""

    delivery: WaitingDelivery
    transporter_id: int
    vehicle_type: str
    dropoff: tuple[float, float] | None
    distance_km: float | None
    pickup_from: datetime | None
    pinned: bool
    accepted: bool
    moved: bool
    at_pickup: bool

    @property
    def pickup(self) -> tuple[float, float] | None:
        """Degrees; None where it is not known."""
        lat, lon = self.delivery.lat, self.delivery.lon
        return None if lat is None or lon is None else (lat, lon)

    def arrival(self, position: LivePosition, vehicle_type: str, road_factor: float, now: datetime) -> datetime:
        """When it would be at its door, were it carried from there by such a vehicle and nothing else on the way."""
        trip = Trip(self.pickup, self.dropoff, vehicle_type, self.pickup_from, self.distance_km)
        return straight_arrival(trip, position, road_factor=road_factor, now=now).likely

    def state(self, position: LivePosition | None, road_factor: float) -> PairState:
        """``position``: of its transporter, None where it is offline."""
        if self.pinned or self.at_pickup:
            return PairState.FROZEN
        if position is not None and self.pickup is not None:
            way_m = great_circle_m(*self.pickup, position.lat, position.lon) * road_factor
            if way_m / usual_mps(self.vehicle_type) <= NEAR.total_seconds():
                return PairState.FROZEN
        if not self.accepted:
            return PairState.FREE
        return PairState.FROZEN if self.moved or position is None or self.pickup is None else PairState.STICKY


def position_in(pool: Pool, transporter_id: int) -> LivePosition | None:
    """Where somebody is who need not be a candidate; None for one who is offline."""
    ids = pool.places.transporter_ids
    at = int(ids.searchsorted(transporter_id))
    return pool.places.position(at) if at < ids.size and int(ids[at]) == transporter_id else None


async def find_carried_in(session: AsyncSession, place: Place) -> list[Carried]:
    """All of a place, by number."""
    query = (
        select(
            Delivery.id,
            Delivery.delivery_id,
            Delivery.tracking_number,
            Delivery.pickup_lat,
            Delivery.pickup_lon,
            cast(Delivery.package_weight, Double).label("weight_kg"),
            type_coerce(Delivery.priority, String).label("priority"),
            Delivery.transporter_id,
            Transporter.vehicle_type,
            Delivery.delivery_lat,
            Delivery.delivery_lon,
            Delivery.distance_km,
            func.coalesce(Delivery.ready_at, Delivery.requested_pickup_date).label("pickup_from"),
            Delivery.pinned,
            HAS_ACCEPTED.label("accepted"),
            exists().where(RollingMove.delivery_id == Delivery.id, RollingMove.accepted).label("moved"),
            exists()
            .where(
                DeliveryEvent.delivery_id == Delivery.id,
                DeliveryEvent.kind == EventKind.ARRIVED_AT_PICKUP,
                DeliveryEvent.noticed_at >= Delivery.assigned_at,
            )
            .label("at_pickup"),
        )
        .join(Transporter, Transporter.id == Delivery.transporter_id)
        .where(Delivery.status == DeliveryStatus.ASSIGNED, *place.box())
        .order_by(Delivery.id)
        .limit(MAX_BULK)
    )
    rows = (await session.execute(query)).all()
    here = place.zones.of_many([row.pickup_lat for row in rows], [row.pickup_lon for row in rows]) == place.row
    return [_carried(row) for row, is_here in zip(rows, here.tolist(), strict=True) if is_here]


def of_state(carried: Sequence[Carried], pool: Pool, road_factor: float) -> dict[PairState, list[Carried]]:
    """Sorted by what may become of them."""
    found: dict[PairState, list[Carried]] = {state: [] for state in PairState}
    for one in carried:
        found[one.state(position_in(pool, one.transporter_id), road_factor)].append(one)
    return found


def _carried(row: Row[*tuple[object, ...]]) -> Carried:
    urgency = URGENCY[Priority(row.priority)]
    delivery = WaitingDelivery(
        row.id, row.delivery_id, row.tracking_number, row.pickup_lat, row.pickup_lon, row.weight_kg, urgency
    )
    return Carried(
        delivery,
        row.transporter_id,
        row.vehicle_type,
        None if row.delivery_lat is None else (row.delivery_lat, row.delivery_lon),
        row.distance_km,
        row.pickup_from,
        row.pinned,
        row.accepted,
        row.moved,
        row.at_pickup,
    )
