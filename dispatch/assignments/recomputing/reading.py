"""Kept decisions of a period, a few at a time: memory stays bounded over a year, and nothing is held or written."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.decisions.models import DecidedDelivery, Decision
from dispatch.deliveries.models import Delivery
from dispatch.transporters.models import Transporter

# Each may hold a city: with ten thousand online so many are some megabytes.
READ_AT_ONCE = 50
# Beside a server at work: what takes longer gives up, and what a server needs is left to it.
LIMITS = (
    "SET LOCAL statement_timeout = '30s'",
    "SET LOCAL lock_timeout = '5s'",
    "SET LOCAL max_parallel_workers_per_gather = 0",
)

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Way:
    """What lateness is counted from: where a delivery goes, when it was wanted there, and how far that is. Km."""

    dropoff: Place | None
    pickup_from: datetime | None
    due_at: datetime | None
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class Portion:
    """Decisions in their order, with the ways of their deliveries as these are now, and who drives what."""

    decisions: Sequence[Decision]
    ways: dict[int, Way]
    vehicles: dict[int, str]


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment on and before another."""

    since: datetime
    until: datetime


class DecisionReader:
    """Reads in transactions that can write nothing, one a portion, so that none is open for long."""

    def __init__(self, database: Database, period: Period, *, at_once: int = READ_AT_ONCE) -> None:
        self._database = database
        self._period = period
        self._at_once = at_once

    async def count(self) -> int:
        """How many there are."""
        within = (Decision.made_at >= self._period.since) & (Decision.made_at < self._period.until)
        async with self._reading() as session:
            return await session.scalar(select(func.count(Decision.id)).where(within)) or 0

    async def portions(self) -> AsyncIterator[Portion]:
        """All of them, in the order of their times; each is read when it is asked for."""
        last: tuple[datetime, int] = (self._period.since, 0)
        vehicles: dict[int, str] = {}
        while True:
            query = (
                select(Decision)
                .where(tuple_(Decision.made_at, Decision.id) > last, Decision.made_at < self._period.until)
                .order_by(Decision.made_at, Decision.id)
                .limit(self._at_once)
            )
            async with self._reading() as session:
                decisions = (await session.scalars(query)).all()
                if not decisions:
                    return
                if not vehicles:
                    rows = await session.execute(select(Transporter.id, Transporter.vehicle_type))
                    vehicles = {row[0]: row[1] for row in rows}
                ways = await _ways(session, decisions)
            last = (decisions[-1].made_at, decisions[-1].id)
            yield Portion(decisions, ways, vehicles)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncSession]:
        async with self._database.work() as work:
            await work.session.connection(execution_options={"postgresql_readonly": True})
            for limit in LIMITS:
                await work.session.execute(text(limit))
            yield work.session


async def _ways(session: AsyncSession, decisions: Sequence[Decision]) -> dict[int, Way]:
    ids = select(DecidedDelivery.delivery_id).where(
        among(DecidedDelivery.decision_id, [decision.id for decision in decisions])
    )
    rows = await session.execute(
        select(
            Delivery.id,
            Delivery.delivery_lat,
            Delivery.delivery_lon,
            Delivery.requested_pickup_date,
            Delivery.requested_delivery_date,
            Delivery.distance_km,
        ).where(Delivery.id.in_(ids))
    )
    return {
        number: Way(None if lat is None or lon is None else (lat, lon), pickup_from, due_at, km)
        for number, lat, lon, pickup_from, due_at, km in rows
    }
