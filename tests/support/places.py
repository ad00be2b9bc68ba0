"""Places so far from each other that the transporters of one test are out of reach for another's parcels."""

import itertools
import math

_numbers = itertools.count()
_ALONG = 340
DEGREE_M = math.pi / 180 * 6_371_008.8


def somewhere() -> tuple[float, float]:
    """A point where nobody has been: along the equator, and once that is full along a parallel further north.

    Never (0, 0): a fix from there is refused, so a transporter would not be online.
    """
    number = next(_numbers)
    return 5.0 * (number // _ALONG), -169.5 + number % _ALONG


def north_of(place: tuple[float, float], metres: float) -> tuple[float, float]:
    """The point so many metres further north."""
    return place[0] + metres / DEGREE_M, place[1]


def at(place: tuple[float, float]) -> dict[str, float]:
    """A delivery's pickup there and drop-off 5 km away."""
    return between(place, north_of(place, 5000))


def between(place: tuple[float, float], door: tuple[float, float]) -> dict[str, float]:
    """A delivery's pickup and its drop-off."""
    return {
        "pickup_latitude": place[0],
        "pickup_longitude": place[1],
        "delivery_latitude": door[0],
        "delivery_longitude": door[1],
    }
