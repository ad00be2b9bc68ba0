"""The ticks of all places: claimed with a lease, planned off the event loop, written set by set."""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import structlog
from sqlalchemy import update

from dispatch.assignments.changes.refusals import refused_pairs
from dispatch.assignments.pool import REASON_TEXTS, Pool, load_pool
from dispatch.assignments.rules import AssignmentRules, full_words
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.deliveries.models import Delivery
from dispatch.jobs.items import ItemJob
from dispatch.jobs.rounds import in_a_line
from dispatch.ports import Clock, LivePositions
from dispatch.rolling.asking import Asking
from dispatch.rolling.calls import packed_calls
from dispatch.rolling.carried import Carried, PairState, find_carried_in, of_state
from dispatch.rolling.giving import Giving
from dispatch.rolling.holding import (
    Holds,
    Travel,
    changes_of,
    far_holds,
    planned_holds,
    standing_holds,
    write_holds,
)
from dispatch.rolling.leases import Claim, Leases, Overtaken
from dispatch.rolling.models import RollingPlace
from dispatch.rolling.moving import Moving, moves_of
from dispatch.rolling.nobody_left import NobodyLeft
from dispatch.rolling.planning import Planner, TickPlan, TickProblem
from dispatch.rolling.rooms import beyond_room, room_of
from dispatch.rolling.rules import RollingRules
from dispatch.rolling.sooner import find_sooner, wanted_move
from dispatch.rolling.ticks import Tick
from dispatch.rolling.waiting import Place, Waiting, find_waiting_in
from dispatch.transporters.kept import KeptTransporters
from dispatch.zones.kept import KeptZones
from dispatch.zones.models import ZoneMode
from scoring import Reason

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PoolSource:
    """Where ticks have it from who could carry something now."""

    kept: KeptTransporters
    live: LivePositions
    clock: Clock

    async def load(self, work: Work) -> Pool:
        """Ends the work's transaction before."""
        return await load_pool(work, self.kept, self.live, self.clock)


class RollingRounds(ItemJob[Claim]):
    """Ticks of places that are due. Several processes may run it: each place is led by one of them."""

    name: ClassVar[str] = "rolling"
    one_batch_a_round: ClassVar[bool] = True

    def __init__(
        self,
        database: Database,
        clock: Clock,
        pools: PoolSource,
        leases: Leases,
        planner: Planner,
        giving: Giving,
        asking: Asking,
        moving: Moving,
        nobody_left: NobodyLeft,
        *,
        zones: KeptZones,
        assignment: AssignmentRules,
        rules: RollingRules,
    ) -> None:
        self._database = database
        self._clock = clock
        self._pools = pools
        self._leases = leases
        self._planner = planner
        self._giving = giving
        self._asking = asking
        self._moving = moving
        self._nobody_left = nobody_left
        self._zones = zones
        self._assignment = assignment
        self._rules = rules

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
            waiting = await find_waiting_in(work.session, place, self._clock.now())
            carried = await find_carried_in(work.session, place)
        tick.waiting = len(waiting)
        self._nobody_left.keep(place.zone_id, [one.delivery.id for one in waiting])
        offers = self._rules.mode_of(place.zone) is not ZoneMode.DIRECT
        holds = standing_holds(waiting, self._clock.now(), offers=offers)
        if len(holds) < len(waiting) or any(not one.pinned for one in carried):
            await self._dispatch(place, waiting, carried, holds, tick)
        else:  # nothing is due and nothing may move: nobody has to be looked for
            await self._hold(place, waiting, holds, tick)
        await tick.end(self._database, time.monotonic() - begun)

    async def _dispatch(
        self, place: Place, waiting: Sequence[Waiting], carried: Sequence[Carried], holds: Holds, tick: Tick
    ) -> None:
        """``holds``: those that stand; the others are added."""
        async with self._database.work() as work:
            pool = await self._pools.load(work)
        rules, rolling = self._assignment.of_zone(place.zone), self._rules
        travel = Travel(pool, rolling.road_factor, rules.radius_m)
        open_ones = [one for one in waiting if one.delivery.id not in holds]
        now, spare = self._clock.now(), rolling.spare_of(place.zone)
        holds |= await asyncio.to_thread(far_holds, open_ones, travel, now, spare)
        states = await asyncio.to_thread(of_state, carried, pool, rolling.road_factor)
        looked_at = [one for one in open_ones if one.delivery.id not in holds]
        planned, full = None, set[int]()
        asked = {one.delivery.id for one in waiting if one.is_asked}
        if looked_at or states[PairState.FREE]:
            problem = await self._problem(place, looked_at, states[PairState.FREE], pool)
            planned = await self._plan(place, problem, looked_at, travel, holds)
            planned, full = await self._within_room(place, planned, {*holds, *asked})
        await self._hold(place, waiting, holds, tick)
        if planned is not None:
            tick.plan, tick.plan_s, tick.calls = planned.plan, planned.took_s, packed_calls(planned)
            nobody = [row for row in planned.left_out if planned.deliveries[row].id not in {*holds, *full}]
            beyond = [(number, full_words(place.zone)) for number in sorted(full) if place.zone is not None]
            tick.left_out = [*_told(planned, nobody), *beyond, *await self._act(place, planned, tick, asked)]
            left = {planned.deliveries[row].id for row in nobody} - asked
            await self._nobody_left.tell(tick.claim, place.zone, planned, sorted(left))
        await self._move_sooner(place, states[PairState.STICKY], tick)

    async def _problem(
        self, place: Place, waiting: Sequence[Waiting], free: Sequence[Carried], pool: Pool
    ) -> TickProblem:
        numbers = [one.delivery.id for one in waiting] + [one.delivery.id for one in free]
        async with self._database.connection() as driver:
            refused = await refused_pairs(driver, numbers)
        held = [(one.delivery, one.transporter_id) for one in free]
        due = [one.delivery for one in waiting]
        rules = self._assignment.of_zone(place.zone)
        return TickProblem.of(due, held, pool, rules, refused, self._rules.stay_points)

    async def _plan(
        self, place: Place, problem: TickProblem, waiting: Sequence[Waiting], travel: Travel, holds: Holds
    ) -> TickPlan:
        """The plan of all, in which what is held waits for whom it calls; where that leaves nobody to what is due, what
        is due is planned without what is held. Adds to ``holds``.
        """
        now, spare = self._clock.now(), self._rules.spare_of(place.zone)
        planned = await self._planner.plan(place.zone_id, problem)
        found = await asyncio.to_thread(planned_holds, waiting, planned, travel, now, spare)
        if found and any(planned.deliveries[row].id not in found for row in planned.outbid):
            due = [one for one in waiting if one.delivery.id not in found]
            planned = await self._planner.plan(place.zone_id, problem.without(found))
            found |= await asyncio.to_thread(planned_holds, due, planned, travel, now, spare)
        holds |= found
        return planned.holding(found)

    async def _within_room(self, place: Place, planned: TickPlan, but: Collection[int]) -> tuple[TickPlan, set[int]]:
        """The plan of what the zone has room for, and the numbers of those beyond. ``but``: as ``beyond_room``."""
        if place.zone is None or place.zone.capacity is None:
            return planned, set()
        async with self._database.connection() as driver:
            room = await room_of(driver, place)
        full = set[int]() if room is None else beyond_room(planned, room, but)
        if not full:
            return planned, full
        fewer = planned.problem.without(full)
        if fewer.deliveries:
            planned = await self._planner.plan(place.zone_id, fewer)
        return planned.holding({*but, *full}), full

    async def _act(self, place: Place, planned: TickPlan, tick: Tick, asked: set[int]) -> Sequence[tuple[int, str]]:
        """Do what the plan says; what could not be given, with why. ``asked``: those are left to their searches."""
        for move in await asyncio.to_thread(moves_of, planned):
            await self._moving.move(tick.claim, move, tick)
        mode = self._rules.mode_of(place.zone)
        if mode is not ZoneMode.DIRECT:
            return await self._asking.ask(tick.claim, planned, mode, tick, but=asked)
        return (await self._giving.give(tick.claim, planned, tick, but=asked)).refused

    async def _move_sooner(self, place: Place, sticky: Sequence[Carried], tick: Tick) -> None:
        """Accepted deliveries, each to whom it gains most by; whoever got something in this tick gets nothing more."""
        if not sticky:
            return
        rules, got = self._assignment.of_zone(place.zone), set(tick.got)
        async with self._database.connection() as driver:
            refused = await refused_pairs(driver, [one.delivery.id for one in sticky])
        async with self._database.work() as work:
            pool = await self._pools.load(work)
        for one in sticky:
            but = got | {who for number, who in refused if number == one.delivery.id}
            now = self._clock.now()
            found = await asyncio.to_thread(find_sooner, one, pool, rules, self._rules, now, but)
            if found is None:
                continue
            async with self._database.work() as work:
                delivery = await work.session.get_one(Delivery, one.delivery.id)
            move = await asyncio.to_thread(wanted_move, one, delivery, found, pool, rules)
            if move is not None and await self._moving.move(tick.claim, move, tick):
                got.add(move.to)

    async def _hold(self, place: Place, waiting: Sequence[Waiting], holds: Holds, tick: Tick) -> None:
        tick.held = len(holds)
        changed = changes_of(waiting, holds)
        if changed:
            async with self._database.connection() as driver:
                await write_holds(driver, place.zone_id, changed)


def _told(planned: TickPlan, rows: Sequence[int]) -> list[tuple[int, str]]:
    """Deliveries that a plan gives to nobody, with why."""
    return [(planned.deliveries[row].id, REASON_TEXTS[Reason(int(planned.plan.reason[row]))]) for row in rows]
