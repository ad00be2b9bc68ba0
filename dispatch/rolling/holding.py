"""Which deliveries wait because nothing is lost by it: whoever went to them now would only wait at the pickup."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from dispatch.assignments.pool import Pool
from dispatch.database.engine import DriverConnection
from dispatch.deliveries.eta import usual_mps
from dispatch.deliveries.models import HoldReason
from dispatch.geo import great_circles_m
from dispatch.rolling.rules import TRAVEL_UNKNOWN
from dispatch.rolling.waiting import Waiting

LOOK_AGAIN = timedelta(minutes=5)
"""So long before a hold is over it is reckoned anew: people move meanwhile."""
ASK_AGAIN = timedelta(minutes=10)
"""After all were asked who could be, others may have come by then."""
SAME = timedelta(seconds=30)
"""A hold that changes by less stays as it is written."""

WRITE = """
UPDATE deliveries AS d SET hold_until = w.until, hold_reason = w.reason, held_in = w.zone_id
FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::bigint[]) AS w (id, until, reason, zone_id)
WHERE d.id = w.id AND d.status = 'available' AND d.id = ANY (ARRAY(
    SELECT id FROM deliveries WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED
))
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """Until when nobody gets a delivery, and why."""

    delivery_id: int
    until: datetime
    reason: HoldReason


@dataclass(frozen=True, slots=True)
class Holds:
    """``due``: rows of those that are planned now; ``held``: the others; ``changed``: of all, what is to be written."""

    due: list[int]
    held: list[Hold]
    changed: list[tuple[int, Hold | None]]


class Travel:
    """How long it takes from who could carry something to a pickup, at the usual speeds of their vehicles."""

    def __init__(self, pool: Pool, road_factor: float, radius_m: float) -> None:
        free = np.flatnonzero(pool.candidates["active"] < pool.candidates["max_active"])
        places = pool.place_rows[free]
        self._lat, self._lon = pool.places.lat[places], pool.places.lon[places]
        self._free_kg: npt.NDArray[np.float64] = pool.candidates["free_kg"][free]
        types = pool.candidates["vehicle_type"][free]
        speeds = {one: usual_mps(str(one)) for one in set(types.tolist())}
        self._s_per_m = road_factor / np.array([speeds[one] for one in types.tolist()], dtype=np.float64)
        self._radius_m = radius_m
        slowest = float(self._s_per_m.max(initial=road_factor / usual_mps("")))
        self.longest = timedelta(seconds=radius_m * slowest)
        """From the edge of the radius, by the slowest."""

    def shortest(self, one: Waiting) -> timedelta:
        """Of whoever has room for it within the radius; the longest where nobody has."""
        lat, lon = one.delivery.lat, one.delivery.lon
        if lat is None or lon is None:
            return TRAVEL_UNKNOWN
        way_m = great_circles_m(lat, lon, self._lat, self._lon)
        takes_s = (way_m * self._s_per_m)[(way_m <= self._radius_m) & (self._free_kg >= one.delivery.weight_kg)]
        return timedelta(seconds=float(takes_s.min())) if takes_s.size else self.longest


def holds_of(
    waiting: Sequence[Waiting], travel: Travel, now: datetime, spare: timedelta, *, offers: bool = False
) -> Holds:
    """Who is held: whatever is ready later than the nearest is there, with ``spare``.

    ``offers``: transporters are asked, so whatever nobody wanted is held for a while too. For thousands, off the event
    loop.
    """
    due: list[int] = []
    held: list[Hold] = []
    changed: list[tuple[int, Hold | None]] = []
    for row, one in enumerate(waiting):
        hold = _unwanted(one, now) if offers else None
        hold = hold or _not_ready(one, travel, now, spare)
        if hold is None:
            due.append(row)
            if one.hold_until is not None:
                changed.append((one.delivery.id, None))
            continue
        held.append(hold)
        if one.hold_reason is not hold.reason or one.hold_until is None or abs(one.hold_until - hold.until) > SAME:
            changed.append((hold.delivery_id, hold))
    return Holds(due, held, changed)


def _unwanted(one: Waiting, now: datetime) -> Hold | None:
    until = None if one.nobody_at is None or one.is_asked else one.nobody_at + ASK_AGAIN
    return Hold(one.delivery.id, until, HoldReason.NO_ANSWER) if until is not None and until > now else None


def _not_ready(one: Waiting, travel: Travel, now: datetime, spare: timedelta) -> Hold | None:
    if one.ready_at is None or one.ready_at - spare <= now:
        return None
    known = one.hold_until if one.hold_reason is HoldReason.NOT_READY else None
    if known is not None and now + LOOK_AGAIN < known <= one.ready_at:
        return Hold(one.delivery.id, known, HoldReason.NOT_READY)
    surely = one.ready_at - spare - travel.longest
    until = surely if surely > now + LOOK_AGAIN else one.ready_at - spare - travel.shortest(one)
    return Hold(one.delivery.id, until.replace(microsecond=0), HoldReason.NOT_READY) if until > now else None


async def write_holds(driver: DriverConnection, zone_id: int, changed: Sequence[tuple[int, Hold | None]]) -> None:
    """Keep them with their deliveries; one that somebody holds at this moment is left to the next tick."""
    if not changed:
        return
    await driver.execute(
        WRITE,
        [number for number, _ in changed],
        [None if hold is None else hold.until for _, hold in changed],
        [None if hold is None else hold.reason.value for _, hold in changed],
        [None if hold is None else zone_id for _, hold in changed],
    )
