"""Whether a place in a row is within a circle, as PostgreSQL computes it without an extension."""

import math
from typing import Final

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func

from dispatch.geo import EARTH_RADIUS_M, Circle

HALF_AROUND_DEG: Final = 180.0


def in_circle(
    lat: SQLColumnExpression[float | None], lon: SQLColumnExpression[float | None], circle: Circle
) -> ColumnElement[bool]:
    """Great-circle distance as in ``great_circle_m``; false where the place is not known.

    What an ordinary comparison can tell comes first, which goes by an index of both.
    """
    reach_deg = math.degrees(circle.radius_m / EARTH_RADIUS_M)
    half_phi = func.radians(lat - circle.lat) / 2
    half_lambda = func.radians(lon - circle.lon) / 2
    h = func.power(func.sin(half_phi), 2) + (
        math.cos(math.radians(circle.lat)) * func.cos(func.radians(lat)) * func.power(func.sin(half_lambda), 2)
    )
    distance_m = 2 * EARTH_RADIUS_M * func.asin(func.sqrt(func.least(1.0, h)))
    south, north = circle.lat - reach_deg, circle.lat + reach_deg
    narrowest = math.cos(math.radians(max(abs(south), abs(north))))
    aside_deg = reach_deg / narrowest if narrowest > 0 else math.inf
    boxed = [lat.between(south, north)]
    if abs(circle.lon) + aside_deg <= HALF_AROUND_DEG:  # else it lies on both sides of the edge, or around a pole
        boxed.append(lon.between(circle.lon - aside_deg, circle.lon + aside_deg))
    return and_(lat.is_not(None), *boxed, distance_m <= circle.radius_m)
