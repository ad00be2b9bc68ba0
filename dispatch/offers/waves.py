"""Whom the next wave of a search asks: the best by score, without those who were asked, declined or do not work now."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.assignments.changes.refusals import refusers_of
from dispatch.assignments.pool import Pool, load_pool
from dispatch.assignments.ranked import rank_pool
from dispatch.assignments.rules import AssignmentRules
from dispatch.database.among import among
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.geo import great_circle_m
from dispatch.offers.models import Offer, OfferSearch, OfferStatus
from dispatch.ports import Clock, LivePosition, LivePositions
from dispatch.transporters.kept import KeptTransporters
from dispatch.zones.kept import KnownZone

# Of so many of the best those are taken who may be asked.
LOOKED_AT = 300
MOVING_MPS = 15 / 3.6
"""Nobody walks so fast: it drives."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who is to be asked. Score 0–100; km from where it is to the pickup."""

    transporter_id: int
    score: float
    distance_km: float | None
    is_first: bool
    """It has no other open offer."""
    is_moving: bool = False
    """It drives at this moment, so it needs longer to look at its phone."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the newest plan for all that wait says about a delivery: whom it calls for, if anybody.

    ``price``: what one place more of a transporter is worth to other deliveries, points; nothing for who is missing.
    """

    transporter_id: int | None = None
    price: Mapping[int, float] = field(default_factory=dict)

    def rank(self, transporter_id: int, score: float) -> tuple[bool, float]:
        """Sorts whom the plan calls for first, then the others by what the delivery gains beyond their price."""
        return transporter_id != self.transporter_id, self.price.get(transporter_id, 0.0) - score


class Calls(Protocol):
    """Where it is known what plans call for."""

    async def find(self, session: AsyncSession, delivery_id: int, zone_id: int | None) -> Call:
        """Of a delivery in a zone, or in none; where nothing was planned lately, nobody is called for."""
        ...


class WavePicker:
    """Picks waves in units of work, which it commits before the scoring."""

    def __init__(
        self,
        clock: Clock,
        kept: KeptTransporters,
        live: LivePositions,
        calls: Calls,
        *,
        rules: AssignmentRules,
        soft_cap: int,
    ) -> None:
        self._calls = calls
        self._clock = clock
        self._kept = kept
        self._live = live
        self._rules = rules
        self._soft_cap = soft_cap

    async def pick(self, work: Work, search: OfferSearch, delivery: Delivery, size: int) -> list[Asked]:
        """The next of a search, as many as the wave has room for.

        First whom the newest plan for all that wait calls for, then the best by score, less what the transporter's
        place is worth to other deliveries.
        """
        pool = await load_pool(work, self._kept, self._live, self._clock)
        rules = await self._rules.of(delivery, offered=True)
        if not rules.is_open:
            return []
        ranking = await asyncio.to_thread(rank_pool, delivery, pool, rules, LOOKED_AT)
        rows = {pool.id(int(row)): int(row) for row in ranking.order}
        call = await self._calls.find(work.session, delivery.id, None if rules.zone is None else rules.zone.id)
        not_now = await _not_to_be_asked(work.session, search)
        free = [who for who in rows if who not in not_now]
        opened = await _open_offers(work.session, free)
        free.sort(key=lambda who: call.rank(who, float(ranking.score[rows[who]])))
        free.sort(key=lambda who: opened.get(who, 0) >= self._soft_cap)  # stable: in that order among both
        return [
            Asked(
                who,
                float(ranking.score[rows[who]]),
                _km(pool, rows[who], delivery),
                not opened.get(who),
                _is_moving(pool.position(rows[who])),
            )
            for who in free[:size]
        ]

    def zone_of(self, delivery: Delivery) -> KnownZone | None:
        """In which it lay when it was looked at last."""
        return self._rules.zone_of(delivery)


def reveal_times(asked: Sequence[Asked], now: datetime, stagger_s: float) -> dict[int, datetime]:
    """When each sees its offer: the nearest third at once, the next a little later, the farthest last."""
    nearest = sorted(asked, key=lambda one: one.distance_km or 0.0)
    third = max(1, -(-len(nearest) // 3))
    return {
        one.transporter_id: now + timedelta(seconds=stagger_s * min(2, place // third))
        for place, one in enumerate(nearest)
    }


async def _not_to_be_asked(session: AsyncSession, search: OfferSearch) -> Collection[int]:
    """Those who were asked in this search, did not want the delivery, or had it before."""
    before = Offer.search_id == search.id
    if not search.ask_again:
        refused = Offer.status.in_((OfferStatus.DECLINED, OfferStatus.ACCEPTED))
        before = or_(before, (Offer.delivery_id == search.delivery_id) & refused)
    asked = await session.scalars(select(Offer.transporter_id).where(before))
    refusers = set() if search.ask_again else await refusers_of(session, search.delivery_id)
    return {*asked, *refusers}


async def _open_offers(session: AsyncSession, ids: Sequence[int]) -> dict[int, int]:
    query = select(Offer.transporter_id, func.count()).group_by(Offer.transporter_id)
    rows = await session.execute(
        query.where(among(Offer.transporter_id, ids), Offer.status.in_((OfferStatus.QUEUED, OfferStatus.OPEN)))
    )
    return dict(rows.tuples().all())


def _km(pool: Pool, row: int, delivery: Delivery) -> float | None:
    if delivery.pickup_lat is None or delivery.pickup_lon is None:
        return None
    position = pool.position(row)
    return great_circle_m(delivery.pickup_lat, delivery.pickup_lon, position.lat, position.lon) / 1000


def _is_moving(position: LivePosition) -> bool:
    """By what its phone says, else by how far it came lately."""
    speed = position.recent_mps if position.speed_mps is None else position.speed_mps
    return speed is not None and speed > MOVING_MPS
