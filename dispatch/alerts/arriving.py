"""Parcels that are expected at their doors in a few minutes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from dispatch.database.engine import Database, DriverConnection
from dispatch.deliveries.eta import Errand, may_come_within, tour_arrivals
from dispatch.deliveries.open_errands import errands_of
from dispatch.events.payloads.deliveries import DeliveryArriving
from dispatch.events.recording import record_all
from dispatch.ports import Clock, LivePosition, LivePositions, Presence

AT_ONCE = 1_000

ABOARD = """
SELECT d.id, d.transporter_id, d.delivery_lat AS lat, d.delivery_lon AS lon
FROM deliveries AS d
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
    transporter_id: int
    lat: float
    lon: float


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
                aboard = [_Aboard(**row) for row in await driver.fetch(ABOARD, after, AT_ONCE)]
            if aboard:
                await self._tell_of(aboard)
            if len(aboard) < AT_ONCE:
                return
            after = aboard[-1].id

    async def _tell_of(self, aboard: Sequence[_Aboard]) -> None:
        positions = await self.live.positions_of(list({one.transporter_id for one in aboard}))
        close = self._close(aboard, positions)
        if not close:
            return
        async with self.database.connection() as driver:
            errands = await errands_of(driver, {one.transporter_id for one in close})
        near = await asyncio.to_thread(self._near, close, errands, positions)
        if near:
            async with self.database.transaction() as driver:
                await _tell(driver, near, self.clock.now())

    def _close(self, aboard: Sequence[_Aboard], positions: Mapping[int, LivePosition]) -> list[_Aboard]:
        """Those whose transporter is heard and can be at the door so soon, whatever else it has to do: few of all."""
        now = self.clock.now()
        return [
            one
            for one in aboard
            if (position := positions.get(one.transporter_id)) is not None
            and position.presence is Presence.ONLINE
            and may_come_within(position, (one.lat, one.lon), self.within, road_factor=self.road_factor, now=now)
        ]

    def _near(
        self,
        close: Sequence[_Aboard],
        errands: Mapping[int, tuple[Errand, ...]],
        positions: Mapping[int, LivePosition],
    ) -> list[_Near]:
        now, found = self.clock.now(), list[_Near]()
        arrivals = {
            transporter_id: tour_arrivals(own, positions[transporter_id], road_factor=self.road_factor, now=now)
            for transporter_id, own in errands.items()
        }
        for one in close:
            arrival = arrivals.get(one.transporter_id, {}).get(one.id)
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
