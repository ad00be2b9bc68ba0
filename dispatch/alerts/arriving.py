"""Parcels that are expected at their doors in a few minutes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from dispatch.database.engine import Database, DriverConnection
from dispatch.deliveries.eta import Trip, live_arrival
from dispatch.deliveries.models import DeliveryStatus
from dispatch.events.payloads.deliveries import DeliveryArriving
from dispatch.events.recording import record_all
from dispatch.ports import Clock, LivePosition, LivePositions, Presence

AT_ONCE = 1_000

ABOARD = """
SELECT d.id, d.status, d.transporter_id, t.vehicle_type, d.pickup_lat, d.pickup_lon, d.delivery_lat, d.delivery_lon,
       d.distance_km, d.retry_from
FROM deliveries AS d JOIN transporters AS t ON t.id = d.transporter_id
WHERE d.status IN ('picked_up', 'in_transit') AND d.delivery_lat IS NOT NULL AND d.id > $1
  AND NOT EXISTS (SELECT FROM delivery_alerts AS a WHERE a.delivery_id = d.id AND a.kind = 'arriving')
ORDER BY d.id LIMIT $2
"""
TELL = """
WITH near AS (
    SELECT d.id, d.delivery_id, d.tracking_number, d.transporter_id, w.likely
    FROM deliveries AS d
    JOIN unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS w (id, transporter_id, likely) ON w.id = d.id
    WHERE d.status IN ('picked_up', 'in_transit') AND d.transporter_id = w.transporter_id
    ORDER BY d.id FOR UPDATE OF d SKIP LOCKED
), told AS (
    INSERT INTO delivery_alerts (delivery_id, kind, at) SELECT id, 'arriving', $4 FROM near
    ON CONFLICT DO NOTHING RETURNING delivery_id
)
SELECT near.* FROM near JOIN told ON told.delivery_id = near.id ORDER BY near.id
"""


class _Aboard(NamedTuple):
    id: int
    status: DeliveryStatus
    transporter_id: int
    trip: Trip


class _Near(NamedTuple):
    id: int
    transporter_id: int
    likely: datetime


@dataclass(frozen=True, slots=True)
class ArrivingDeliveries:
    """Looks at all that is aboard, by the times of arrival that customers are shown."""

    database: Database
    clock: Clock
    live: LivePositions
    road_factor: float
    within: timedelta

    async def tell(self) -> None:
        """All that came so near since the last round. Several processes may look at once."""
        after = 0
        while True:
            async with self.database.connection() as driver:
                aboard = [_aboard(row) for row in await driver.fetch(ABOARD, after, AT_ONCE)]
            if aboard:
                await self._tell_of(aboard)
            if len(aboard) < AT_ONCE:
                return
            after = aboard[-1].id

    async def _tell_of(self, aboard: Sequence[_Aboard]) -> None:
        positions = await self.live.positions_of(list({one.transporter_id for one in aboard}))
        near = await asyncio.to_thread(self._near, aboard, positions)
        if near:
            async with self.database.transaction() as driver:
                await _tell(driver, near, self.clock.now())

    def _near(self, aboard: Sequence[_Aboard], positions: dict[int, LivePosition]) -> list[_Near]:
        now, found = self.clock.now(), list[_Near]()
        for one in aboard:
            position = positions.get(one.transporter_id)
            if position is None or position.presence is not Presence.ONLINE:
                continue
            arrival = live_arrival(one.trip, one.status, position, road_factor=self.road_factor, now=now)
            if arrival is not None and arrival.likely - now <= self.within:
                found.append(_Near(one.id, one.transporter_id, arrival.likely))
        return found


async def _tell(driver: DriverConnection, near: Sequence[_Near], now: datetime) -> None:
    ids, transporters, likely = zip(*near, strict=True)
    happened = [
        DeliveryArriving(
            delivery_id=row["id"],
            delivery_uuid=row["delivery_id"],
            tracking_number=row["tracking_number"],
            transporter_id=row["transporter_id"],
            estimated_delivery_at=row["likely"],
        )
        for row in await driver.fetch(TELL, ids, transporters, likely, now)
    ]
    await record_all(driver, happened, at=now)


def _aboard(row: Mapping[str, Any]) -> _Aboard:
    pickup = None if row["pickup_lat"] is None else (row["pickup_lat"], row["pickup_lon"])
    dropoff = row["delivery_lat"], row["delivery_lon"]
    trip = Trip(pickup, dropoff, row["vehicle_type"], None, row["distance_km"], row["retry_from"])
    return _Aboard(row["id"], DeliveryStatus(row["status"]), row["transporter_id"], trip)
