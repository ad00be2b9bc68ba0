"""Who leads a place: one process at a time, by a lease in the database, and no other writes for it.

A leader that is killed is followed by another process once its lease has run out. One that only was slow finds its term
over when it comes to write, and writes nothing.
"""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.engine import Database
from dispatch.rolling.models import OUTSIDE, RollingPlace
from dispatch.rolling.rules import RollingRules
from dispatch.zones.models import Zone

SPARE = timedelta(seconds=15)
"""Longer than a tick takes; so long after its next tick was due a leader is believed dead."""
AT_ONCE = 100

_ON = """
SELECT id AS zone_id, coalesce(tick_s, $2::int) AS tick_s FROM zones WHERE rolling AND paused_at IS NULL
UNION ALL
SELECT 0, $2::int WHERE $1::bool
"""
DUE = """
SELECT z.zone_id, z.tick_s FROM ({on}) AS z LEFT JOIN rolling_places AS p ON p.zone_id = z.zone_id
WHERE p.zone_id IS NULL OR (p.next_at <= $3 AND (p.leader = $4 OR p.lease_until <= $3))
ORDER BY p.next_at NULLS FIRST, z.zone_id
LIMIT $5
""".replace("{on}", _ON)
CLAIM = """
INSERT INTO rolling_places AS p (zone_id, leader, term, lease_until, next_at)
SELECT w.zone_id, $3, 1, w.next_at + $4::interval, w.next_at
FROM unnest($1::bigint[], $2::timestamptz[]) AS w (zone_id, next_at) ORDER BY w.zone_id
ON CONFLICT (zone_id) DO UPDATE SET leader = excluded.leader, term = p.term + (p.leader <> excluded.leader)::int,
    lease_until = excluded.lease_until, next_at = excluded.next_at
WHERE p.next_at <= $5 AND (p.leader = excluded.leader OR p.lease_until <= $5)
RETURNING zone_id, term
"""
# What was held by a place that is no longer dispatched by itself is held no longer.
END_HOLDS = """
UPDATE deliveries SET hold_until = NULL, hold_reason = NULL, held_in = NULL
WHERE id = ANY (ARRAY(
    SELECT id FROM deliveries
    WHERE held_in IS NOT NULL AND held_in <> ALL (ARRAY(SELECT zone_id FROM ({on}) AS z))
    ORDER BY id FOR UPDATE SKIP LOCKED
))
""".replace("{on}", _ON)
OLDEST = """
SELECT min(p.next_at) FROM ({on}) AS z JOIN rolling_places AS p ON p.zone_id = z.zone_id WHERE p.next_at <= $3
""".replace("{on}", _ON)


@dataclass(frozen=True, slots=True)
class Claim:
    """A place whose tick is due and ours; ``term``: of our lead there."""

    zone_id: int
    term: int
    at: datetime


class Overtaken(Exception):
    """The place was paused, turned off, or has another leader by now: nothing more is to be written for it."""


class Leases:
    """The leases of one process, which calls itself ``leader``."""

    def __init__(self, database: Database, leader: str, rules: RollingRules) -> None:
        self._database = database
        self._leader = leader
        self._on = rules.outside, rules.tick_s

    async def claim(self, now: datetime) -> list[Claim]:
        """The places whose next tick is due and that nobody else leads."""
        async with self._database.connection() as driver:
            await driver.execute(END_HOLDS, *self._on)
            due = await driver.fetch(DUE, *self._on, now, self._leader, AT_ONCE)
            if not due:
                return []
            next_at = [now + timedelta(seconds=row["tick_s"]) for row in due]
            zones = [row["zone_id"] for row in due]
            rows = await driver.fetch(CLAIM, zones, next_at, self._leader, SPARE, now)
        return [Claim(row["zone_id"], row["term"], now) for row in rows]

    async def oldest_due(self, now: datetime) -> datetime | None:
        """When the tick was due that is overdue for longest."""
        async with self._database.connection() as driver:
            due: datetime | None = await driver.fetchval(OLDEST, *self._on, now)
        return due


def name_of_process() -> str:
    """A name that no other process has."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid4().hex[:8]}"


async def hold_place(session: AsyncSession, claim: Claim) -> RollingPlace:
    """The row of a place that is still ours to write for, locked before all else. Raises Overtaken."""
    query = select(RollingPlace).where(RollingPlace.zone_id == claim.zone_id, RollingPlace.term == claim.term)
    place: RollingPlace | None = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if place is None:
        raise Overtaken
    if claim.zone_id != OUTSIDE:
        on = select(Zone.id).where(Zone.id == claim.zone_id, Zone.rolling, Zone.paused_at.is_(None))
        if await session.scalar(on.with_for_update(read=True)) is None:
            raise Overtaken
    return place
