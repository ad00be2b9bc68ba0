"""Which deliveries wait because nothing is lost by it: whom the plan calls for would only wait at the pickup.

A hold goes by whoever the plan gives the delivery to, who need not be the nearest. It stands until shortly before its
end without another look; then the delivery is in each plan until its transporter has to leave.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from dispatch.assignments.pool import Pool
from dispatch.database.engine import DriverConnection
from dispatch.deliveries.eta import usual_mps
from dispatch.deliveries.models import HoldReason
from dispatch.geo import great_circle_m
from dispatch.rolling.planning import TickPlan
from dispatch.rolling.rules import TRAVEL_UNKNOWN
from dispatch.rolling.waiting import Waiting

LOOK_AGAIN = timedelta(minutes=10)
"""So long before a hold is over it is reckoned anew: whom it was for may have got something else meanwhile."""
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


Holds: TypeAlias = dict[int, Hold]
"""By the number of the delivery."""


class Travel:
    """How long it takes from who could carry something to a pickup, at the usual speeds of their vehicles."""

    def __init__(self, pool: Pool, road_factor: float, radius_m: float) -> None:
        self._pool = pool
        self._road_factor = road_factor
        speeds = [usual_mps(str(one)) for one in set(pool.candidates["vehicle_type"].tolist())]
        self.longest = timedelta(seconds=radius_m * road_factor / min(speeds, default=usual_mps("")))
        """From the edge of the radius, by the slowest."""

    def of(self, row: int, one: Waiting) -> timedelta:
        """Of somebody, by the row in the pool."""
        lat, lon = one.delivery.lat, one.delivery.lon
        if lat is None or lon is None:
            return TRAVEL_UNKNOWN
        at = int(self._pool.place_rows[row])
        way_m = great_circle_m(lat, lon, float(self._pool.places.lat[at]), float(self._pool.places.lon[at]))
        speed = usual_mps(str(self._pool.candidates["vehicle_type"][row]))
        return timedelta(seconds=way_m * self._road_factor / speed)


def standing_holds(waiting: Sequence[Waiting], now: datetime, *, offers: bool) -> Holds:
    """Those that need no look at who could carry the delivery. ``offers``: transporters are asked, so whatever nobody
    wanted is held for a while too.
    """
    found: Holds = {}
    for one in waiting:
        hold = (_unwanted(one, now) if offers else None) or _not_soon(one, now)
        if hold is not None:
            found[hold.delivery_id] = hold
    return found


def far_holds(waiting: Sequence[Waiting], travel: Travel, now: datetime, spare: timedelta) -> Holds:
    """Of what is ready so late that nobody in reach has to leave soon, wherever they are."""
    found = (_not_ready(one, travel.longest, now, spare) for one in waiting)
    return {hold.delivery_id: hold for hold in found if hold is not None and hold.until > now + LOOK_AGAIN}


def planned_holds(
    waiting: Sequence[Waiting], planned: TickPlan, travel: Travel, now: datetime, spare: timedelta
) -> Holds:
    """Of what the plan gives to somebody who would be there before it is ready, with ``spare``. Whatever it gives to
    nobody is held while anybody in reach could still come in time. ``waiting``: the first deliveries of the plan.
    """
    takers = planned.plan.transporter[: len(waiting)].tolist()
    found: Holds = {}
    for one, row in zip(waiting, takers, strict=True):
        takes = travel.longest if row < 0 else travel.of(row, one)
        hold = _not_ready(one, takes, now, spare)
        if hold is not None:
            found[hold.delivery_id] = hold
    return found


def _unwanted(one: Waiting, now: datetime) -> Hold | None:
    until = None if one.nobody_at is None or one.is_asked else one.nobody_at + ASK_AGAIN
    return Hold(one.delivery.id, until, HoldReason.NO_ANSWER) if until is not None and until > now else None


def _not_soon(one: Waiting, now: datetime) -> Hold | None:
    """As it was written, while it is far from over."""
    until = one.hold_until if one.hold_reason is HoldReason.NOT_READY else None
    if until is None or one.ready_at is None or one.is_asked or not now + LOOK_AGAIN < until <= one.ready_at:
        return None
    return Hold(one.delivery.id, until, HoldReason.NOT_READY)


def _not_ready(one: Waiting, takes: timedelta, now: datetime, spare: timedelta) -> Hold | None:
    """Whom transporters are asked for already waits for their answers alone."""
    if one.ready_at is None or one.is_asked:
        return None
    until = (one.ready_at - spare - takes).replace(microsecond=0)
    return Hold(one.delivery.id, until, HoldReason.NOT_READY) if until > now else None


def changes_of(waiting: Sequence[Waiting], holds: Mapping[int, Hold]) -> list[tuple[int, Hold | None]]:
    """What is to be written: holds that are new or other than before, None where one is over."""
    changed: list[tuple[int, Hold | None]] = []
    for one in waiting:
        hold = holds.get(one.delivery.id)
        if hold is None:
            if one.hold_until is not None:
                changed.append((one.delivery.id, None))
        elif one.hold_reason is not hold.reason or one.hold_until is None or abs(one.hold_until - hold.until) > SAME:
            changed.append((hold.delivery_id, hold))
    return changed


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
