"""Choosing transporters: one delivery at once, or all that wait for the highest total.

A snapshot is read and its transaction ended; the scoring runs off the event loop; then a short transaction locks the
rows, checks again what may have changed, and writes the assignments with the scores that led to them.
"""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.exc import SQLAlchemyError

from dispatch.accounts.models import User
from dispatch.assignments.pool import URGENCY, Pool, delivery_rows, load_pool
from dispatch.assignments.ranked import check_available, decision, nobody_of, rank_pool, runners_up, scores_of
from dispatch.assignments.results import (
    Assigned,
    BulkFilter,
    BulkResult,
    Failure,
    NoTransporter,
    Scores,
    nobody_for,
)
from dispatch.assignments.solving import BulkProblem, BulkSolver
from dispatch.database.among import among
from dispatch.database.commits import is_outage
from dispatch.database.work import Work
from dispatch.deliveries.loads import load_of
from dispatch.deliveries.models import Delivery, DeliveryStatus, Priority
from dispatch.deliveries.service import DeliveryKey
from dispatch.deliveries.steps import DeliverySteps
from dispatch.errors import Conflict, DispatchError, NotFound, PartlyDone
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.models import Transporter
from dispatch.transporters.service import lock_transporter
from scoring import Plan, Reason

MAX_BULK = 20_000
SOLVE_WITHIN_S = 10.0
COMMIT_CHUNK = 200


class Assignments:
    """Assigns in one unit of work, which it commits between snapshot and writing."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        live: LivePositions,
        steps: DeliverySteps,
        solver: BulkSolver,
        *,
        radius_m: float,
        commit_chunk: int = COMMIT_CHUNK,
    ) -> None:
        """``commit_chunk``: so many assignments of a bulk run are committed together."""
        self._commit_chunk = commit_chunk
        self._work = work
        self._session = work.session
        self._clock = clock
        self._live = live
        self._steps = steps
        self._solver = solver
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
        delivery = await self._steps.deliveries.get(key)
        check_available(delivery)
        if priority is not None and delivery.priority is not priority:
            raise Conflict(
                f"The priority of this delivery is {delivery.priority.value}, not {priority.value}.",
                code="filter_mismatch",
                suggestions=[],
            )
        pool = await load_pool(self._work, self._live, self._clock, vehicle_type=vehicle_type)
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

    async def assign_many(self, wanted: BulkFilter, user: User | None, *, dry_run: bool = False) -> BulkResult:
        """Give all waiting deliveries of the filter to transporters for the highest total score.

        With ``dry_run`` nothing is given: the result is what would be.
        """
        deliveries, failures = await self._waiting(wanted)
        pool = await load_pool(self._work, self._live, self._clock, vehicle_type=wanted.vehicle_type)
        if not deliveries:
            return BulkResult([], failures, 0.0, certified=True, planned_total=0.0)
        plan = await self._solve(deliveries, pool)
        if wanted.max_assignments is not None and len(deliveries) > wanted.max_assignments:
            deliveries, passed_over = _first_that_can_go(deliveries, plan, wanted)
            failures += passed_over
            plan = await self._solve(deliveries, pool)
        left_out = [row for row in range(len(deliveries)) if plan.transporter[row] < 0]
        failures += [nobody_for(deliveries[row].id, Reason(int(plan.reason[row]))) for row in left_out]
        assigned: list[Assigned] = []
        planned = [row for row in range(len(deliveries)) if plan.transporter[row] >= 0]
        if dry_run:
            assigned = [_planned(deliveries[row], row, plan, pool) for row in planned]
            return BulkResult(assigned, failures, float(plan.upper_bound), bool(plan.certified), float(plan.total))
        for start in range(0, len(planned), self._commit_chunk):
            chunk = planned[start : start + self._commit_chunk]
            try:
                made, refused = await self._write_chunk(chunk, deliveries, plan, pool, user)
            except (SQLAlchemyError, OSError) as error:
                if not assigned or not is_outage(error):
                    raise
                raise _partly_done(len(assigned), len(planned) - start) from error
            assigned += made
            failures += refused
        return BulkResult(assigned, failures, float(plan.upper_bound), bool(plan.certified), float(plan.total))

    async def _write_chunk(
        self, rows: list[int], deliveries: list[Delivery], plan: Plan, pool: Pool, user: User | None
    ) -> tuple[list[Assigned], list[Failure]]:
        """Write and commit some of a plan's assignments: all at once would hold thousands of rows for long."""
        assigned: list[Assigned] = []
        failures: list[Failure] = []
        await self._lock(rows, deliveries, plan, pool)
        for row in rows:
            made = await self._try_write(deliveries[row], row, plan, pool, user)
            if isinstance(made, Assigned):
                assigned.append(made)
            else:
                failures.append(Failure(deliveries[row].id, made))
        await self._work.commit()
        return assigned, failures

    async def _lock(self, rows: list[int], deliveries: list[Delivery], plan: Plan, pool: Pool) -> None:
        """Hold all deliveries, then all transporters, each by id: as single steps do, so none waits in a circle."""
        delivery_ids = [deliveries[row].id for row in rows]
        transporter_ids = {pool.transporters[int(plan.transporter[row])].id for row in rows}
        for column, ids in ((Delivery.id, delivery_ids), (Transporter.id, transporter_ids)):
            await self._session.execute(select(column).where(among(column, ids)).order_by(column).with_for_update())

    async def _try_write(
        self, delivery: Delivery, row: int, plan: Plan, pool: Pool, user: User | None
    ) -> Assigned | str:
        """The assignment of a plan's row, or why it could not be made."""
        scores = scores_of(plan.terms[row], plan.score[row])
        try:
            made = await self._write(delivery.id, pool, int(plan.transporter[row]), scores, "optimal", user, [])
        except (Conflict, NotFound) as error:
            return error.detail
        return made or "The chosen transporter changed meanwhile; run again"

    async def _waiting(self, wanted: BulkFilter) -> tuple[list[Delivery], list[Failure]]:
        query = select(Delivery).order_by(
            case(URGENCY, value=Delivery.priority).desc(), Delivery.created_at, Delivery.id
        )
        if wanted.delivery_ids is None:
            query = query.where(Delivery.status == DeliveryStatus.AVAILABLE)
        else:
            query = query.where(among(Delivery.id, wanted.delivery_ids))
        if wanted.priority is not None:
            query = query.where(Delivery.priority == wanted.priority)
        if wanted.time_range_hours is not None:
            now, reach = self._clock.now(), timedelta(hours=wanted.time_range_hours)
            due = func.coalesce(Delivery.requested_pickup_date, Delivery.created_at)
            query = query.where(due.between(now - reach, now + reach))
        found = list(await self._session.scalars(query.limit(MAX_BULK)))
        failures = [
            Failure(delivery.id, f"Delivery is {delivery.status.display.lower()}, not available for assignment")
            for delivery in found
            if delivery.status is not DeliveryStatus.AVAILABLE
        ]
        missing = set(wanted.delivery_ids or ()) - {delivery.id for delivery in found}
        failures += [
            Failure(delivery_id, "No such delivery, or not within the filter") for delivery_id in sorted(missing)
        ]
        waiting = [delivery for delivery in found if delivery.status is DeliveryStatus.AVAILABLE]
        return waiting, failures

    async def _solve(self, deliveries: list[Delivery], pool: Pool) -> Plan:
        return await self._solver.solve(
            BulkProblem(delivery_rows(deliveries), pool.rows(), self._radius_m, SOLVE_WITHIN_S)
        )

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
        delivery = await self._steps.deliveries.get(delivery_id, lock=True)
        check_available(delivery)
        transporter = await lock_transporter(self._session, pool.transporters[row].id)
        load = await load_of(self._session, transporter.id)
        try:
            self._steps.check_can_take(transporter, load, delivery)
        except DispatchError:
            return None
        self._steps.assign(delivery, transporter, position=pool.positions[row])
        self._session.add(decision(delivery, transporter, user, strategy, scores, alternatives, self._clock.now()))
        await self._session.flush()
        return Assigned(delivery, transporter, scores, alternatives)


def _planned(delivery: Delivery, row: int, plan: Plan, pool: Pool) -> Assigned:
    """A plan's row as the assignment that it would be."""
    transporter = pool.transporters[int(plan.transporter[row])]
    return Assigned(delivery, transporter, scores_of(plan.terms[row], plan.score[row]))


def _partly_done(made: int, left: int) -> PartlyDone:
    return PartlyDone(
        f"{made} assignments were made and stay; {left} were not tried, or their last step is not known, because the "
        "database stopped answering. Repeat the request: it goes on with those that still wait.",
        committed=made,
        left=left,
    )


def _first_that_can_go(
    deliveries: list[Delivery], plan: Plan, wanted: BulkFilter
) -> tuple[list[Delivery], list[Failure]]:
    """The first deliveries that somebody could take, as many as are wanted, and why others were passed over.

    Those that nobody can take must not keep the rest waiting. ``deliveries`` run in order of urgency.
    """
    chosen: list[Delivery] = []
    passed_over: list[Failure] = []
    for delivery, code in zip(deliveries, plan.reason, strict=True):
        reason = Reason(int(code))
        if reason not in {Reason.NONE, Reason.OUTBID, Reason.NO_ROOM}:
            passed_over.append(nobody_for(delivery.id, reason))
        elif len(chosen) < (wanted.max_assignments or 0):
            chosen.append(delivery)
        elif wanted.delivery_ids is not None:
            passed_over.append(Failure(delivery.id, "Not processed: max_assignments was reached"))
    return chosen, passed_over
