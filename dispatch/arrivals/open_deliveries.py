"""What waits or is under way, as dispatchers look at it, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select, true

from dispatch.arrivals.events import DeliveryEvent, EventKind
from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.deliveries.attempts.models import AttemptReason, DeliveryAttempt
from dispatch.deliveries.models import ABOARD, UNDER_WAY, Delivery, DeliveryStatus, HoldReason, Priority, RetryAsker

ARRIVED = {EventKind.ARRIVED_AT_PICKUP, EventKind.ARRIVED_AT_DROPOFF}
# What is taken from the database between two looks at whatever else the event loop has to do.
READ_AT_ONCE = 100
_COLUMNS = (
    Delivery.id,
    Delivery.tracking_number,
    Delivery.status,
    Delivery.transporter_id,
    Delivery.pickup_lat,
    Delivery.pickup_lon,
    Delivery.delivery_lat,
    Delivery.delivery_lon,
    Delivery.pickup_address,
    Delivery.delivery_address,
    Delivery.priority,
    Delivery.pinned,
    Delivery.package_weight,
    Delivery.distance_km,
    Delivery.created_at,
    Delivery.requested_pickup_date,
    Delivery.ready_at,
    Delivery.hold_until,
    Delivery.hold_reason,
    Delivery.on_hold_since,
    Delivery.on_hold_until,
    Delivery.requested_delivery_date,
    Delivery.assigned_at,
    Delivery.picked_up_at,
    Delivery.estimated_pickup_time,
    Delivery.estimated_delivery_time,
    Delivery.retry_from,
    Delivery.retry_until,
    Delivery.retry_asked_by,
)


@dataclass(frozen=True, slots=True)
class FailedTry:
    """The newest attempt at the door, counted from 1, and why the parcel could not be handed over."""

    number: int
    reason: AttemptReason
    at: datetime


@dataclass(frozen=True, slots=True)
class NextTry:
    """When a parcel is tried again, and who said so."""

    starts_at: datetime
    ends_at: datetime | None
    asked_by: RetryAsker


@dataclass(frozen=True, slots=True)
class OnHold:
    """A person lets a delivery wait; ``until`` None: until it is resumed, and otherwise it may be over by now."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """What a dispatcher sees of a delivery; points as (lat, lon) in degrees, weight in kg, distance in km by road.

    ``hold_until`` and ``hold_reason``: it waits though somebody could have it; ``on_hold``: a person said so.
    ``due_at`` was asked for, ``expected_at`` is when it was last expected. ``at_stop`` and ``at_stop_since``: where its
    transporter has come and not left, by the device's clock. ``attempt`` and ``next_try``: it is aboard and
    could not be handed over.
    """

    id: int
    tracking_number: str
    status: DeliveryStatus
    transporter_id: int | None
    pickup: tuple[float, float] | None
    dropoff: tuple[float, float] | None
    pickup_address: str
    delivery_address: str
    priority: Priority
    pinned: bool
    weight_kg: float
    distance_km: float | None
    created_at: datetime
    pickup_from: datetime | None
    due_at: datetime | None
    assigned_at: datetime | None
    picked_up_at: datetime | None
    expected_at: datetime | None
    at_stop: EventKind | None
    at_stop_since: datetime | None
    hold_until: datetime | None
    hold_reason: HoldReason | None
    on_hold: OnHold | None
    attempt: FailedTry | None
    next_try: NextTry | None


async def open_deliveries(
    database: Database, *, after_id: int = 0, ids: Sequence[int] | None = None
) -> list[OpenDelivery]:
    """Deliveries that wait or are under way, with a greater id, or those among ``ids`` in any state."""
    newest = (
        select(DeliveryEvent.kind, DeliveryEvent.at)
        .where(DeliveryEvent.delivery_id == Delivery.id)
        .order_by(DeliveryEvent.at.desc(), DeliveryEvent.id.desc())
        .limit(1)
        .lateral()
    )
    tried = (
        select(DeliveryAttempt.number, DeliveryAttempt.reason, DeliveryAttempt.at.label("tried_at"))
        .where(DeliveryAttempt.delivery_id == Delivery.id, Delivery.status == DeliveryStatus.IN_TRANSIT)
        .order_by(DeliveryAttempt.number.desc())
        .limit(1)
        .lateral()
    )
    query = (
        select(*_COLUMNS, newest.c.kind, newest.c.at, tried.c.number, tried.c.reason, tried.c.tried_at)
        .select_from(Delivery)
        .join(newest, true(), isouter=True)
        .join(tried, true(), isouter=True)
        .order_by(Delivery.id)
    )
    if ids is not None:
        query = query.where(among(Delivery.id, ids))
    else:
        query = query.where(Delivery.id > after_id, Delivery.status.in_([DeliveryStatus.AVAILABLE, *UNDER_WAY]))
    found: list[OpenDelivery] = []
    async with database.work() as work:
        result = await work.session.stream(query, execution_options={"yield_per": READ_AT_ONCE})
        async for rows in result.partitions():
            found += [_open(row) for row in rows]
    return found


def _open(row: Row[*tuple[object, ...]]) -> OpenDelivery:
    waits = row.status is DeliveryStatus.AVAILABLE
    stands = row.kind in ARRIVED and _is_next(row.kind, row.status)
    again = row.retry_from is not None and row.status in ABOARD
    return OpenDelivery(
        id=row.id,
        tracking_number=row.tracking_number,
        status=row.status,
        transporter_id=row.transporter_id,
        pickup=None if row.pickup_lat is None else (row.pickup_lat, row.pickup_lon),
        dropoff=None if row.delivery_lat is None else (row.delivery_lat, row.delivery_lon),
        pickup_address=row.pickup_address,
        delivery_address=row.delivery_address,
        priority=row.priority,
        pinned=row.pinned,
        weight_kg=float(row.package_weight),
        distance_km=row.distance_km,
        created_at=row.created_at,
        pickup_from=row.estimated_pickup_time or row.ready_at or row.requested_pickup_date,
        due_at=row.requested_delivery_date,
        assigned_at=row.assigned_at,
        picked_up_at=row.picked_up_at,
        expected_at=row.estimated_delivery_time,
        at_stop=row.kind if stands else None,
        at_stop_since=row.at if stands else None,
        hold_until=row.hold_until if waits else None,
        hold_reason=row.hold_reason if waits else None,
        on_hold=OnHold(row.on_hold_since, row.on_hold_until) if waits and row.on_hold_since is not None else None,
        attempt=None if row.number is None else FailedTry(row.number, row.reason, row.tried_at),
        next_try=NextTry(row.retry_from, row.retry_until, row.retry_asked_by) if again else None,
    )


def _is_next(kind: EventKind, status: DeliveryStatus) -> bool:
    """Whether the stop is the one that the delivery goes to now: an arrival at the pickup ends with the pickup."""
    if status is DeliveryStatus.ASSIGNED:
        return kind is EventKind.ARRIVED_AT_PICKUP
    return status.under_way and kind is EventKind.ARRIVED_AT_DROPOFF
