"""Distances on the sphere, and the cells that stand for places which not everybody may know."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_M = 6_371_008.8
WHOLE_METRES_BELOW = 975
TENTHS_BELOW_KM = 9.95
GEOHASH_DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz"


def great_circle_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance in metres between two points in degrees (haversine, mean Earth radius)."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = math.radians(lon_b - lon_a) / 2
    h = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h)))


def distance_words(metres: float) -> str:
    """A distance as the pages say it, by ``distance`` of ``web/shared/numbers.ts``: "350 m", "5.4 km", "14 km"."""
    if metres < WHOLE_METRES_BELOW:
        return f"{max(50, math.floor(metres / 50 + 0.5) * 50)} m"
    kilometres = metres / 1000
    return f"{kilometres:.1f} km" if kilometres < TENTHS_BELOW_KM else f"{math.floor(kilometres + 0.5):,} km"


def beyond_words(metres: float, most_m: float) -> tuple[str, str]:
    """A distance and the limit that it is beyond: "350 m" and "120 m". The limit is said as it was set.

    Where the distance as the pages say it may be no more than the limit, it is said in full.
    """
    limit = f"{most_m:g} m" if most_m < 1000 else f"{most_m / 1000:g} km"  # noqa: PLR2004  a kilometre
    unsure_m = 25 if metres < WHOLE_METRES_BELOW else 50 if metres / 1000 < TENTHS_BELOW_KM else 500
    return f"{metres:,.1f} m" if metres - unsure_m <= most_m else distance_words(metres), limit


def great_circles_m(
    lat: float, lon: float, lats: npt.NDArray[np.float64], lons: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The same from one point to many."""
    phi, phis = math.radians(lat), np.radians(lats)
    h = np.sin((phis - phi) / 2) ** 2 + math.cos(phi) * np.cos(phis) * np.sin(np.radians(lons - lon) / 2) ** 2
    distances: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h)))
    return distances


def great_circles_between_m(
    lats: npt.NDArray[np.float64],
    lons: npt.NDArray[np.float64],
    to_lats: npt.NDArray[np.float64],
    to_lons: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """The same from points to as many others, row by row."""
    phis, to_phis = np.radians(lats), np.radians(to_lats)
    across = np.cos(phis) * np.cos(to_phis) * np.sin(np.radians(to_lons - lons) / 2) ** 2
    h = np.sin((to_phis - phis) / 2) ** 2 + across
    distances: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h)))
    return distances


@dataclass(frozen=True, slots=True)
class Circle:
    """All that is within ``radius_m`` metres of a point in degrees."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class GeoCell:
    """A geohash and the box that it stands for; ``lat`` and ``lon`` are the middle, in degrees."""

    name: str
    lat: float
    lon: float
    height_deg: float
    width_deg: float


def cell_middles(
    lats: npt.NDArray[np.float64], lons: npt.NDArray[np.float64], length: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The middles of many points' cells, as ``geo_cell`` has them one by one; degrees."""
    bits = 5 * length
    height, width = 180.0 / 2 ** (bits // 2), 360.0 / 2 ** (bits - bits // 2)
    rows = np.clip(np.floor((lats + 90.0) / height), 0, 180.0 / height - 1)
    columns = np.clip(np.floor((lons + 180.0) / width), 0, 360.0 / width - 1)
    return (rows + 0.5) * height - 90.0, (columns + 0.5) * width - 180.0


def geo_cell(lat: float, lon: float, length: int) -> GeoCell:
    """The geohash cell of a point: about 4.9 km × 4.9 km with five signs, 1.2 km × 0.6 km with six, at the equator.

    Who is told a cell and not the point learns no more than that, however often and from wherever one asks.
    """
    bounds = [[-180.0, 180.0], [-90.0, 90.0]]
    name, bits = "", 0
    for turn in range(5 * length):
        side, value = bounds[turn % 2], (lon, lat)[turn % 2]
        middle = (side[0] + side[1]) / 2
        above = value >= middle
        side[0 if above else 1] = middle
        bits = bits << 1 | above
        if turn % 5 == 4:  # noqa: PLR2004  five bits a sign
            name, bits = name + GEOHASH_DIGITS[bits], 0
    (west, east), (south, north) = bounds
    return GeoCell(name, (south + north) / 2, (west + east) / 2, north - south, east - west)
