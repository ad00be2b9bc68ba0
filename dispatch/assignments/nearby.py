"""Who is near a point and may carry: one by one for dispatchers, counted by cells for everybody else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from dispatch.bikram_sambat import nepal_date
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.loads import NOTHING, Load, loads_of
from dispatch.geo import GeoCell, geo_cell, great_circle_m
from dispatch.ports import Clock, LivePosition, LivePositions
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import may_carry

# Of all who are near, this many are looked at: a bound on what one question costs.
MOST_LOOKED_AT = 20_000
CELL_SIGNS = 5
CELL_DIAGONAL_M = 7_000.0
"""Of a cell of five signs where it is largest, at the equator, rounded up."""


@dataclass(frozen=True, slots=True)
class NearbyTransporter:
    """A transporter near a point, with what it can still take."""

    transporter: Transporter
    position: LivePosition
    distance_m: float
    load: Load


@dataclass(frozen=True, slots=True)
class CountedCell:
    """How many transporters are in a cell, and how far its middle is away."""

    cell: GeoCell
    transporters: int
    distance_m: float


class Neighbourhood:
    """Transporters around points, in one unit of work."""

    def __init__(self, work: Work, clock: Clock, live: LivePositions) -> None:
        self._session = work.session
        self._clock = clock
        self._live = live

    async def nearest(self, lat: float, lon: float, *, radius_m: float, limit: int) -> list[NearbyTransporter]:
        """The nearest who are online and may carry, nearest first: nobody who may not takes the place of one."""
        asked, today = limit, nepal_date(self._clock.now())
        while True:
            found = await self._live.nearby(lat, lon, radius_m, asked)
            carriers = await self._carriers([transporter_id for transporter_id, _ in found], today)
            if len(carriers) >= limit or len(found) < asked or asked >= MOST_LOOKED_AT:
                break
            asked = min(4 * asked, MOST_LOOKED_AT)
        near = [(carriers[who], distance_m) for who, distance_m in found if who in carriers][:limit]
        ids = [transporter.id for transporter, _ in near]
        positions, loads = await self._live.positions_of(ids), await loads_of(self._session, ids)
        return [
            NearbyTransporter(transporter, positions[transporter.id], distance_m, loads.get(transporter.id, NOTHING))
            for transporter, distance_m in near
            if transporter.id in positions
        ]

    async def cells(self, lat: float, lon: float, *, radius_m: float, limit: int) -> list[CountedCell]:
        """The cells whose middle is within the radius, and the one of the point, that have anybody in them.

        Each is counted whole, so that circles around several points tell no more than the cells do.
        """
        found = await self._live.nearby(lat, lon, radius_m + CELL_DIAGONAL_M, MOST_LOOKED_AT)
        ids = [transporter_id for transporter_id, _ in found]
        carriers = await self._carriers(ids, nepal_date(self._clock.now()))
        positions = await self._live.positions_of(list(carriers))
        counted = Counter(geo_cell(position.lat, position.lon, CELL_SIGNS) for position in positions.values())
        own = geo_cell(lat, lon, CELL_SIGNS)
        cells = [
            CountedCell(cell, number, great_circle_m(lat, lon, cell.lat, cell.lon)) for cell, number in counted.items()
        ]
        inside = [one for one in cells if one.distance_m <= radius_m or one.cell == own]
        return sorted(inside, key=lambda one: (one.distance_m, one.cell.name))[:limit]

    async def _carriers(self, ids: Sequence[int], today: date) -> dict[int, Transporter]:
        rows = await self._session.scalars(
            select(Transporter)
            .where(among(Transporter.id, ids), *may_carry(today))
            .options(selectinload(Transporter.user))
        )
        return {transporter.id: transporter for transporter in rows}
