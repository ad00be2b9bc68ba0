"""Choosing a transporter for one delivery; ``bulk`` has all that wait.

A snapshot is read and its transaction ended; the scoring runs off the event loop; then a short transaction locks the
rows, checks again what may have changed, and writes the assignment with the scores that led to it.
"""

import asyncio
from collections.abc import Collection
from dataclasses import replace

from dispatch.accounts.models import User
from dispatch.assignments.changes.refusals import refusers_of
from dispatch.assignments.pool import Pool, load_pool
from dispatch.assignments.ranked import check_available, rank_pool, runners_up, scores_of
from dispatch.assignments.recording import SingleDecision
from dispatch.assignments.results import Assigned, PlanFigures, PlannedPair, Preview
from dispatch.assignments.rules import ZONE_FULL, AssignmentRules
from dispatch.assignments.sets import AssignmentSets, Wish
from dispatch.assignments.suggestions import no_transporter
from dispatch.database.work import Work
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.store import Asked
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict
from dispatch.geo import great_circle_m
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.kept import KeptTransporters
from scoring import Ranking


class Assignments:
    """Assigns in one unit of work, which it commits between snapshot and writing."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        kept: KeptTransporters,
        live: LivePositions,
        deliveries: Deliveries,
        sets: AssignmentSets,
        *,
        rules: AssignmentRules,
    ) -> None:
        self._work = work
        self._clock = clock
        self._kept = kept
        self._live = live
        self._deliveries = deliveries
        self._sets = sets
        self._rules = rules

    async def assign(
        self,
        key: DeliveryKey,
        user: User | None,
        *,
        priority: Priority | None = None,
        vehicle_type: str | None = None,
        dry_run: bool = False,
    ) -> Assigned:
        """Give one delivery to the best transporter, where its priority is the given and among those of a vehicle type.

        With ``dry_run`` nothing is given or kept: the result is what would be, with a preview.

        Raises NotFound, Conflict, NoTransporter.
        """
        delivery = await self._waiting(key)
        if priority is not None and delivery.priority is not priority:
            raise Conflict(
                f"The priority of this delivery is {delivery.priority.value}, not {priority.value}.",
                code="filter_mismatch",
                delivery_status=delivery.status.value,
                suggestions=[],
            )
        pool = await load_pool(self._work, self._kept, self._live, self._clock, vehicle_type=vehicle_type)
        rules = await self._rules.of(delivery)
        rules.check_open()
        ranking = await asyncio.to_thread(rank_pool, delivery, pool, rules)
        refusers = await refusers_of(self._work.session, delivery.id)
        if dry_run:
            return await self._previewed(delivery, pool, ranking, refusers)
        user_id = user.id if user else None
        record = SingleDecision(delivery, pool, ranking, rules, gave_back=refusers)
        asked = Asked(DecisionKind.SINGLE, user_id, self._clock.now())
        for row in ranking.order:  # the best, or the next where it was taken meanwhile
            if pool.id(row) in refusers:
                continue
            wish = _wish(delivery, pool, ranking, int(row))
            record.choose(wish.transporter_id)
            # Packing takes as long as a statement, and neither needs the other.
            made, packed = await asyncio.gather(
                self._sets.write_one(wish, user_id, "single"), asyncio.to_thread(record.pack)
            )
            if isinstance(made, Assigned):
                await record.keep(self._work, asked, packed)
                return made
            if made.reason == ZONE_FULL:
                await self._work.rollback()
                replace(rules, left=0).check_open()
            record.note_change(wish.transporter_id)
            await self._waiting(delivery.id)
            await self._work.commit()  # lets these rows go before the next ones are waited for
        record.choose(None)
        await record.keep(self._work, asked, await asyncio.to_thread(record.pack))
        await self._work.commit()  # why nobody could is kept, though the request fails
        raise no_transporter(delivery, ranking, pool, refusers)

    async def _previewed(self, delivery: Delivery, pool: Pool, ranking: Ranking, refusers: Collection[int]) -> Assigned:
        """Who would have it. Raises NoTransporter."""
        rows = [int(row) for row in ranking.order if pool.id(int(row)) not in refusers]
        for row in rows:
            wish = _wish(delivery, pool, ranking, row)
            would_be = await self._sets.look_at_one(wish)
            if isinstance(would_be, Assigned):
                return replace(would_be, preview=_preview(delivery, wish, float(ranking.score[rows[0]])))
        raise no_transporter(delivery, ranking, pool, refusers)

    async def _waiting(self, key: DeliveryKey) -> Delivery:
        """The row of a delivery that waits, and no more. Raises NotFound, and Conflict with who has it otherwise."""
        delivery = await self._deliveries.get_alone(key)
        now = self._clock.now()
        if delivery.status is not DeliveryStatus.AVAILABLE or delivery.is_on_hold(now):
            check_available(await self._deliveries.get(key), now)
        return delivery


def _wish(delivery: Delivery, pool: Pool, ranking: Ranking, row: int) -> Wish:
    return Wish(
        delivery.id,
        pool.id(row),
        pool.position(row),
        scores_of(ranking.terms[row], ranking.score[row]),
        runners_up(ranking, pool, row),
    )


def _preview(delivery: Delivery, wish: Wish, best: float) -> Preview:
    """A plan for one delivery: nobody scores higher than ``best``, and the greedy way is the same."""
    way_m = None
    if delivery.pickup_lat is not None and delivery.pickup_lon is not None:
        way_m = great_circle_m(delivery.pickup_lat, delivery.pickup_lon, wish.position.lat, wish.position.lon)
    total, metres = wish.scores.total, way_m or 0.0
    figures = PlanFigures(total, best, total >= best, metres, total, metres, 1)
    return Preview(figures, [PlannedPair(delivery.id, wish.transporter_id, wish.scores, way_m)])
