"""All that wait for the highest total: a snapshot, a plan made off the event loop, and sets of assignments.

The snapshot's transaction ends before the plan is made. Each set is a short transaction that locks its rows, checks
again what may have changed, and writes the assignments with the scores that led to them.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeAlias

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from dispatch.assignments.pool import Pool, load_pool, whole_score
from dispatch.assignments.ranked import scores_of
from dispatch.assignments.recording import packed_plan, terms_of
from dispatch.assignments.results import BulkAssigned, BulkFilter, BulkResult, Failure, nobody_for
from dispatch.assignments.rules import AssignmentRules, Rules, Together
from dispatch.assignments.sets import AssignmentSets, Wish
from dispatch.assignments.solving import BulkProblem, BulkSolver
from dispatch.assignments.waiting import WaitingDelivery, delivery_arrays, find_waiting
from dispatch.database.commits import is_outage
from dispatch.database.work import Work
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.store import Asked, Quality, keep_decision
from dispatch.errors import PartlyDone
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.kept import KeptTransporters
from scoring import Plan, Reason

# A dispatcher is to wait 15 s at most for 5,000 deliveries and 10,000 transporters, and to read them and write what was
# planned takes 4 to 5 s of it on two cores; what a plan gains in the last second is less than a thousandth.
SOLVE_WITHIN_S = 9.0
# So many rows are held together: others who want one of them wait no longer than such a set takes, and what the event
# loop does in one go for a set stays a few milliseconds.
COMMIT_CHUNK = 200
FULL_SCORE = 100.0


MakeWish: TypeAlias = Callable[[], Wish]
"""Makes one when its set is written: all of them at once would hold up the event loop."""


class FollowedRun(Protocol):
    """A run that is written down while it works; both raise where it was declared ended meanwhile."""

    @property
    def id(self) -> int:
        """The number that its assignments are kept under."""
        ...

    async def planned(self, plan: BulkResult, planned: int) -> None:
        """The plan is there: so many are to be written, and the failures are known that it leaves."""
        ...

    async def wrote(self, assigned: int, refused: Sequence[Failure]) -> None:
        """In the transaction that gave so many, and could not give the others."""
        ...


class BulkAssignments:
    """Assigns many in one unit of work, which it commits after the snapshot and after each set."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        kept: KeptTransporters,
        live: LivePositions,
        sets: AssignmentSets,
        solver: BulkSolver,
        *,
        rules: AssignmentRules,
        commit_chunk: int = COMMIT_CHUNK,
    ) -> None:
        """``commit_chunk``: so many assignments are committed together."""
        self._work = work
        self._clock = clock
        self._kept = kept
        self._live = live
        self._sets = sets
        self._solver = solver
        self._rules = rules
        self._commit_chunk = commit_chunk

    async def assign_many(
        self,
        wanted: BulkFilter,
        user_id: int | None,
        *,
        dry_run: bool = False,
        followed: FollowedRun | None = None,
    ) -> BulkResult:
        """Give all waiting deliveries of the filter to transporters for the highest total score.

        ``user_id``: who decides. With ``dry_run`` nothing is given: the result is what would be.

        Raises Unavailable where no plan could be made, PartlyDone where the database stopped answering after some were
        assigned.
        """
        deliveries, failures = await find_waiting(self._work.session, wanted, self._clock.now())
        pool = await load_pool(
            self._work,
            self._kept,
            self._live,
            self._clock,
            vehicle_type=wanted.vehicle_type,
            but=wanted.but_transporter_id,
        )
        groups, paused = await self._rules.group(deliveries)
        failures += paused
        parts = await self._parts(groups, pool, wanted, failures)
        result = _result_of(parts, failures)
        if dry_run:
            for part in parts:
                result.assigned.extend(part.planned())
            return result
        for part in parts:
            await self._keep(part, Asked(DecisionKind.BULK, user_id, self._clock.now(), _number(followed)))
        wishes = [wish for part in parts for wish in part.wishes()]
        await _begun(result, len(wishes), followed)
        await self._write(wishes, user_id, result, followed)
        return result

    async def _parts(
        self, groups: Sequence[Together], pool: Pool, wanted: BulkFilter, failures: list[Failure]
    ) -> list["_Part"]:
        """A plan for each group, the most urgent first; what one gives to a transporter the next counts as carried.

        Adds to ``failures`` what they leave.
        """
        count, left = sum(len(group.deliveries) for group in groups), wanted.max_assignments
        parts: list[_Part] = []
        for group in groups:
            within_s = SOLVE_WITHIN_S * len(group.deliveries) / count
            part, passed_over = await self._plan(group, pool, replace(wanted, max_assignments=left), within_s)
            failures += passed_over
            failures += part.without()
            parts.append(part)
            left = None if left is None else left - len(part.given)
            pool = part.pool_after()
        return parts

    async def _write(
        self, planned: Sequence[MakeWish], user_id: int | None, result: BulkResult, followed: FollowedRun | None
    ) -> None:
        """Write and commit a plan set by set: all at once would hold thousands of rows for long."""
        run_id = _number(followed)
        for start in range(0, len(planned), self._commit_chunk):
            wishes = [wish() for wish in planned[start : start + self._commit_chunk]]
            try:
                made, refused = await self._sets.write(wishes, user_id, run_id=run_id)
                if followed is not None:
                    await followed.wrote(len(made), refused)
                await self._work.commit()
            except (SQLAlchemyError, OSError) as error:
                if not result.assigned or not is_outage(error):
                    raise
                raise _partly_done(len(result.assigned), len(planned) - start) from error
            result.assigned.extend(made)
            result.failures.extend(refused)

    async def _keep(self, part: "_Part", asked: Asked) -> None:
        """What a plan was made from is on disk before the first of its assignments."""
        plan = part.plan
        packed = await asyncio.to_thread(packed_plan, part.deliveries, part.pool, plan)
        await keep_decision(
            self._work,
            asked,
            terms_of(part.rules, part.pool),
            packed,
            online=len(part.pool.online),
            delivery_ids=[one.id for one in part.deliveries],
            quality=Quality(float(plan.total), float(plan.upper_bound), bool(plan.certified)),
        )
        await self._work.commit()

    async def _plan(
        self, group: Together, pool: Pool, wanted: BulkFilter, within_s: float
    ) -> tuple["_Part", list[Failure]]:
        """The plan of a group and whom it passes over; two plans that are needed share the time for one."""
        deliveries, rules = group.deliveries, group.rules
        if wanted.max_assignments is None or len(deliveries) <= wanted.max_assignments:
            return _Part(rules, deliveries, pool, await self._solve(deliveries, pool, rules, within_s)), []
        begun = time.monotonic()
        plan = await self._solve(deliveries, pool, rules, within_s / 2)
        deliveries, passed_over = _first_that_can_go(deliveries, plan, wanted)
        left_s = max(within_s / 4, within_s - (time.monotonic() - begun))
        return _Part(rules, deliveries, pool, await self._solve(deliveries, pool, rules, left_s)), passed_over

    async def _solve(self, deliveries: Sequence[WaitingDelivery], pool: Pool, rules: Rules, within_s: float) -> Plan:
        problem = BulkProblem(delivery_arrays(deliveries), pool.rows(), rules.radius_m, within_s, rules.weights)
        return await self._solver.solve(problem)


@dataclass(frozen=True, slots=True)
class _Part:
    """The plan of a group of deliveries, with the pool that it was made for."""

    rules: Rules
    deliveries: Sequence[WaitingDelivery]
    pool: Pool
    plan: Plan

    @property
    def given(self) -> list[int]:
        """The rows of those that somebody is to have."""
        found: list[int] = np.flatnonzero(self.plan.transporter >= 0).tolist()
        return found

    def without(self) -> list[Failure]:
        """Those that nobody is to have, and why."""
        rows = np.flatnonzero(self.plan.transporter < 0).tolist()
        return [nobody_for(self.deliveries[row].id, Reason(int(self.plan.reason[row]))) for row in rows]

    def wishes(self) -> list[MakeWish]:
        """What is to be written."""
        return [partial(_wish, self.deliveries[row], row, self.plan, self.pool) for row in self.given]

    def planned(self) -> list[BulkAssigned]:
        """What would be."""
        return [_planned(self.deliveries[row], row, self.plan, self.pool) for row in self.given]

    def pool_after(self) -> Pool:
        """The pool once all is given."""
        rows = self.given
        weights = np.array([self.deliveries[row].weight_kg for row in rows], dtype=float)
        return self.pool.after(self.plan.transporter[rows].astype(np.int64), weights)


def _result_of(parts: Sequence[_Part], failures: list[Failure]) -> BulkResult:
    """What the parts come to. Of several the first alone has the proof; no delivery scores more than a hundred."""
    plans = [part.plan for part in parts]
    bounds = [float(plan.upper_bound) for plan in plans[:1]]
    bounds += [FULL_SCORE * len(part.deliveries) for part in parts[1:]]
    total = float(sum(plan.total for plan in plans))
    certified = all(plan.certified for plan in plans) and len(parts) <= 1
    return BulkResult([], failures, sum(bounds), certified, total)


def _number(followed: FollowedRun | None) -> int | None:
    return None if followed is None else followed.id


async def _begun(plan: BulkResult, planned: int, followed: FollowedRun | None) -> BulkResult:
    if followed is not None:
        await followed.planned(plan, planned)
    return plan


def _wish(delivery: WaitingDelivery, row: int, plan: Plan, pool: Pool) -> Wish:
    who = int(plan.transporter[row])
    scores = scores_of(plan.terms[row], plan.score[row])
    return Wish(delivery.id, pool.id(who), pool.position(who), scores)


def _planned(delivery: WaitingDelivery, row: int, plan: Plan, pool: Pool) -> BulkAssigned:
    """A plan's row as the assignment that it would be."""
    who, total = int(plan.transporter[row]), float(plan.score[row])
    return BulkAssigned(
        delivery.id,
        delivery.uuid,
        delivery.tracking_number,
        pool.id(who),
        pool.name(who),
        total,
        whole_score(total),
    )


def _partly_done(made: int, left: int) -> PartlyDone:
    return PartlyDone(
        f"{made} assignments were made and stay; {left} were not tried, or their last step is not known, because the "
        "database stopped answering. Repeat the request: it goes on with those that still wait.",
        committed=made,
        left=left,
    )


def _first_that_can_go(
    deliveries: Sequence[WaitingDelivery], plan: Plan, wanted: BulkFilter
) -> tuple[list[WaitingDelivery], list[Failure]]:
    """The first deliveries that somebody could take, as many as are wanted, and why others were passed over.

    Those that nobody can take must not keep the rest waiting. ``deliveries`` run in order of urgency.
    """
    chosen: list[WaitingDelivery] = []
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
