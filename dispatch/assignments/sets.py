"""Writing many assignments at once: locks, checks, rows and notices of a set, each by one statement or one pipeline.

What a set costs in statements does not grow with the deliveries in it. Locks are taken as single steps take them, all
deliveries and then all transporters, each in the order of their numbers, so that nobody waits in a circle.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

from dispatch.assignments.changes.refusals import refused_pairs
from dispatch.assignments.held_rows import (
    HeldDelivery,
    HeldTransporter,
    find_deliveries,
    find_transporters,
    hold_deliveries,
    hold_transporters,
)
from dispatch.assignments.pool import whole_score
from dispatch.assignments.results import Assigned, BulkAssigned, Carrier, Failure, Scores
from dispatch.assignments.rules import ZONE_FULL, full_words
from dispatch.assignments.zone_rooms import NO_ROOMS, ZoneRooms, zone_rooms
from dispatch.bikram_sambat import nepal_date
from dispatch.database.engine import DriverConnection, raised_alike
from dispatch.database.work import Work
from dispatch.deliveries.eta import Errand, expected_arrival
from dispatch.deliveries.life import LIFE, DeliveryAct
from dispatch.deliveries.loads import NOTHING, Load
from dispatch.deliveries.models import ON_HOLD, DeliveryStatus, holds
from dispatch.deliveries.open_errands import errands_of
from dispatch.deliveries.taking import ASSIGNED_MESSAGE
from dispatch.errors import DispatchError
from dispatch.events.payloads.deliveries import DeliveryAssigned
from dispatch.events.recording import record_all
from dispatch.ports import AssignmentNotice, Clock, LivePosition, Publisher, StatusChange
from dispatch.zones.kept import KeptZones

STRATEGY = "optimal"
CHANGED_MEANWHILE = "The chosen transporter changed meanwhile; run again"
GAVE_IT_BACK = "The chosen transporter gave it back before; assign it by itself or by hand"

WRITE = """
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::bigint[], $2::bigint[], $3::timestamptz[], $4::float8[], $5::float8[], $6::float8[], $7::float8[],
        $8::float8[], $14::jsonb[]
    ) WITH ORDINALITY AS w (
        delivery_id, transporter_id, arrives_at, distance, rating, capacity, workload, total, alternatives, place
    )
), given AS (
    UPDATE deliveries AS d
    SET status = 'assigned', transporter_id = w.transporter_id, assigned_at = $9, estimated_pickup_time = NULL,
        estimated_delivery_time = w.arrives_at, updated_at = $9, hold_until = NULL, hold_reason = NULL, held_in = NULL
    FROM wanted AS w
    WHERE d.id = w.delivery_id AND d.status = 'available'
      AND (d.on_hold_since IS NULL OR d.on_hold_until <= $9)
    RETURNING d.id
), steps AS (
    INSERT INTO delivery_trackings (delivery_id, status, message, notes, timestamp, noticed_at, transporter_id, flags)
    SELECT w.delivery_id, 'assigned', $10, '', $9, $9, w.transporter_id, '{}'
    FROM wanted AS w JOIN given ON given.id = w.delivery_id
    ORDER BY w.place
)
INSERT INTO assignments (
    delivery_id, transporter_id, assigned_by, strategy, distance_score, rating_score, capacity_score, workload_score,
    total_score, alternatives, created_at, run_id
)
SELECT w.delivery_id, w.transporter_id, $11, $12, w.distance, w.rating, w.capacity, w.workload, w.total,
       w.alternatives, $9, $13
FROM wanted AS w JOIN given ON given.id = w.delivery_id
ORDER BY w.place
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """An assignment of a plan. ``position``: where the transporter was, for the time of arrival.

    ``alternatives``: who else could have, as it is kept.
    """

    delivery_id: int
    transporter_id: int
    position: LivePosition
    scores: Scores
    alternatives: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class _Fit:
    """A wish that may be written, with the rows that it is about."""

    wish: Wish
    delivery: HeldDelivery
    carrier: HeldTransporter
    arrives_at: datetime


_Pair: TypeAlias = tuple[Wish, HeldDelivery, HeldTransporter]
"""A wish that may be written, with its rows."""


class AssignmentSets:
    """Writes sets of assignments in one unit of work, which the caller commits."""

    def __init__(
        self, work: Work, clock: Clock, publisher: Publisher, *, road_factor: float, zones: KeptZones | None = None
    ) -> None:
        """``zones``: whose capacities are kept; they were read when it was decided."""
        self._work = work
        self._clock = clock
        self._publisher = publisher
        self._road_factor = road_factor
        self._zones = zones

    async def write(
        self, wishes: Sequence[Wish], user_id: int | None, *, run_id: int | None = None, strategy: str = STRATEGY
    ) -> tuple[list[BulkAssigned], list[Failure]]:
        """Assign what can still be assigned, in the order of the wishes; the rest with what stands against it.

        ``user_id``: who decides; ``run_id``: the run that it belongs to; ``strategy``: what made the plan. Watchers and
        phones are told after the commit.
        """
        fits, failures = await self._give(wishes, user_id, strategy, run_id)
        return [_assigned(fit) for fit in fits], failures

    async def write_one(self, wish: Wish, user_id: int | None, strategy: str) -> Assigned | Failure:
        """Make one assignment, or say what stands against it."""
        fits, failures = await self._give([wish], user_id, strategy, None)
        return _told(fits[0]) if fits else failures[0]

    async def look_at_one(self, wish: Wish) -> Assigned | Failure:
        """What ``write_one`` would make of it now; nothing is held and nothing written.

        Whether its zone has room was asked when its rules were: to be sure of it is to hold the zone.
        """
        now = self._clock.now()
        with raised_alike():
            driver = await self._work.driver(writes=False)
            deliveries = await find_deliveries(driver, [wish.delivery_id])
            carriers = await find_transporters(driver, [wish.transporter_id], nepal_date(now))
            fits, failures = await self._fits(driver, [wish], deliveries, carriers, NO_ROOMS, now)
        return _told(fits[0]) if fits else failures[0]

    async def _give(
        self, wishes: Sequence[Wish], user_id: int | None, strategy: str, run_id: int | None
    ) -> tuple[list[_Fit], list[Failure]]:
        now = self._clock.now()
        with raised_alike():
            driver = await self._work.driver(writes=False)
            deliveries = await hold_deliveries(driver, [wish.delivery_id for wish in wishes])
            carriers = await hold_transporters(driver, {wish.transporter_id for wish in wishes}, nepal_date(now))
            rooms = await zone_rooms(driver, self._zones, deliveries.values())
            fits, failures = await self._fits(driver, wishes, deliveries, carriers, rooms, now)
        if fits:
            await self._insert(fits, user_id, strategy, run_id, now)
            told = [_notices(fit, now) for fit in fits]
            self._work.after_commit(partial(self._publisher.all_assigned, told))
        return fits, failures

    async def _fits(
        self,
        driver: DriverConnection,
        wishes: Sequence[Wish],
        deliveries: Mapping[int, HeldDelivery],
        carriers: Mapping[int, HeldTransporter],
        rooms: ZoneRooms,
        now: datetime,
    ) -> tuple[list[_Fit], list[Failure]]:
        """Those of the wishes that may be written, and what stands against the others."""
        fits: list[_Pair] = []
        failures: list[Failure] = []
        refused = await refused_pairs(driver, list(deliveries))
        loads = {row.id: Load(row.active_count, row.carried_kg) for row in carriers.values()}
        for wish in wishes:
            delivery, carrier = deliveries.get(wish.delivery_id), carriers.get(wish.transporter_id)
            load = loads.get(wish.transporter_id, NOTHING)
            pair = (wish.delivery_id, wish.transporter_id)
            against = GAVE_IT_BACK if pair in refused else _against(delivery, carrier, load, now)
            if against is not None or delivery is None or carrier is None:
                failures.append(Failure(wish.delivery_id, against or CHANGED_MEANWHILE))
                continue
            full = rooms.take(wish.delivery_id)
            if full is not None:
                failures.append(Failure(wish.delivery_id, full_words(full), ZONE_FULL))
                continue
            fits.append((wish, delivery, carrier))
            loads[wish.transporter_id] = load.with_one(delivery.package_weight)
        return await self._with_arrivals(driver, fits, now), failures

    async def _with_arrivals(self, driver: DriverConnection, pairs: Sequence[_Pair], now: datetime) -> list[_Fit]:
        """With the times at the doors, after all that each transporter has to do and gets in this set."""
        busy = {carrier.id for _, _, carrier in pairs if carrier.active_count}
        errands: dict[int, list[Errand]] = {one: list(own) for one, own in (await errands_of(driver, busy)).items()}
        for _, delivery, carrier in pairs:
            errands.setdefault(carrier.id, []).append(delivery.errand_with(carrier.vehicle_type))
        # Who gets several is put in order, some milliseconds each: not in the way of everybody's pings.
        return await asyncio.to_thread(self._timed, pairs, errands, now)

    def _timed(self, pairs: Sequence[_Pair], errands: Mapping[int, Sequence[Errand]], now: datetime) -> list[_Fit]:
        return [
            _Fit(
                wish,
                delivery,
                carrier,
                expected_arrival(
                    tuple(errands[carrier.id]), delivery.id, wish.position, road_factor=self._road_factor, now=now
                ).likely_minute,
            )
            for wish, delivery, carrier in pairs
        ]

    async def _insert(
        self, fits: Sequence[_Fit], user_id: int | None, strategy: str, run_id: int | None, now: datetime
    ) -> None:
        scores = [fit.wish.scores for fit in fits]
        with raised_alike():
            driver = await self._work.driver()
            done = await driver.execute(
                WRITE,
                [fit.wish.delivery_id for fit in fits],
                [fit.wish.transporter_id for fit in fits],
                [fit.arrives_at for fit in fits],
                [one.distance for one in scores],
                [one.rating for one in scores],
                [one.capacity for one in scores],
                [one.workload for one in scores],
                [one.total for one in scores],
                now,
                ASSIGNED_MESSAGE,
                user_id,
                strategy,
                run_id,
                [json.dumps(list(fit.wish.alternatives)) for fit in fits],
            )
            await record_all(driver, [_happened(fit) for fit in fits], at=now)
        if done != f"INSERT 0 {len(fits)}":  # all were held and looked at, so this is a mistake of ours
            raise DispatchError(f"{len(fits)} assignments were to be written, and the database says {done}.")


def _against(delivery: HeldDelivery | None, carrier: HeldTransporter | None, load: Load, now: datetime) -> str | None:
    """What stands against an assignment of these two, looked at under their locks."""
    if delivery is None:
        return "There is no such delivery."
    if not LIFE.allows(DeliveryAct.ASSIGN, DeliveryStatus(delivery.status)):
        return f"Delivery is {DeliveryStatus(delivery.status).display.lower()} already"
    if holds(delivery.on_hold_since, delivery.on_hold_until, now):
        return ON_HOLD
    weight_kg: Decimal = delivery.package_weight
    if carrier is None or not carrier.may_carry:
        return CHANGED_MEANWHILE
    return None if load.has_room(carrier.capacity_kg, carrier.max_active, weight_kg) else CHANGED_MEANWHILE


def _happened(fit: _Fit) -> DeliveryAssigned:
    return DeliveryAssigned(
        delivery_id=fit.delivery.id,
        delivery_uuid=fit.delivery.delivery_id,
        tracking_number=fit.delivery.tracking_number,
        transporter_id=fit.wish.transporter_id,
        estimated_delivery_at=fit.arrives_at,
    )


def _notices(fit: _Fit, now: datetime) -> tuple[StatusChange, AssignmentNotice]:
    delivery, transporter_id = fit.delivery, fit.wish.transporter_id
    change = StatusChange(
        delivery.id,
        delivery.tracking_number,
        DeliveryStatus.ASSIGNED.value,
        ASSIGNED_MESSAGE,
        now,
        transporter_id,
        DeliveryStatus.AVAILABLE.value,
    )
    notice = AssignmentNotice(
        transporter_id,
        delivery.id,
        str(delivery.delivery_id),
        delivery.tracking_number,
        delivery.pickup_address,
        delivery.delivery_address,
    )
    return change, notice


def _assigned(fit: _Fit) -> BulkAssigned:
    delivery = fit.delivery
    return BulkAssigned(
        delivery.id,
        delivery.delivery_id,
        delivery.tracking_number,
        fit.wish.transporter_id,
        fit.carrier.name,
        fit.wish.scores.total,
        whole_score(fit.wish.scores.total),
    )


def _told(fit: _Fit) -> Assigned:
    delivery, carrier, wish = fit.delivery, fit.carrier, fit.wish
    return Assigned(
        delivery.id,
        delivery.delivery_id,
        delivery.tracking_number,
        delivery.distance_km,
        fit.arrives_at,
        Carrier(
            carrier.id,
            carrier.name,
            carrier.business_name,
            carrier.vehicle_type,
            carrier.vehicle_number,
            float(carrier.rating),
            carrier.phone,
        ),
        wish.scores,
        list(wish.alternatives),
    )
