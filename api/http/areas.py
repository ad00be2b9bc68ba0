"""A circle in a query: ``lat``, ``lon`` and ``radius_km``, the same wherever something is looked for by its place."""

from typing import Annotated

from litestar.params import QueryParameter

from dispatch.geo import Circle

# Redis indexes places up to the edge of the Web Mercator square.
LatQuery = Annotated[float, QueryParameter(ge=-85.05, le=85.05)]
LonQuery = Annotated[float, QueryParameter(ge=-180, le=180)]
CentreLat = Annotated[float | None, QueryParameter(ge=-85.05, le=85.05, description="Middle of an area, degrees.")]
CentreLon = Annotated[float | None, QueryParameter(ge=-180, le=180, description="Middle of an area, degrees.")]
# From a metre on: "more than nothing" of what may be left out is not written into the description by the framework.
RadiusKm = Annotated[float | None, QueryParameter(ge=0.001, le=500, description="Of an area; 5 where none is given.")]
USUAL_RADIUS_KM = 5.0

AREA_TOGETHER: dict[str, tuple[str, ...]] = {"lat": ("lon",), "lon": ("lat",), "radius_km": ("lat", "lon")}
"""Which of them need which others."""


def circle_of(lat: float | None, lon: float | None, radius_km: float | None) -> Circle | None:
    """The circle of a query; None where it names none."""
    if lat is None or lon is None:
        return None
    return Circle(lat, lon, 1000 * (USUAL_RADIUS_KM if radius_km is None else radius_km))
