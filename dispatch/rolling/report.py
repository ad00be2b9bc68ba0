"""How rolling dispatch stands in each place, for dispatchers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery, DeliveryStatus, HoldReason
from dispatch.ports import Clock
from dispatch.rolling.models import OUTSIDE, RollingPlace
from dispatch.rolling.rules import RollingRules
from dispatch.rolling.ticks import NO_CHURN, Churn, churn_of
from dispatch.zones.models import Zone, ZoneMode
from dispatch.zones.service import MOST_ZONES, Zones

HELD_TOLD = 100
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HeldDelivery:
    """A delivery that waits because nothing is lost by it."""

    delivery_id: int
    tracking_number: str
    until: datetime
    reason: HoldReason


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """A zone, or what lies in none (``zone`` None). ``place`` None before its first tick.

    ``held``: those that are given soonest first, a hundred at most; empty in a list of places.
    """

    zone: Zone | None
    is_on: bool
    mode: ZoneMode
    tick_s: int
    place: RollingPlace | None
    last_hour: Churn
    last_day: Churn
    held: Sequence[HeldDelivery] = ()


class RollingReports:
    """Reports of one unit of work."""

    def __init__(self, work: Work, clock: Clock, rules: RollingRules) -> None:
        self._session = work.session
        self._clock = clock
        self._rules = rules
        self._zones = Zones(work, clock)

    async def of_zone(self, zone_id: int) -> PlaceReport:
        """One zone, whether it is dispatched by itself or not. Raises NotFound."""
        return await self._whole(await self._zones.get(zone_id))

    async def of_outside(self) -> PlaceReport:
        """What lies in no zone."""
        return await self._whole(None)

    async def of_all(self) -> list[PlaceReport]:
        """What lies in no zone, and the zones that are dispatched by themselves or were lately, by name."""
        places = {one.zone_id: one for one in await self._session.scalars(select(RollingPlace))}
        query = select(Zone).where(Zone.rolling | Zone.id.in_(list(places))).order_by(Zone.name, Zone.id)
        zones = [None, *await self._session.scalars(query.limit(MOST_ZONES))]
        now = self._clock.now()
        hour, day = await churn_of(self._session, now - HOUR), await churn_of(self._session, now - DAY)
        return [self._report(zone, places.get(_number(zone)), hour, day) for zone in zones]

    async def _whole(self, zone: Zone | None) -> PlaceReport:
        number, now = _number(zone), self._clock.now()
        place = await self._session.get(RollingPlace, number, populate_existing=True)
        hour = await churn_of(self._session, now - HOUR, number)
        day = await churn_of(self._session, now - DAY, number)
        return self._report(zone, place, hour, day, await self._held(number))

    def _report(
        self,
        zone: Zone | None,
        place: RollingPlace | None,
        hour: dict[int, Churn],
        day: dict[int, Churn],
        held: Sequence[HeldDelivery] = (),
    ) -> PlaceReport:
        rules, number = self._rules, _number(zone)
        mode = rules.mode if zone is None or zone.mode is None else zone.mode
        tick_s = rules.tick_s if zone is None or zone.tick_s is None else zone.tick_s
        is_on = rules.outside if zone is None else zone.rolling and zone.paused_at is None
        churns = hour.get(number, NO_CHURN), day.get(number, NO_CHURN)
        return PlaceReport(zone, is_on, mode, tick_s, place, *churns, held)

    async def _held(self, number: int) -> list[HeldDelivery]:
        query = (
            select(Delivery.id, Delivery.tracking_number, Delivery.hold_until, Delivery.hold_reason)
            .where(Delivery.held_in == number, Delivery.status == DeliveryStatus.AVAILABLE)
            .order_by(Delivery.hold_until, Delivery.id)
            .limit(HELD_TOLD)
        )
        rows = (await self._session.execute(query)).tuples().all()
        return [
            HeldDelivery(number, tracking_number, until, reason)
            for number, tracking_number, until, reason in rows
            if until is not None and reason is not None
        ]


def _number(zone: Zone | None) -> int:
    return OUTSIDE if zone is None else zone.id
