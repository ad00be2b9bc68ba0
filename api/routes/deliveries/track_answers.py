"""A parcel for anyone who has its tracking number. Degrees, km, kg, NPR; times UTC."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from api.routes.deliveries.answers import AREA_SIGNS, Package, package_of, shown_time
from api.routes.deliveries.step_answers import Point, StepAnswer, step_answer
from dispatch.arrivals.events import DeliveryEvent, EventKind
from dispatch.deliveries.eta import Arrival
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.geo import geo_cell
from dispatch.ports import LivePosition
from dispatch.transporters.models import Transporter


class ArrivalWindow(Struct, frozen=True):
    """Between when the parcel is at the door."""

    earliest: datetime
    latest: datetime


class TrackedCarrier(Struct, frozen=True):
    """Who brings it; the phone only while it is under way."""

    name: str
    business_name: str
    phone: str | None
    vehicle_type: str
    vehicle_number: str


class TrackedEvent(Struct, frozen=True):
    """Something that was noticed on the way: ``timestamp`` when it was, ``noticed_at`` when we knew."""

    kind: EventKind
    message: str
    timestamp: datetime
    noticed_at: datetime
    location: Point


class TrackedPosition(Struct, frozen=True):
    """The newest fix of who brings it: degrees, metres; ``age_s`` in seconds by the server's clock."""

    lat: float
    lon: float
    recorded_at: datetime
    accuracy_m: float | None
    age_s: float


class TrackedArea(Struct, frozen=True):
    """About where something is: a geohash cell, its middle and its size, all in degrees."""

    cell: str
    latitude: float
    longitude: float
    height_deg: float
    width_deg: float


class TrackedDelivery(Struct, frozen=True, kw_only=True):
    """A parcel, where it is and when it comes. ``position`` only while it is under way, as in the live frames.

    ``delivery_area``: the quarter of the door, about 1 km by 0.6 km; the number stands on the parcel, so whoever has it
    is not told the house. Null where nobody has said where the door is.
    """

    tracking_number: str
    status: DeliveryStatus
    status_display: str
    pickup_address: str
    delivery_address: str
    delivery_area: TrackedArea | None
    estimated_delivery_time: datetime | None
    eta: ArrivalWindow | None
    position: TrackedPosition | None
    transporter: TrackedCarrier | None
    tracking_history: list[StepAnswer]
    events: list[TrackedEvent]
    distance_km: float | None
    package_details: Package


def tracked_delivery(
    delivery: Delivery,
    events: Sequence[DeliveryEvent],
    arrival: Arrival | None = None,
    position: TrackedPosition | None = None,
) -> TrackedDelivery:
    """A delivery for anyone who has its tracking number.

    ``arrival``: at the door, from where the transporter is now; else the estimate stands that was made last.
    """
    return TrackedDelivery(
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        status_display=delivery.status.display,
        pickup_address=delivery.pickup_address,
        delivery_address=delivery.delivery_address,
        delivery_area=_area(delivery.delivery_lat, delivery.delivery_lon),
        estimated_delivery_time=shown_time(delivery, arrival),
        eta=ArrivalWindow(arrival.earliest, arrival.latest) if arrival else None,
        position=position,
        transporter=_carrier(delivery.transporter, delivery.status) if delivery.transporter else None,
        tracking_history=[step_answer(step) for step in delivery.tracking_history],
        events=[_event(event) for event in events],
        distance_km=delivery.distance_km,
        package_details=package_of(delivery),
    )


def tracked_position(live: LivePosition, now: datetime) -> TrackedPosition:
    """A live position for anyone who has the tracking number of a parcel under way."""
    age_s = round(max(0.0, (now - live.recorded_at).total_seconds()), 1)
    return TrackedPosition(live.lat, live.lon, live.recorded_at, live.accuracy_m, age_s)


def _area(lat: float | None, lon: float | None) -> TrackedArea | None:
    if lat is None or lon is None:
        return None
    cell = geo_cell(lat, lon, AREA_SIGNS)
    return TrackedArea(cell.name, cell.lat, cell.lon, cell.height_deg, cell.width_deg)


def _carrier(transporter: Transporter, status: DeliveryStatus) -> TrackedCarrier:
    return TrackedCarrier(
        name=transporter.user.name,
        business_name=transporter.business_name,
        phone=transporter.phone if status.under_way else None,
        vehicle_type=transporter.vehicle_type,
        vehicle_number=transporter.vehicle_number,
    )


def _event(event: DeliveryEvent) -> TrackedEvent:
    return TrackedEvent(event.kind, event.kind.message, event.at, event.noticed_at, Point(event.lat, event.lon))
