"""Choosing a transporter for one delivery; ``bulk`` has all that wait.

A snapshot is read and its transaction ended; the scoring runs off the event loop; then a short transaction locks the
rows, checks again what may have changed, and writes the assignment with the scores that led to it.
"""

import asyncio
from typing import Any

from dispatch.accounts.models import User
from dispatch.assignments.pool import Pool, load_pool
from dispatch.assignments.ranked import check_available, decision, nobody_of, rank_pool, runners_up, scores_of
from dispatch.assignments.results import Assigned, NoTransporter, Scores
from dispatch.database.work import Work
from dispatch.deliveries.loads import load_on
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority
from dispatch.deliveries.service import DeliveryKey
from dispatch.deliveries.steps import DeliverySteps
from dispatch.errors import Conflict, DispatchError
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.kept import KeptTransporters
from dispatch.transporters.service import lock_transporter


class Assignments:
    """Assigns in one unit of work, which it commits between snapshot and writing."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        kept: KeptTransporters,
        live: LivePositions,
        steps: DeliverySteps,
        *,
        radius_m: float,
    ) -> None:
        self._work = work
        self._session = work.session
        self._clock = clock
        self._kept = kept
        self._live = live
        self._steps = steps
        self._radius_m = radius_m

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
        ranking = await asyncio.to_thread(rank_pool, delivery, pool, self._radius_m)
        for row in ranking.order:  # the best, or the next where it was taken meanwhile
            others = runners_up(ranking, pool, int(row))
            assigned = await self._write(
                delivery.id,
                pool,
                int(row),
                scores_of(ranking.terms[row], ranking.score[row]),
                "single",
                user,
                others,
            )
            if assigned is not None:
                return assigned
            await self._work.commit()  # lets this transporter's row go before the next one is waited for
        raise NoTransporter(nobody_of(ranking, pool))

    async def _waiting(self, key: DeliveryKey, *, lock: bool = False) -> Delivery:
        """The row of a delivery that waits, and no more. Raises NotFound, and Conflict with who has it otherwise."""
        delivery = await self._steps.deliveries.get_alone(key, lock=lock)
        if delivery.status is not DeliveryStatus.AVAILABLE:
            check_available(await self._steps.deliveries.get(key))
        return delivery

    async def _write(
        self,
        delivery_id: int,
        pool: Pool,
        row: int,
        scores: Scores,
        strategy: str,
        user: User | None,
        alternatives: list[dict[str, Any]],
    ) -> Assigned | None:
        """Lock, check again, assign. None where the transporter can no longer take it."""
        delivery = await self._waiting(delivery_id, lock=True)
        transporter = await lock_transporter(self._session, pool.id(row))
        load = load_on(transporter)
        try:
            self._steps.check_can_take(transporter, load, delivery)
        except DispatchError:
            return None
        self._steps.assign(delivery, transporter, position=pool.position(row))
        self._session.add(decision(delivery, transporter, user, strategy, scores, alternatives, self._clock.now()))
        await self._session.flush()
        return Assigned(delivery, transporter, scores, alternatives)
