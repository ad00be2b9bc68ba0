"""Which deliveries a bulk run is about, as columns: thousands of rows are read without an object for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import numpy as np
from sqlalchemy import Double, Row, Select, String, case, cast, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.assignments.pool import URGENCY
from dispatch.assignments.results import BulkFilter, Failure
from dispatch.database.among import among
from dispatch.deliveries.models import ON_HOLD, Delivery, DeliveryStatus, Priority, not_on_hold, waits_for_anybody
from scoring import Deliveries as DeliveryRows

MAX_BULK = 20_000
# What is taken from the database between two looks at whatever else the event loop has to do.
READ_AT_ONCE = 500

_Row: TypeAlias = Row[int, str, UUID, str, float | None, float | None, float, str, bool]


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """What a plan and its answer want of a delivery that waits; weight in kg, degrees."""

    id: int
    uuid: UUID
    tracking_number: str
    lat: float | None
    lon: float | None
    weight_kg: float
    urgency: float


async def find_waiting(
    session: AsyncSession, wanted: BulkFilter, now: datetime
) -> tuple[list[WaitingDelivery], list[Failure]]:
    """The deliveries of the filter that wait, most urgent first, and why others that were named are left out."""
    waiting: list[WaitingDelivery] = []
    failures: list[Failure] = []
    found: set[int] = set()
    result = await session.stream(_query(wanted, now), execution_options={"yield_per": READ_AT_ONCE})
    async for rows in result.partitions():
        for row in rows:
            found.add(row[0])
            if row[1] == DeliveryStatus.AVAILABLE and row[8]:
                waiting.append(_waiting(row))
            else:
                failures.append(_does_not_wait(row))
    failures += [
        Failure(missing, "No such delivery, or not within the filter")
        for missing in sorted(set(wanted.delivery_ids or ()) - found)
    ]
    return waiting, failures


def delivery_arrays(deliveries: Sequence[WaitingDelivery]) -> DeliveryRows:
    """Deliveries as arrays; those without a pickup point are marked as not located."""
    return DeliveryRows(
        np.array([delivery.lat or 0.0 for delivery in deliveries], dtype=float),
        np.array([delivery.lon or 0.0 for delivery in deliveries], dtype=float),
        np.array([delivery.weight_kg for delivery in deliveries], dtype=float),
        np.array([delivery.urgency for delivery in deliveries], dtype=float),
        np.array([delivery.lat is not None for delivery in deliveries], dtype=bool),
        key=np.array([delivery.id for delivery in deliveries], dtype=np.int64),
    )


def _query(
    wanted: BulkFilter, now: datetime
) -> Select[int, str, UUID, str, float | None, float | None, float, str, bool]:
    query = select(
        Delivery.id,
        type_coerce(Delivery.status, String),
        Delivery.delivery_id,
        Delivery.tracking_number,
        Delivery.pickup_lat,
        Delivery.pickup_lon,
        cast(Delivery.package_weight, Double),
        type_coerce(Delivery.priority, String),
        not_on_hold(now),
    ).order_by(case(URGENCY, value=Delivery.priority).desc(), Delivery.created_at, Delivery.id)
    if wanted.delivery_ids is None:
        query = query.where(waits_for_anybody(now))
    else:
        query = query.where(among(Delivery.id, wanted.delivery_ids))
    if wanted.priority is not None:
        query = query.where(Delivery.priority == wanted.priority)
    if wanted.time_range_hours is not None:
        reach = timedelta(hours=wanted.time_range_hours)
        due = func.coalesce(Delivery.requested_pickup_date, Delivery.created_at)
        query = query.where(due.between(now - reach, now + reach))
    return query.limit(MAX_BULK)


def _waiting(row: _Row) -> WaitingDelivery:
    number, _, uuid, tracking_number, lat, lon, weight_kg, priority, _ = row
    return WaitingDelivery(number, uuid, tracking_number, lat, lon, weight_kg, URGENCY[Priority(priority)])


def _does_not_wait(row: _Row) -> Failure:
    if row[1] == DeliveryStatus.AVAILABLE:
        return Failure(row[0], ON_HOLD)
    return Failure(row[0], f"Delivery is {DeliveryStatus(row[1]).display.lower()}, not available for assignment")
