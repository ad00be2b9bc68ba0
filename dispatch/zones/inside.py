"""Whether a place lies in a zone's area: of rows, as PostgreSQL computes it without an extension, and of points."""

from collections.abc import Sequence
from typing import Any

import shapely
from sqlalchemy import Boolean as SqlBoolean
from sqlalchemy import ColumnElement, Float, SQLColumnExpression, and_, cast, func, literal, not_
from sqlalchemy.types import UserDefinedType

from dispatch.geo import Circle, great_circle_m
from dispatch.zones.shapes import Ring, polygon_of


class _Polygon(UserDefinedType[str]):
    """PostgreSQL's own type, on a plane: near enough within a town and a country."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "POLYGON"


def in_area(
    lat: SQLColumnExpression[float | None], lon: SQLColumnExpression[float | None], area: dict[str, Any]
) -> ColumnElement[bool]:
    """Whether a place in a row is in the area and in none of its holes; false where the place is not known."""
    west, south, east, north = polygon_of(area).bounds
    outer, *holes = area["coordinates"]
    boxed = and_(lat.between(south, north), lon.between(west, east))  # what an ordinary comparison can tell
    return and_(boxed, _within(lat, lon, outer), *(not_(_within(lat, lon, hole)) for hole in holes))


def _within(
    lat: SQLColumnExpression[float | None], lon: SQLColumnExpression[float | None], ring: Ring
) -> ColumnElement[bool]:
    corners = ",".join(f"({float(at[0])!r},{float(at[1])!r})" for at in ring)
    point = func.point(cast(lon, Float), cast(lat, Float))
    return cast(literal(f"({corners})"), _Polygon).op("@>", return_type=SqlBoolean())(point)


def circle_around(area: dict[str, Any]) -> Circle:
    """A circle that the whole area is in."""
    west, south, east, north = polygon_of(area).bounds
    lat, lon = (south + north) / 2, (west + east) / 2
    corners = ((south, west), (south, east), (north, west), (north, east))
    return Circle(lat, lon, max(great_circle_m(lat, lon, *corner) for corner in corners))


def points_inside(area: dict[str, Any], places: Sequence[tuple[float, float]]) -> list[bool]:
    """Of places as latitude and longitude, which are in the area; its edge belongs to it."""
    polygon = polygon_of(area)
    return [bool(shapely.covers(polygon, shapely.points(lon, lat))) for lat, lon in places]
