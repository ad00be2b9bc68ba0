"""Who could bring a parcel now, as far as a stranger may learn it: everybody stands in the middle of a cell.

A buyer asks for any goods, in any number, from any address, as often as the limit allows. All that is answered follows
from the cells of couriers, of about five kilometres, that sellers see, so no series of questions says more of where
anybody is. Of those in a cell with few it can say how much room and how many parcels they have, and how fast they are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from dispatch.assignments.nearby import CELL_SIGNS
from dispatch.assignments.pool import Pool
from dispatch.assignments.ranked import nearest_reason
from dispatch.assignments.rules import Rules
from dispatch.deliveries.eta import Trip, straight_arrival
from dispatch.geo import cell_middles
from dispatch.ports import LivePosition
from scoring import Reason, Transporters, rank

BEST: Final = 3
"""Which of so many comes nobody knows: the first may not want it."""
OTHER_STOP: Final = timedelta(minutes=15)
"""For each parcel that somebody has besides."""
LIGHTEST_KG: Final = 0.001
"""In the place of a weight that is not known."""


@dataclass(frozen=True, slots=True)
class Way:
    """How long it takes from the moment when a parcel can be fetched until it is at its door."""

    least: timedelta
    most: timedelta


class CoarseCouriers:
    """The candidates of a pool, each moved to the middle of its cell."""

    def __init__(self, pool: Pool, *, road_factor: float, now: datetime) -> None:
        self._road_factor = road_factor
        self._now = now
        rows = pool.rows()
        lats, lons = cell_middles(rows.lat, rows.lon, CELL_SIGNS)
        self._rows = Transporters(
            lats, lons, rows.rating, rows.free_capacity_kg, rows.active, rows.max_active, key=rows.key
        )
        self._vehicles = pool.candidates["vehicle_type"]

    def way_of(self, trip: Trip, weight_kg: Decimal | None, rules: Rules) -> Way | Reason:
        """By the best for a parcel, or why nobody can bring it now; its ends are known."""
        lat, lon = trip.pickup or (None, None)
        weight = LIGHTEST_KG if weight_kg is None else float(weight_kg)
        ranking = rank(lat, lon, weight, self._rows, rules.params(), top_k=BEST)
        if not ranking.order.size:
            return nearest_reason(ranking)
        ways = [self._way(trip, int(row)) for row in ranking.order]
        return Way(min(one.least for one in ways), max(one.most for one in ways))

    def _way(self, trip: Trip, row: int) -> Way:
        place = LivePosition(0, float(self._rows.lat[row]), float(self._rows.lon[row]), self._now, self._now)
        driven = Trip(trip.pickup, trip.dropoff, str(self._vehicles[row]), distance_km=trip.distance_km)
        arrival = straight_arrival(driven, place, road_factor=self._road_factor, now=self._now)
        busy = int(self._rows.active[row]) * OTHER_STOP
        return Way(arrival.earliest - self._now, arrival.latest - self._now + busy)
