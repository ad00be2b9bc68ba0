"""Places so far from each other that the transporters of one test are out of reach for another's parcels."""

import itertools
import math

_numbers = itertools.count()
DEGREE_M = math.pi / 180 * 6_371_008.8


def somewhere() -> tuple[float, float]:
    """A point on the equator where nobody has been."""
    return 0.0, -170.0 + next(_numbers)


def north_of(place: tuple[float, float], metres: float) -> tuple[float, float]:
    """The point so many metres further north."""
    return place[0] + metres / DEGREE_M, place[1]


def at(place: tuple[float, float]) -> dict[str, float]:
    """A delivery's pickup there and drop-off 5 km away."""
    lat, lon = place
    return {
        "pickup_latitude": lat,
        "pickup_longitude": lon,
        "delivery_latitude": lat + 5000 / DEGREE_M,
        "delivery_longitude": lon,
    }
