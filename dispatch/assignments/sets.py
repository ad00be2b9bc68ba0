"""Writing many assignments at once: locks, checks, rows and notices of a set, each by one statement or one pipeline.

What a set costs in statements does not grow with the deliveries in it. Locks are taken as single steps take them, all
deliveries and then all transporters, each in the order of their numbers, so that nobody waits in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Row, String, and_, select, type_coerce

from dispatch.accounts.models import User
from dispatch.assignments.pool import whole_score
from dispatch.assignments.results import BulkAssigned, Failure, Scores
from dispatch.database.among import among
from dispatch.database.engine import raised_alike
from dispatch.database.work import Work
from dispatch.deliveries.eta import Trip, expected_arrival
from dispatch.deliveries.loads import NOTHING, Load, loads_of
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.steps import ASSIGNED_MESSAGE
from dispatch.errors import DispatchError
from dispatch.ports import AssignmentNotice, Clock, LivePosition, Publisher, StatusChange
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import may_carry

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

STRATEGY = "optimal"
CHANGED_MEANWHILE = "The chosen transporter changed meanwhile; run again"

WRITE = """
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::bigint[], $2::bigint[], $3::timestamptz[], $4::float8[], $5::float8[], $6::float8[], $7::float8[],
        $8::float8[]
    ) WITH ORDINALITY AS w (
        delivery_id, transporter_id, arrives_at, distance, rating, capacity, workload, total, place
    )
), given AS (
    UPDATE deliveries AS d
    SET status = 'assigned', transporter_id = w.transporter_id, assigned_at = $9, estimated_pickup_time = NULL,
        estimated_delivery_time = w.arrives_at, updated_at = $9
    FROM wanted AS w
    WHERE d.id = w.delivery_id AND d.status = 'available'
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
SELECT w.delivery_id, w.transporter_id, $11, $12, w.distance, w.rating, w.capacity, w.workload, w.total, '[]', $9, $13
FROM wanted AS w JOIN given ON given.id = w.delivery_id
ORDER BY w.place
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """An assignment of a plan. ``position``: where the transporter was, for the time of arrival."""

    delivery_id: int
    transporter_id: int
    position: LivePosition
    scores: Scores


@dataclass(frozen=True, slots=True)
class _Fit:
    """A wish that may be written, with the rows that it is about."""

    wish: Wish
    delivery: AnyRow
    carrier: AnyRow
    arrives_at: datetime


class AssignmentSets:
    """Writes sets of assignments in one unit of work, which the caller commits."""

    def __init__(self, work: Work, clock: Clock, publisher: Publisher, *, road_factor: float) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._publisher = publisher
        self._road_factor = road_factor

    async def write(
        self, wishes: Sequence[Wish], user_id: int | None, *, run_id: int | None = None
    ) -> tuple[list[BulkAssigned], list[Failure]]:
        """Assign what can still be assigned, in the order of the wishes; the rest with what stands against it.

        ``user_id``: who decides; ``run_id``: the run that it belongs to. Watchers and phones are told after the commit.
        """
        now = self._clock.now()
        deliveries = await self._lock_deliveries([wish.delivery_id for wish in wishes])
        carriers, loads = await self._lock_carriers({wish.transporter_id for wish in wishes}, now)
        fits: list[_Fit] = []
        failures: list[Failure] = []
        for wish in wishes:
            delivery, carrier = deliveries.get(wish.delivery_id), carriers.get(wish.transporter_id)
            load = loads.get(wish.transporter_id, NOTHING)
            against = _against(delivery, carrier, load)
            if against is not None or delivery is None or carrier is None:
                failures.append(Failure(wish.delivery_id, against or CHANGED_MEANWHILE))
                continue
            fits.append(_Fit(wish, delivery, carrier, self._arrival(delivery, carrier, wish.position, now)))
            loads[wish.transporter_id] = load.with_one(delivery.package_weight)
        if fits:
            await self._insert(fits, user_id, run_id, now)
            told = [_notices(fit, now) for fit in fits]
            self._work.after_commit(partial(self._publisher.all_assigned, told))
        return [_assigned(fit) for fit in fits], failures

    async def _lock_deliveries(self, ids: Sequence[int]) -> dict[int, AnyRow]:
        query = select(
            Delivery.id,
            type_coerce(Delivery.status, String).label("status"),
            Delivery.delivery_id,
            Delivery.tracking_number,
            Delivery.pickup_address,
            Delivery.delivery_address,
            Delivery.pickup_lat,
            Delivery.pickup_lon,
            Delivery.delivery_lat,
            Delivery.delivery_lon,
            Delivery.package_weight,
            Delivery.requested_pickup_date,
            Delivery.distance_km,
        )
        rows = await self._session.execute(
            query.where(among(Delivery.id, ids)).order_by(Delivery.id).with_for_update(of=Delivery)
        )
        return {row.id: row for row in rows}

    async def _lock_carriers(self, ids: set[int], now: datetime) -> tuple[dict[int, AnyRow], dict[int, Load]]:
        """Hold the transporters first and look at them then: what a lock waited for is not seen by its statement."""
        wanted = among(Transporter.id, ids)
        await self._session.execute(
            select(Transporter.id).where(wanted).order_by(Transporter.id).with_for_update(of=Transporter)
        )
        rows = await self._session.execute(
            select(
                Transporter.id,
                Transporter.vehicle_type,
                Transporter.capacity_kg,
                Transporter.max_active,
                User.name,
                and_(*may_carry(now.date())).label("may_carry"),
            )
            .join(User, User.id == Transporter.user_id)
            .where(wanted)
        )
        return {row.id: row for row in rows}, await loads_of(self._session, list(ids))

    def _arrival(self, delivery: AnyRow, carrier: AnyRow, position: LivePosition, now: datetime) -> datetime:
        trip = Trip(
            None if delivery.pickup_lat is None else (delivery.pickup_lat, delivery.pickup_lon),
            None if delivery.delivery_lat is None else (delivery.delivery_lat, delivery.delivery_lon),
            carrier.vehicle_type,
            delivery.requested_pickup_date,
            delivery.distance_km,
        )
        arrival = expected_arrival(trip, position, picked_up=False, road_factor=self._road_factor, now=now)
        return arrival.likely_minute

    async def _insert(self, fits: Sequence[_Fit], user_id: int | None, run_id: int | None, now: datetime) -> None:
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
                STRATEGY,
                run_id,
            )
        if done != f"INSERT 0 {len(fits)}":  # all were held and looked at, so this is a mistake of ours
            raise DispatchError(f"{len(fits)} assignments were to be written, and the database says {done}.")


def _against(delivery: AnyRow | None, carrier: AnyRow | None, load: Load) -> str | None:
    """What stands against an assignment of these two, looked at under their locks."""
    if delivery is None:
        return "There is no such delivery."
    if delivery.status != DeliveryStatus.AVAILABLE:
        return f"Delivery is {DeliveryStatus(delivery.status).display.lower()} already"
    weight_kg: Decimal = delivery.package_weight
    if carrier is None or not carrier.may_carry:
        return CHANGED_MEANWHILE
    return None if load.has_room(carrier.capacity_kg, carrier.max_active, weight_kg) else CHANGED_MEANWHILE


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
