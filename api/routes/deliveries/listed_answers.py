"""Deliveries as those read them who choose among many: dispatchers, and transporters who may take one that waits."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from api.routes.deliveries.answers import AREA_SIGNS, DeliveryRow, delivery_row
from api.routes.deliveries.hold_answers import HoldAnswer, OnHoldAnswer, hold_answer, on_hold_answer
from dispatch.deliveries.models import Delivery, DeliveryStatus, DeliveryStep, Ending, Priority
from dispatch.geo import geo_cell


class FlaggedStep(Struct, frozen=True):
    """A step whose place or time is implausible: what it led to, when it was, when we were told, and why.

    ``transporter``: who had the delivery then, which may be somebody else now.
    """

    status: DeliveryStatus
    at: datetime
    told_at: datetime
    transporter: int | None
    flags: list[str]


class DispatcherRow(DeliveryRow, frozen=True, kw_only=True):
    """A delivery in a dispatcher's list, with all that makes its steps implausible.

    ``hold``: why it waits though somebody could have it, null where nothing holds it. ``on_hold``: a person lets it
    wait. ``ended_at``: when it was delivered or cancelled; ``ending``: how it ended that did
    not go well. ``return_of``: the delivery whose parcel it brings back to the seller. ``flags``: all
    that is implausible about its steps; ``flagged_step``: the newest of them, null where there is none.
    """

    transporter: int | None
    transporter_name: str | None
    seller: int
    seller_name: str
    ended_at: datetime | None
    ready_at: datetime | None
    hold: HoldAnswer | None
    on_hold: OnHoldAnswer | None
    ending: Ending | None
    return_of: int | None
    flags: list[str]
    flagged_step: FlaggedStep | None


class DeliveryArea(Struct, frozen=True):
    """Where about a parcel goes: the city, and the middle of a geohash cell of about 1 km."""

    city: str | None
    cell: str | None
    latitude: float | None
    longitude: float | None


class WaitingDelivery(Struct, frozen=True, kw_only=True):
    """A delivery that waits, for those who may take it: all that is needed to decide, and no more."""

    id: int
    delivery_id: UUID
    status: DeliveryStatus
    status_display: str
    priority: Priority
    pickup_address: str
    pickup_latitude: float | None
    pickup_longitude: float | None
    delivery_area: DeliveryArea
    package_weight: float
    package_dimensions: str
    fragile: bool
    requires_signature: bool
    delivery_fee: float
    distance_km: float | None
    requested_pickup_date: datetime | None
    requested_delivery_date: datetime | None
    created_at: datetime


def waiting_delivery(delivery: Delivery, city: str | None) -> WaitingDelivery:
    """A delivery that waits, for those who may take it.

    Of the drop-off there is the city and a cell of about a kilometre; the distance is rounded so that, drawn around the
    pickup, it does not tell more. The tracking number, which opens the rest to anybody, comes with the assignment.
    """
    point = None
    if delivery.delivery_lat is not None and delivery.delivery_lon is not None:
        point = geo_cell(delivery.delivery_lat, delivery.delivery_lon, AREA_SIGNS)
    area = DeliveryArea(city, point.name, point.lat, point.lon) if point else DeliveryArea(city, None, None, None)
    return WaitingDelivery(
        id=delivery.id,
        delivery_id=delivery.delivery_id,
        status=delivery.status,
        status_display=delivery.status.display,
        priority=delivery.priority,
        pickup_address=delivery.pickup_address,
        pickup_latitude=delivery.pickup_lat,
        pickup_longitude=delivery.pickup_lon,
        delivery_area=area,
        package_weight=float(delivery.package_weight),
        package_dimensions=delivery.package_dimensions,
        fragile=delivery.fragile,
        requires_signature=delivery.requires_signature,
        delivery_fee=float(delivery.delivery_fee),
        distance_km=None if delivery.distance_km is None else float(round(delivery.distance_km)),
        requested_pickup_date=delivery.requested_pickup_date,
        requested_delivery_date=delivery.requested_delivery_date,
        created_at=delivery.created_at,
    )


def dispatcher_row(delivery: Delivery, *, now: datetime) -> DispatcherRow:
    """A delivery in a dispatcher's list."""
    doubted = [step for step in delivery.tracking_history if step.flags]
    return DispatcherRow(
        **asdict(delivery_row(delivery)),
        transporter=delivery.transporter_id,
        transporter_name=delivery.transporter.user.name if delivery.transporter else None,
        seller=delivery.sale.seller_id,
        seller_name=delivery.sale.seller.name,
        ended_at=ended_at(delivery),
        ready_at=delivery.ready_at,
        hold=hold_answer(delivery),
        on_hold=on_hold_answer(delivery, now),
        ending=delivery.ending,
        return_of=delivery.return_of,
        flags=sorted({flag for step in doubted for flag in step.flags}),
        flagged_step=newest_flagged(doubted),
    )


def newest_flagged(doubted: list[DeliveryStep]) -> FlaggedStep | None:
    """The step of which we were told last, of those that are hard to believe."""
    step = max(doubted, key=lambda step: step.noticed_at, default=None)
    if step is None:
        return None
    return FlaggedStep(step.status, step.timestamp, step.noticed_at, step.transporter_id, step.flags)


def ended_at(delivery: Delivery) -> datetime | None:
    """When it was delivered or cancelled, or what was delivered was said to be lost; None while it goes on."""
    if delivery.status not in {DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED}:
        return None
    return next(
        (step.timestamp for step in reversed(delivery.tracking_history) if step.status is delivery.status), None
    )
