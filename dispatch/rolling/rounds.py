"""The ticks of all places: claimed with a lease, planned off the event loop, written set by set."""

import asyncio
import os
import socket
import time
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

import structlog
from sqlalchemy import update

from dispatch.assignments.changes.refusals import refused_pairs
from dispatch.assignments.pool import REASON_TEXTS, Pool, load_pool
from dispatch.assignments.rules import AssignmentRules
from dispatch.database.engine import Database
from dispatch.jobs.items import ItemJob
from dispatch.jobs.rounds import in_a_line
from dispatch.ports import Clock, LivePositions
from dispatch.rolling.giving import Gave, Giving
from dispatch.rolling.holding import Holds, Travel, holds_of, write_holds
from dispatch.rolling.leases import Claim, Leases, Overtaken
from dispatch.rolling.models import RollingPlace
from dispatch.rolling.planning import Planner, TickPlan
from dispatch.rolling.rules import RollingRules
from dispatch.rolling.ticks import Tick
from dispatch.rolling.waiting import Place, Waiting, find_waiting_in
from dispatch.transporters.kept import KeptTransporters
from dispatch.zones.kept import KeptZones
from scoring import Reason

log = structlog.get_logger(__name__)


class RollingRounds(ItemJob[Claim]):
    """Ticks of places that are due. Several processes may run it: each place is led by one of them."""

    name: ClassVar[str] = "rolling"
    one_batch_a_round: ClassVar[bool] = True

    def __init__(
        self,
        database: Database,
        clock: Clock,
        kept: KeptTransporters,
        live: LivePositions,
        zones: KeptZones,
        planner: Planner,
        giving: Giving,
        *,
        assignment: AssignmentRules,
        rolling: RollingRules,
    ) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept
        self._live = live
        self._zones = zones
        self._planner = planner
        self._giving = giving
        self._assignment = assignment
        self.rules = rolling
        self.leader = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid4().hex[:8]}"
        """What this process calls itself."""
        self._leases = Leases(database, self.leader, outside=rolling.outside, tick_s=rolling.tick_s)

    async def take(self) -> Sequence[Claim]:
        """The places whose next tick is due."""
        return await self._leases.claim(self._clock.now())

    async def do(self, item: Claim) -> bool:
        """A tick. Where another leads by now, or the place was paused, nothing more is written and nothing is wrong."""
        try:
            await self._tick(item)
        except Overtaken:
            self._planner.forget(item.zone_id)
            log.info("a place is no longer ours to dispatch", zone_id=item.zone_id)
        return True

    async def note_failure(self, item: Claim, error: Exception) -> None:
        """It is tried again with the next tick."""
        reason = in_a_line(error)
        log.warning("rolling dispatch failed", zone_id=item.zone_id, error=reason)
        mine = RollingPlace.zone_id == item.zone_id, RollingPlace.term == item.term
        async with self._database.work() as work:
            await work.session.execute(update(RollingPlace).where(*mine).values(error=reason[:300], ticked_at=item.at))

    async def oldest_due(self) -> datetime | None:
        """When the tick was due that is overdue for longest."""
        return await self._leases.oldest_due(self._clock.now())

    async def _tick(self, claim: Claim) -> None:
        begun = time.monotonic()
        place = Place.find(claim.zone_id, await self._zones.read())
        if place is None:
            raise Overtaken
        tick = Tick(claim)
        async with self._database.work() as work:
            waiting = await find_waiting_in(work.session, place)
        tick.waiting = len(waiting)
        if waiting:
            await self._dispatch(place, waiting, tick)
        await tick.end(self._database, time.monotonic() - begun)

    async def _dispatch(self, place: Place, waiting: Sequence[Waiting], tick: Tick) -> None:
        async with self._database.work() as work:
            pool = await load_pool(work, self._kept, self._live, self._clock)
        holds = await self._hold(place, waiting, pool)
        tick.held = len(holds.held)
        due = [waiting[row].delivery for row in holds.due]
        if not due:
            return
        async with self._database.work() as work:
            refused = await refused_pairs(work.session, [one.id for one in due])
        rules = self._assignment.of_zone(place.zone)
        planned = await self._planner.plan(place.zone_id, due, pool, rules, refused)
        tick.plan, tick.plan_s = planned.plan, planned.took_s
        gave = await self._giving.give(tick.claim, planned, tick)
        tick.left_out = _left_out(planned, gave)

    async def _hold(self, place: Place, waiting: Sequence[Waiting], pool: Pool) -> Holds:
        rules, rolling = self._assignment.of_zone(place.zone), self.rules
        travel = Travel(pool, rolling.road_factor, rules.radius_m)
        now, spare = self._clock.now(), rolling.spare_of(place.zone)
        holds = await asyncio.to_thread(holds_of, waiting, travel, now, spare)
        async with self._database.connection() as driver:
            await write_holds(driver, place.zone_id, holds.changed)
        return holds


def _left_out(planned: TickPlan, gave: Gave) -> list[tuple[int, str]]:
    """Those that wait on though they were planned, with why."""
    plan = planned.plan
    nobody = [
        (planned.deliveries[row].id, REASON_TEXTS[Reason(int(plan.reason[row]))])
        for row, who in enumerate(plan.transporter.tolist())
        if who < 0
    ]
    return [*nobody, *gave.refused]
