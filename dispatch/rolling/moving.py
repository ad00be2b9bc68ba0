"""A delivery that was given goes to somebody else, in a transaction of its own that looks at everything again.

Locks: the place, the delivery, transporters by their numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import exists, select

from dispatch.assignments.changes.refusals import refusers_of
from dispatch.assignments.exclusions import exclusion_of
from dispatch.assignments.ranked import decision, scores_of
from dispatch.assignments.recording import packed_plan, terms_of
from dispatch.assignments.results import Scores
from dispatch.assignments.withdrawal import WithdrawalReason
from dispatch.database.engine import Database
from dispatch.database.work import Work
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.store import Asked, Quality, Terms, keep_decision
from dispatch.deliveries.happened import was_accepted
from dispatch.deliveries.loads import load_of
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.deliveries.release import tell_withdrawn
from dispatch.deliveries.taking import Taking
from dispatch.ports import Clock, LivePosition, Publisher
from dispatch.rolling.giving import STRATEGY
from dispatch.rolling.leases import Claim, hold_place
from dispatch.rolling.models import RollingMove
from dispatch.rolling.planning import TickPlan
from dispatch.rolling.ticks import Tick
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter


@dataclass(frozen=True, slots=True)
class Kept:
    """What a move was decided from, packed, with the terms and the quality of the plan, if it was one."""

    terms: Terms
    packed: bytes
    online: int
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class WantedMove:
    """From whom, to whom, and why in a sentence. ``accepted``: as its transporter was known to have said."""

    delivery_id: int
    taken_from: int
    to: int
    accepted: bool
    position: LivePosition
    scores: Scores
    told: str
    kept: Kept


def moves_of(planned: TickPlan) -> list[WantedMove]:
    """What a plan moves of what was not accepted; for thousands of people, off the event loop."""
    plan, pool = planned.plan, planned.pool
    quality = Quality(float(plan.total), float(plan.upper_bound), bool(plan.certified))
    found = []
    for row in planned.moves:
        part, holder, to = planned.part([row]), planned.problem.holders[row], int(plan.transporter[row])
        kept = Kept(
            terms_of(planned.rules, pool),
            packed_plan(part.deliveries, pool, part.plan),
            len(pool.online),
            quality,
        )
        found.append(
            WantedMove(
                planned.deliveries[row].id,
                holder or 0,
                pool.id(to),
                False,
                pool.position(to),
                scores_of(plan.terms[row], plan.score[row]),
                "Given to somebody whom it suits better, before it was accepted.",
                kept,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Moving:
    """Moves deliveries. ``taking_of``: who gets what in a unit of work."""

    database: Database
    clock: Clock
    publisher: Publisher
    taking_of: Callable[[Work], Taking]

    async def move(self, claim: Claim, wanted: WantedMove, tick: Tick) -> bool:
        """Whether it was moved: false where something changed meanwhile. Raises Overtaken."""
        async with self.database.work() as work:
            await hold_place(work.session, claim)
            taking = self.taking_of(work)
            delivery = await taking.deliveries.get(wanted.delivery_id, lock=True)
            if not await self._still_may(work, delivery, wanted):
                return False
            pair = sorted({wanted.taken_from, wanted.to})
            held = {number: await lock_transporter(work.session, number) for number in pair}
            taker = held[wanted.to]
            load = await load_of(work.session, taker.id)
            if exclusion_of(taker, load, delivery, self.clock) is not None:
                return False
            await self._write(work, taking, delivery, taker, wanted, claim)
            await tick.note(work, moved_accepted=int(wanted.accepted), moved_free=int(not wanted.accepted))
            tick.got.add(wanted.to)
        return True

    async def _still_may(self, work: Work, delivery: Delivery, wanted: WantedMove) -> bool:
        if delivery.status is not DeliveryStatus.ASSIGNED or delivery.transporter_id != wanted.taken_from:
            return False
        if delivery.pinned or wanted.to in await refusers_of(work.session, delivery.id):
            return False
        if await was_accepted(work.session, delivery) is not wanted.accepted:
            return False
        moved = exists().where(RollingMove.delivery_id == delivery.id, RollingMove.accepted)
        return not (wanted.accepted and await work.session.scalar(select(moved)))

    async def _write(
        self,
        work: Work,
        taking: Taking,
        delivery: Delivery,
        taker: Transporter,
        wanted: WantedMove,
        claim: Claim,
    ) -> None:
        now, before, kept = self.clock.now(), delivery.estimated_delivery_time, wanted.kept
        tell_withdrawn(work, self.publisher, delivery, WithdrawalReason.REASSIGNED.value)
        await taking.reassign(delivery, taker, position=wanted.position, reason=STRATEGY, notes=wanted.told)
        after = delivery.estimated_delivery_time
        gain_s = 0.0 if before is None or after is None else (before - after).total_seconds()
        work.session.add(decision(delivery, taker, None, STRATEGY, wanted.scores, [], now))
        work.session.add(
            RollingMove(
                delivery_id=delivery.id,
                zone_id=claim.zone_id,
                taken_from=wanted.taken_from,
                given_to=wanted.to,
                accepted=wanted.accepted,
                gain_s=gain_s,
                at=now,
            )
        )
        asked = Asked(DecisionKind.ROLLING, None, claim.at)
        await keep_decision(
            work,
            asked,
            kept.terms,
            kept.packed,
            online=kept.online,
            delivery_ids=[delivery.id],
            quality=kept.quality,
        )
