"""Whether a place in a row is within a circle, as PostgreSQL computes it without an extension."""

import math

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func

from dispatch.geo import EARTH_RADIUS_M, Circle


def in_circle(
    lat: SQLColumnExpression[float | None], lon: SQLColumnExpression[float | None], circle: Circle
) -> ColumnElement[bool]:
    """Great-circle distance as in ``great_circle_m``; false where the place is not known."""
    reach_deg = math.degrees(circle.radius_m / EARTH_RADIUS_M)
    half_phi = func.radians(lat - circle.lat) / 2
    half_lambda = func.radians(lon - circle.lon) / 2
    h = func.power(func.sin(half_phi), 2) + (
        math.cos(math.radians(circle.lat)) * func.cos(func.radians(lat)) * func.power(func.sin(half_lambda), 2)
    )
    distance_m = 2 * EARTH_RADIUS_M * func.asin(func.sqrt(func.least(1.0, h)))
    return and_(
        lat.is_not(None), lat.between(circle.lat - reach_deg, circle.lat + reach_deg), distance_m <= circle.radius_m
    )
