"""When a parcel should arrive, before anyone has moved."""

from datetime import datetime, timedelta

from dispatch.geo import great_circle_m

# Door-to-door averages in and around a South Asian city, stops and traffic included.
SPEED_KMH = {"bicycle": 12.0, "motorcycle": 22.0, "scooter": 22.0, "car": 18.0, "van": 16.0, "truck": 14.0}
DEFAULT_SPEED_KMH = 16.0
HANDLING = timedelta(minutes=10)
"""At each of the two doors."""
UNKNOWN_DISTANCE_KM = 10.0
"""Assumed for a leg whose ends have no coordinates."""


def road_distance_km(
    lat_a: float | None, lon_a: float | None, lat_b: float | None, lon_b: float | None, road_factor: float
) -> float | None:
    """Great circle × road factor, rounded to 0.1 km; None where a point is unknown."""
    if lat_a is None or lon_a is None or lat_b is None or lon_b is None:
        return None
    return round(great_circle_m(lat_a, lon_a, lat_b, lon_b) * road_factor / 1000, 1)


def estimate_arrival(start: datetime, vehicle_type: str, approach_km: float | None, trip_km: float | None) -> datetime:
    """Arrival at the drop-off when the transporter sets out at ``start``, to whole minutes."""
    speed_kmh = SPEED_KMH.get(vehicle_type, DEFAULT_SPEED_KMH)
    road_km = sum(UNKNOWN_DISTANCE_KM if leg is None else leg for leg in (approach_km, trip_km))
    arrival = start + timedelta(hours=road_km / speed_kmh) + 2 * HANDLING
    return arrival.replace(second=0, microsecond=0)
