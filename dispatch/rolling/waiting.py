"""What waits in a place: read once a tick, as columns, without an object of the ORM for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import shapely
from sqlalchemy import ColumnElement, Double, Row, Select, String, case, cast, exists, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.assignments.pool import URGENCY
from dispatch.assignments.waiting import MAX_BULK, READ_AT_ONCE, WaitingDelivery
from dispatch.deliveries.models import Delivery, HoldReason, Priority, waits_for_anybody
from dispatch.offers.models import OfferSearch, SearchStatus
from dispatch.rolling.models import OUTSIDE
from dispatch.zones.kept import NOWHERE, KnownZone, ZoneMap

_Row: TypeAlias = Row[*tuple[Any, ...]]
"""Its columns have the names of ``_query``."""

_IS_ASKED = exists().where(OfferSearch.delivery_id == Delivery.id, OfferSearch.status == SearchStatus.SEARCHING)
_NOBODY_AT = (
    select(func.max(OfferSearch.ended_at))
    .where(OfferSearch.delivery_id == Delivery.id, OfferSearch.status == SearchStatus.EXHAUSTED)
    .correlate(Delivery)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits. ``ready_at``: when it can be picked up, None for at once.

    ``hold_until`` and ``hold_reason``: as the ticks before left it. ``is_asked``: transporters are asked for it now;
    ``nobody_at``: when all had been asked that could be.
    """

    delivery: WaitingDelivery
    ready_at: datetime | None
    hold_until: datetime | None
    hold_reason: HoldReason | None
    is_asked: bool = False
    nobody_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A zone that is dispatched by itself, or what lies in none, on the map of a moment."""

    zone_id: int
    zones: ZoneMap
    zone: KnownZone | None

    @classmethod
    def find(cls, zone_id: int, zones: ZoneMap) -> "Place | None":
        """None for a zone that is gone, paused or turned off by now."""
        if zone_id == OUTSIDE:
            return cls(zone_id, zones, None)
        zone = next((one for one in zones.zones if one.id == zone_id), None)
        return cls(zone_id, zones, zone) if zone is not None and zone.rolling and not zone.paused else None

    @property
    def row(self) -> int:
        """Among the zones, as ``ZoneMap.of_many`` says it."""
        return NOWHERE if self.zone is None else self.zones.zones.index(self.zone)

    def box(self) -> list[ColumnElement[bool]]:
        """Conditions that leave out most of what lies elsewhere."""
        if self.zone is None:
            return []
        west, south, east, north = shapely.bounds(self.zones.polygons[self.row]).tolist()
        return [Delivery.pickup_lat.between(south, north), Delivery.pickup_lon.between(west, east)]


async def find_waiting_in(session: AsyncSession, place: Place, now: datetime) -> list[Waiting]:
    """The deliveries that wait in a place, the most urgent first, then the oldest."""
    found: list[Waiting] = []
    result = await session.stream(_query(place, now), execution_options={"yield_per": READ_AT_ONCE})
    async for rows in result.partitions():
        found += _within(rows, place)
    return found


def _query(place: Place, now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Delivery.id,
            type_coerce(Delivery.priority, String).label("priority"),
            Delivery.delivery_id,
            Delivery.tracking_number,
            Delivery.pickup_lat,
            Delivery.pickup_lon,
            cast(Delivery.package_weight, Double).label("weight_kg"),
            func.coalesce(Delivery.ready_at, Delivery.requested_pickup_date).label("pickup_from"),
            Delivery.hold_until,
            type_coerce(Delivery.hold_reason, String).label("hold_reason"),
            _IS_ASKED.label("is_asked"),
            _NOBODY_AT.label("nobody_at"),
        )
        .where(waits_for_anybody(now), *place.box())
        .order_by(case(URGENCY, value=Delivery.priority).desc(), Delivery.created_at, Delivery.id)
        .limit(MAX_BULK)
    )


def _within(rows: Sequence[_Row], place: Place) -> list[Waiting]:
    lat = np.array([np.nan if row.pickup_lat is None else row.pickup_lat for row in rows])
    lon = np.array([np.nan if row.pickup_lon is None else row.pickup_lon for row in rows])
    here = place.zones.of_many(lat, lon) == place.row
    return [_waiting(row) for row, is_here in zip(rows, here.tolist(), strict=True) if is_here]


def _waiting(row: _Row) -> Waiting:
    urgency = URGENCY[Priority(row.priority)]
    delivery = WaitingDelivery(
        row.id, row.delivery_id, row.tracking_number, row.pickup_lat, row.pickup_lon, row.weight_kg, urgency
    )
    hold_reason = None if row.hold_reason is None else HoldReason(row.hold_reason)
    return Waiting(delivery, row.pickup_from, row.hold_until, hold_reason, row.is_asked, row.nobody_at)
