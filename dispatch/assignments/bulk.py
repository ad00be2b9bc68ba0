"""All that wait for the highest total: a snapshot, a plan made off the event loop, and sets of assignments.

The snapshot's transaction ends before the plan is made. Each set is a short transaction that locks its rows, checks
again what may have changed, and writes the assignments with the scores that led to them.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from dispatch.assignments.bulk_parts import MakeWish, Part, PlannedPart, problem_of, result_of
from dispatch.assignments.changes.refusals import refused_pairs
from dispatch.assignments.choosing import first_that_can_go, is_limited
from dispatch.assignments.pool import load_pool
from dispatch.assignments.previews import figures_of, planned_pairs
from dispatch.assignments.recording import packed_plan, terms_of
from dispatch.assignments.results import BulkFilter, BulkResult, Failure, Preview
from dispatch.assignments.rules import AssignmentRules
from dispatch.assignments.sets import AssignmentSets
from dispatch.assignments.solving import BulkSolver
from dispatch.assignments.waiting import find_waiting
from dispatch.database.commits import is_outage
from dispatch.database.work import Work
from dispatch.decisions.models import DecisionKind
from dispatch.decisions.store import Asked, Quality, keep_decision
from dispatch.errors import PartlyDone
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.kept import KeptTransporters

# A dispatcher is to wait 15 s at most for 5,000 deliveries and 10,000 transporters, and to read them and write what was
# planned takes 4 to 5 s of it on two cores; what a plan gains in the last second is less than a thousandth.
SOLVE_WITHIN_S = 9.0
# So many rows are held together: others who want one of them wait no longer than such a set takes, and what the event
# loop does in one go for a set stays a few milliseconds.
COMMIT_CHUNK = 200


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

        ``user_id``: who decides. With ``dry_run`` nothing is given: the result is what would be, with a preview.

        Raises Unavailable where no plan could be made, PartlyDone where the database stopped answering after some were
        assigned.
        """
        deliveries, failures = await find_waiting(self._work.session, wanted, self._clock.now())
        gave_back = await refused_pairs(await self._work.driver(writes=False), [one.id for one in deliveries])
        pool = await load_pool(
            self._work,
            self._kept,
            self._live,
            self._clock,
            vehicle_type=wanted.vehicle_type,
            but=wanted.but_transporter_id,
        )
        ruled, paused = await self._rules.of_many(deliveries)
        part, passed_over = await self._plan(Part(ruled, pool, problem_of(ruled, pool, gave_back)), wanted)
        failures += [*paused, *passed_over, *part.without()]
        result = result_of(part, failures)
        if dry_run:
            result.assigned.extend(part.would_be())
            return replace(result, preview=await self._preview(part))
        await self._keep(part, Asked(DecisionKind.BULK, user_id, self._clock.now(), _number(followed)))
        wishes = part.wishes()
        await _begun(result, len(wishes), followed)
        await self._write(wishes, user_id, result, followed)
        return result

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

    async def _keep(self, part: PlannedPart, asked: Asked) -> None:
        """What a plan was made from is on disk before the first of its assignments."""
        plan = part.plan
        packed = await asyncio.to_thread(
            packed_plan, part.deliveries, part.pool, plan, gave_back=part.gave_back(), rules=part.ruled.rules
        )
        await keep_decision(
            self._work,
            asked,
            terms_of(part.ruled.usual, part.pool),
            packed,
            online=len(part.pool.online),
            delivery_ids=[one.id for one in part.deliveries],
            quality=Quality(float(plan.total), float(plan.upper_bound), bool(plan.certified)),
        )
        await self._work.commit()

    async def _plan(self, part: Part, wanted: BulkFilter) -> tuple[PlannedPart, list[Failure]]:
        """A part with its plan, and whom it passes over; two plans that are needed share the time for one."""
        if not is_limited(part.ruled, wanted):
            return await self._solved(part, SOLVE_WITHIN_S), []
        begun = time.monotonic()
        whole = await self._solved(part, SOLVE_WITHIN_S / 2)
        rows, passed_over = first_that_can_go(part.ruled, whole.plan, wanted)
        left_s = max(SOLVE_WITHIN_S / 4, SOLVE_WITHIN_S - (time.monotonic() - begun))
        return await self._solved(part.only(rows), left_s), passed_over

    async def _solved(self, part: Part, within_s: float) -> PlannedPart:
        return part.planned(await self._solver.solve(part.problem.solved(within_s)))

    async def _preview(self, part: PlannedPart) -> Preview:
        """What would be done, beside what the greedy way would make of it."""
        greedy = await self._solver.solve(part.problem.solved(SOLVE_WITHIN_S, "greedy"))
        figures = await asyncio.to_thread(figures_of, part.problem, part.plan, greedy)
        return Preview(figures, await asyncio.to_thread(planned_pairs, part.problem, part.plan))


def _number(followed: FollowedRun | None) -> int | None:
    return None if followed is None else followed.id


async def _begun(plan: BulkResult, planned: int, followed: FollowedRun | None) -> BulkResult:
    if followed is not None:
        await followed.planned(plan, planned)
    return plan


def _partly_done(made: int, left: int) -> PartlyDone:
    return PartlyDone(
        f"{made} assignments were made and stay; {left} were not tried, or their last step is not known, because the "
        "database stopped answering. Repeat the request: it goes on with those that still wait.",
        committed=made,
        left=left,
    )
