"""What a set of assignments is about: its deliveries and transporters as they are, held while it is written."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, BindParameter, Date, String, and_, any_, bindparam, func, select, type_coerce

from dispatch.accounts.models import User
from dispatch.database.engine import DriverConnection
from dispatch.database.fixed_statements import FixedQuery
from dispatch.deliveries.eta import Errand, Trip
from dispatch.deliveries.models import Delivery, Priority
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import may_carry


class HeldDelivery(NamedTuple):
    """A delivery's row: degrees, kg, km. ``pickup_from``: not sooner, as far as is known."""

    id: int
    status: str
    delivery_id: UUID
    tracking_number: str
    pickup_address: str
    delivery_address: str
    pickup_lat: float | None
    pickup_lon: float | None
    delivery_lat: float | None
    delivery_lon: float | None
    package_weight: Decimal
    pickup_from: datetime | None
    distance_km: float | None
    due_at: datetime | None
    priority: str
    on_hold_since: datetime | None
    on_hold_until: datetime | None

    def errand_with(self, vehicle_type: str) -> Errand:
        """What is to do for it, where it waits, by somebody with such a vehicle."""
        trip = Trip(self.pickup, self.dropoff, vehicle_type, self.pickup_from, self.distance_km)
        return Errand(self.id, trip, aboard=False, due_at=self.due_at, priority=Priority(self.priority))

    @property
    def pickup(self) -> tuple[float, float] | None:
        """Where it is fetched, if that is known."""
        return None if self.pickup_lat is None or self.pickup_lon is None else (self.pickup_lat, self.pickup_lon)

    @property
    def dropoff(self) -> tuple[float, float] | None:
        """Where it goes, if that is known."""
        lat, lon = self.delivery_lat, self.delivery_lon
        return None if lat is None or lon is None else (lat, lon)


class HeldTransporter(NamedTuple):
    """A transporter's row with its name; ``may_carry``: whether it may be given deliveries at all."""

    id: int
    vehicle_type: str
    capacity_kg: Decimal
    max_active: int
    active_count: int
    carried_kg: Decimal
    business_name: str
    vehicle_number: str
    rating: Decimal
    phone: str
    name: str
    may_carry: bool


_IDS: BindParameter[Any] = bindparam("ids", type_=ARRAY(BigInteger))
_THESE_DELIVERIES = select(
    Delivery.id,
    type_coerce(Delivery.status, String).label("status"),
    Delivery.delivery_id,
    Delivery.tracking_number,
    Delivery.pickup_address,
    Delivery.delivery_address,
    Delivery.pickup_lat,
    Delivery.pickup_lon,
    Delivery.delivery_lat,
    Delivery.delivery_lon,
    Delivery.package_weight,
    func.coalesce(Delivery.ready_at, Delivery.requested_pickup_date).label("pickup_from"),
    Delivery.distance_km,
    Delivery.requested_delivery_date.label("due_at"),
    type_coerce(Delivery.priority, String).label("priority"),
    Delivery.on_hold_since,
    Delivery.on_hold_until,
).where(Delivery.id == any_(_IDS))
_DELIVERIES = FixedQuery(_THESE_DELIVERIES)
_LOCK_DELIVERIES = FixedQuery(_THESE_DELIVERIES.order_by(Delivery.id).with_for_update(of=Delivery))
_LOCK_TRANSPORTERS = FixedQuery(
    select(Transporter.id).where(Transporter.id == any_(_IDS)).order_by(Transporter.id).with_for_update(of=Transporter)
)
_TRANSPORTERS = FixedQuery(
    select(
        Transporter.id,
        Transporter.vehicle_type,
        Transporter.capacity_kg,
        Transporter.max_active,
        Transporter.active_count,
        Transporter.carried_kg,
        Transporter.business_name,
        Transporter.vehicle_number,
        Transporter.rating,
        Transporter.phone,
        User.name,
        and_(*may_carry(bindparam("today", type_=Date))).label("may_carry"),
    )
    .join(User, User.id == Transporter.user_id)
    .where(Transporter.id == any_(_IDS))
)


async def find_deliveries(driver: DriverConnection, ids: Sequence[int]) -> dict[int, HeldDelivery]:
    """Deliveries as they are now, those that there are, by number; nothing is held."""
    return {row["id"]: HeldDelivery(**row) for row in await _DELIVERIES.fetch(driver, ids=ids)}


async def hold_deliveries(driver: DriverConnection, ids: Sequence[int]) -> dict[int, HeldDelivery]:
    """The same, and lock them in the order of their numbers."""
    return {row["id"]: HeldDelivery(**row) for row in await _LOCK_DELIVERIES.fetch(driver, ids=ids)}


async def find_transporters(driver: DriverConnection, ids: Collection[int], today: date) -> dict[int, HeldTransporter]:
    """Transporters as they are now, by number; nothing is held."""
    rows = await _TRANSPORTERS.fetch(driver, ids=list(ids), today=today)
    return {row["id"]: HeldTransporter(**row) for row in rows}


async def hold_transporters(driver: DriverConnection, ids: Collection[int], today: date) -> dict[int, HeldTransporter]:
    """Lock them, and look at them then: what a lock waited for is not seen by its statement."""
    await _LOCK_TRANSPORTERS.fetch(driver, ids=list(ids))
    return await find_transporters(driver, ids, today)
