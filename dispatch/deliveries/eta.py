"""The time of arrival at the door: whoever shows, keeps or sends one asks here, so that nobody sees two.

Before the pickup it goes by way of it. ``travel`` holds the arithmetic; nothing else calls it.
"""

from datetime import datetime

from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.travel import (
    SPEED_KMH,
    Arrival,
    Point,
    Trip,
    Whereabouts,
    arrival_at_door,
    arrival_at_pickup,
    road_distance_km,
)
from dispatch.ports import LivePosition

__all__ = [
    "VEHICLE_TYPES",
    "Arrival",
    "Trip",
    "expected_arrival",
    "expected_pickup",
    "live_arrival",
    "road_distance_km",
    "trip_of",
    "usual_mps",
]

VEHICLE_TYPES = frozenset(SPEED_KMH)
"""Those whose usual speed is known; others drive at an average one."""


def usual_mps(vehicle_type: str) -> float:
    """How fast a vehicle of this type goes on the whole, metres a second."""
    return Trip(None, None, vehicle_type).usual_mps


def trip_of(delivery: Delivery, vehicle_type: str | None) -> Trip:
    """The way of a delivery as it is driven by a vehicle of this type."""
    return Trip(
        _point(delivery.pickup_lat, delivery.pickup_lon),
        _point(delivery.delivery_lat, delivery.delivery_lon),
        vehicle_type or "",
        delivery.estimated_pickup_time or delivery.pickup_from,
        delivery.distance_km,
        delivery.retry_from,
    )


def live_arrival(
    trip: Trip, status: DeliveryStatus, position: LivePosition | None, *, road_factor: float, now: datetime
) -> Arrival | None:
    """From the newest position of who carries the parcel.

    None while nobody is under way, nothing was heard of who is, the next stop has no place, or the next try is yet to
    come: where its transporter is now says nothing about that one.
    """
    if position is None or not status.under_way or trip.dropoff is None:
        return None
    if trip.again_from is not None and trip.again_from > now:
        return None
    picked_up = status is not DeliveryStatus.ASSIGNED
    if not picked_up and trip.pickup is None:
        return None
    return arrival_at_door(trip, _whereabouts(position, now), picked_up=picked_up, road_factor=road_factor, now=now)


def expected_arrival(
    trip: Trip, position: LivePosition | None, *, picked_up: bool, road_factor: float, now: datetime
) -> Arrival:
    """What is kept with a delivery for when nothing is heard; where nothing is known, by usual speeds and distances.

    Without a position, a parcel that was picked up is at its pickup.
    """
    whereabouts = None if position is None else _whereabouts(position, now)
    if whereabouts is None and picked_up and trip.pickup is not None:
        whereabouts = Whereabouts(trip.pickup)
    return arrival_at_door(trip, whereabouts, picked_up=picked_up, road_factor=road_factor, now=now)


def expected_pickup(trip: Trip, position: LivePosition, *, road_factor: float, now: datetime) -> datetime:
    """When whoever is there should be at the pickup, to whole minutes."""
    arrival = arrival_at_pickup(trip, _whereabouts(position, now), road_factor=road_factor, now=now)
    return arrival.replace(second=0, microsecond=0)


def _whereabouts(position: LivePosition, now: datetime) -> Whereabouts:
    age_s = max(0.0, (now - position.recorded_at).total_seconds())
    return Whereabouts((position.lat, position.lon), age_s, position.recent_mps)


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else (lat, lon)
