"""The zones as each process keeps them, looked up by place and renewed once they changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from dispatch.database.engine import Database
from dispatch.zones.models import ZoneMode
from dispatch.zones.shapes import polygon_of

# Any change makes another answer: an insert a higher id, a deletion a lower count, an update a higher sum.
STATE = "SELECT coalesce(max(id), 0) AS newest, count(*) AS zones, coalesce(sum(version), 0) AS versions FROM zones"
READ = """
SELECT id, name, area, mode, rolling, tick_s, radius_km, weights, fee_base, fee_per_km, capacity,
       paused_at IS NOT NULL AS paused, pause_reason
FROM zones ORDER BY area_km2, id
"""

Weights = tuple[float, float, float, float]
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Fees:
    """What a delivery costs that names no fee: ``base`` and so much for each km of its way, NPR."""

    base: Decimal
    per_km: Decimal


@dataclass(frozen=True, slots=True)
class KnownZone:
    """A zone as assigning wants it; None follows the settings."""

    id: int
    name: str
    mode: ZoneMode | None
    rolling: bool
    tick_s: int | None
    radius_m: float | None
    weights: Weights | None
    paused: bool
    pause_reason: str
    fees: Fees | None = None
    capacity: int | None = None

    @property
    def words(self) -> str:
        """That it is paused, for whoever wanted to assign there."""
        reason = f": {self.pause_reason}" if self.pause_reason else "."
        return f"Zone {self.name} is paused{reason}"


@dataclass(frozen=True)
class ZoneMap:
    """All zones at a moment, the smallest first. Nothing changes in place."""

    zones: tuple[KnownZone, ...]
    polygons: tuple[shapely.Polygon, ...]

    @cached_property
    def _tree(self) -> STRtree:
        for polygon in self.polygons:
            shapely.prepare(polygon)
        return STRtree(self.polygons)

    def at(self, lat: float | None, lon: float | None) -> KnownZone | None:
        """The smallest zone that a point in degrees lies in, its edge included; None outside, or without a point."""
        place = self.place_of(lat, lon)
        return None if place == NOWHERE else self.zones[place]

    def place_of(self, lat: float | None, lon: float | None) -> int:
        """The place of that zone in ``zones``, ``NOWHERE`` for none."""
        if lat is None or lon is None or not self.zones:
            return NOWHERE
        found = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return int(found.min()) if found.size else NOWHERE

    def of_many(
        self,
        lat: Sequence[float | None] | npt.NDArray[np.float64],
        lon: Sequence[float | None] | npt.NDArray[np.float64],
    ) -> npt.NDArray[np.int64]:
        """The same for many points at once: the place of each one's zone in ``zones``, ``NOWHERE`` for none."""
        lats, lons = np.array(lat, dtype=np.float64), np.array(lon, dtype=np.float64)
        smallest = np.full(lats.size, len(self.zones), dtype=np.int64)
        if self.zones and lats.size:
            here = np.flatnonzero(np.isfinite(lats) & np.isfinite(lons))
            point, zone = self._tree.query(shapely.points(lons[here], lats[here]), predicate="intersects")
            np.minimum.at(smallest, here[point], zone)
        smallest[smallest == len(self.zones)] = NOWHERE
        return smallest


NO_ZONES = ZoneMap((), ())


class KeptZones:
    """The map of one process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._lock = asyncio.Lock()
        self._state: tuple[int, int, int] | None = None
        self._map = NO_ZONES

    @property
    def known(self) -> ZoneMap:
        """As they were read last, without asking."""
        return self._map

    async def read(self) -> ZoneMap:
        """As the database has them now. Opens a connection of its own. Raises SQLAlchemyError."""
        async with self._lock, self.database.connection() as driver:
            row = await driver.fetchrow(STATE)
            state = (row["newest"], row["zones"], row["versions"])
            if state != self._state:
                rows = await driver.fetch(READ)
                self._map = ZoneMap(
                    tuple(
                        KnownZone(
                            one["id"],
                            one["name"],
                            None if one["mode"] is None else ZoneMode(one["mode"]),
                            one["rolling"],
                            one["tick_s"],
                            None if one["radius_km"] is None else one["radius_km"] * 1000,
                            None if one["weights"] is None else _weights(one["weights"]),
                            one["paused"],
                            one["pause_reason"],
                            None if one["fee_base"] is None else Fees(one["fee_base"], one["fee_per_km"]),
                            one["capacity"],
                        )
                        for one in rows
                    ),
                    tuple(polygon_of(one["area"]) for one in rows),
                )
                self._state = state
            return self._map


def _weights(values: Sequence[float]) -> Weights:
    distance, rating, capacity, workload = values
    return float(distance), float(rating), float(capacity), float(workload)
