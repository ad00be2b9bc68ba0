"""Polygons as GeoJSON says them: what is wrong with one, how large it is, and whether a point lies in it."""

import math
from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry import Polygon

from dispatch.errors import Invalid

MOST_VERTICES = 1000
"""Of a zone, all rings together."""
FEWEST_POSITIONS = 4
KM_A_DEGREE = 111.195
SMALLEST_KM2 = 0.0001
LARGEST_KM2 = 200_000.0
FIELD = "area"
EAST, NORTH = 180.0, 90.0

Ring = Sequence[Sequence[float]]


def checked_polygon(rings: Sequence[Ring]) -> Polygon:
    """The polygon of an outer ring and its holes, positions as longitude and latitude. Raises Invalid, by ring."""
    wrong = {f"{FIELD}.coordinates.{at}": told for at, ring in enumerate(rings) if (told := _wrong_ring(ring))}
    if not rings:
        wrong[f"{FIELD}.coordinates"] = "must have an outer ring"
    if sum(len(ring) for ring in rings) > MOST_VERTICES:
        wrong[f"{FIELD}.coordinates"] = f"must have at most {MOST_VERTICES} positions in all"
    if wrong:
        raise Invalid("This is no area.", fields=wrong)
    outer, *holes = [[(float(at[0]), float(at[1])) for at in ring] for ring in rings]
    polygon = Polygon(outer, holes)
    if not polygon.is_valid:
        told = f"must not cross itself: {shapely.is_valid_reason(polygon)} (longitude and latitude)"
        raise Invalid("This is no area.", fields={f"{FIELD}.coordinates": told})
    size = area_km2(polygon)
    if not SMALLEST_KM2 <= size <= LARGEST_KM2:
        told = f"must enclose from {SMALLEST_KM2} to {LARGEST_KM2:g} km², not {size:.6g}"
        raise Invalid("This is no area.", fields={f"{FIELD}.coordinates": told})
    return polygon


def _wrong_ring(ring: Ring) -> str | None:
    if len(ring) < FEWEST_POSITIONS:
        return f"must have at least {FEWEST_POSITIONS} positions, the last like the first"
    for at in ring:
        if abs(at[0]) > EAST or abs(at[1]) > NORTH:
            return f"has no place at longitude {at[0]:g} and latitude {at[1]:g}: longitude comes first"
    if list(ring[0][:2]) != list(ring[-1][:2]):
        return "must be closed: its last position must be its first"
    if max(at[0] for at in ring) - min(at[0] for at in ring) > EAST:
        return "must not go around the Earth: divide it at the 180th meridian"
    return None


def polygon_of(area: dict[str, Any]) -> Polygon:
    """The polygon of a kept area."""
    outer, *holes = area["coordinates"]
    return Polygon(outer, holes)


def area_km2(polygon: Polygon) -> float:
    """How large it is, as on a plane at its middle latitude: enough to tell which of two is the smaller."""
    south, north = polygon.bounds[1], polygon.bounds[3]
    narrow = math.cos(math.radians((south + north) / 2))
    return float(polygon.area) * KM_A_DEGREE**2 * narrow
