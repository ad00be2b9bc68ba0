"""The way of a delivery, for estimates."""

from dispatch.deliveries.models import Delivery
from dispatch.deliveries.travel import Point, Trip


def trip_of(delivery: Delivery, vehicle_type: str | None) -> Trip:
    """As it is driven by a vehicle of this type."""
    return Trip(
        _point(delivery.pickup_lat, delivery.pickup_lon),
        _point(delivery.delivery_lat, delivery.delivery_lon),
        vehicle_type or "",
        delivery.estimated_pickup_time or delivery.requested_pickup_date,
        delivery.distance_km,
    )


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else (lat, lon)
