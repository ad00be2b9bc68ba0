"""Choosing a transporter for one delivery; ``bulk`` has all that wait.

A snapshot is read and its transaction ended; the scoring runs off the event loop; then a short transaction locks the
rows, checks again what may have changed, and writes the assignment with the scores that led to it.
"""

import asyncio
from dataclasses import replace

from dispatch.accounts.models import User
from dispatch.assignments.changes.refusals import refusers_of
from dispatch.assignments.pool import load_pool
from dispatch.assignments.ranked import check_available, nobody_of, rank_pool, runners_up, scores_of
from dispatch.assignments.recording import SingleDecision
from dispatch.assignments.results import Assigned, NoTransporter
from dispatch.assignments.rules import ZONE_FULL, AssignmentRules
from dispatch.assignments.sets import AssignmentSets, Wish
from dispatch.assignments.suggestions import suggestions_of
from dispatch.database.work import Work
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.store import Asked
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority
from dispatch.deliveries.service import Deliveries, DeliveryKey
from dispatch.errors import Conflict
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.kept import KeptTransporters


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
    ) -> Assigned:
        """Give one delivery to the best transporter, where its priority is the given and among those of a vehicle type.

        Raises NotFound, Conflict, NoTransporter.
        """
        delivery = await self._waiting(key)
        if priority is not None and delivery.priority is not priority:
            raise Conflict(
                f"The priority of this delivery is {delivery.priority.value}, not {priority.value}.",
                code="filter_mismatch",
                suggestions=[],
            )
        pool = await load_pool(self._work, self._kept, self._live, self._clock, vehicle_type=vehicle_type)
        rules = await self._rules.of(delivery)
        rules.check_open()
        ranking = await asyncio.to_thread(rank_pool, delivery, pool, rules)
        refusers = await refusers_of(self._work.session, delivery.id)
        user_id = user.id if user else None
        record = SingleDecision(delivery, pool, ranking, rules, gave_back=refusers)
        asked = Asked(DecisionKind.SINGLE, user_id, self._clock.now())
        for row in ranking.order:  # the best, or the next where it was taken meanwhile
            if pool.id(row) in refusers:
                continue
            wish = Wish(
                delivery.id,
                pool.id(row),
                pool.position(row),
                scores_of(ranking.terms[row], ranking.score[row]),
                runners_up(ranking, pool, int(row)),
            )
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
        raise NoTransporter(nobody_of(ranking), suggestions_of(delivery, ranking, pool))

    async def _waiting(self, key: DeliveryKey) -> Delivery:
        """The row of a delivery that waits, and no more. Raises NotFound, and Conflict with who has it otherwise."""
        delivery = await self._deliveries.get_alone(key)
        if delivery.status is not DeliveryStatus.AVAILABLE:
            check_available(await self._deliveries.get(key))
        return delivery
