"""Plans that are looked at before they are committed: kept for an hour, with locked and forbidden pairs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import numpy as np

from dispatch.assignments.bulk import SOLVE_WITHIN_S
from dispatch.assignments.changes.refusals import refused_pairs
from dispatch.assignments.choosing import first_that_can_go, is_limited
from dispatch.assignments.plan_problems import PlanProblem, pairs_of_rows
from dispatch.assignments.plans_models import AssignmentPlan, PlanStatus
from dispatch.assignments.pool import NO_TRANSPORTER_FOUND, REASON_TEXTS, Pool, load_pool
from dispatch.assignments.previews import figures_of
from dispatch.assignments.recording import packed_plan, terms_of
from dispatch.assignments.results import BulkFilter, Failure, PlanFigures
from dispatch.assignments.rules import AssignmentRules, Ruled
from dispatch.assignments.solving import BulkSolver, Weights
from dispatch.assignments.waiting import find_waiting
from dispatch.database.work import Work
from dispatch.errors import Conflict
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.kept import KeptTransporters
from scoring import Plan, Reason
from scoring.result import Strategy

PLAN_LIFE = timedelta(hours=1)
"""Where people were longer ago says little about where they are."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is about. ``locked`` and ``forbidden``: pairs of delivery and transporter."""

    filter: BulkFilter
    locked: Sequence[Pair] = ()
    forbidden: Sequence[Pair] = ()
    weights: Weights | None = None
    """In the place of the zones' and the settings'."""


class PlanRun(Protocol):
    """A run that makes a plan and is followed meanwhile; raises where it was declared ended."""

    async def made(self, plan: AssignmentPlan) -> None:
        """In the transaction that keeps the plan."""
        ...


class AssignmentPlans:
    """Makes plans in one unit of work, which it commits after the snapshot."""

    def __init__(
        self,
        work: Work,
        clock: Clock,
        kept: KeptTransporters,
        live: LivePositions,
        solver: BulkSolver,
        *,
        rules: AssignmentRules,
    ) -> None:
        self._work = work
        self._clock = clock
        self._kept = kept
        self._live = live
        self._solver = solver
        self._rules = rules

    async def make(self, wanted: Wanted, user_id: int | None, *, followed: PlanRun | None = None) -> AssignmentPlan:
        """Plan, compare with the greedy way, keep it. Raises Conflict, with every lock that cannot be; Unavailable."""
        deliveries, failures = await find_waiting(self._work.session, wanted.filter, self._clock.now())
        gave_back = await refused_pairs(await self._work.driver(writes=False), [one.id for one in deliveries])
        pool = await load_pool(self._work, self._kept, self._live, self._clock, vehicle_type=wanted.filter.vehicle_type)
        dispatchers_own = {pair[0] for pair in wanted.locked}
        ruled, paused = await self._rules.of_many(deliveries, weights=wanted.weights, but=dispatchers_own)
        failures += paused
        problem = _problem(ruled, pool, wanted, {*wanted.forbidden, *gave_back})
        plan = await self._solved(problem)
        if is_limited(ruled, wanted.filter):
            chosen, passed_over = first_that_can_go(ruled, plan, wanted.filter, locked=problem.locked)
            failures += passed_over
            ruled = ruled.only(chosen)
            problem = problem.only(np.array(chosen, dtype=np.int64))
            plan = await self._solved(problem)
        greedy = await self._solved(problem, "greedy")
        packed = await asyncio.to_thread(
            packed_plan, ruled.deliveries, pool, plan, wanted.locked, wanted.forbidden, gave_back, ruled.rules
        )
        figures = await asyncio.to_thread(figures_of, problem, plan, greedy)
        made = self._row(ruled, pool, plan, figures, failures, packed)
        made.made_by = user_id
        self._work.session.add(made)
        await self._work.session.flush()
        if followed is not None:
            await followed.made(made)
        return made

    async def _solved(self, problem: PlanProblem, strategy: Strategy = "optimal") -> Plan:
        part = await self._solver.solve(problem.solved(SOLVE_WITHIN_S, strategy))
        return await asyncio.to_thread(problem.whole, part)

    def _row(
        self,
        ruled: Ruled,
        pool: Pool,
        plan: Plan,
        figures: PlanFigures,
        failures: Sequence[Failure],
        packed: bytes,
    ) -> AssignmentPlan:
        now, terms = self._clock.now(), terms_of(ruled.usual, pool)
        nobody = [
            [ruled.deliveries[row].id, REASON_TEXTS[Reason(int(plan.reason[row]))]]
            for row in np.flatnonzero(plan.transporter < 0).tolist()
        ]
        return AssignmentPlan(
            made_at=now,
            expires_at=now + PLAN_LIFE,
            status=PlanStatus.OPEN,
            engine=terms.engine,
            weights=list(terms.weights),
            radius_m=terms.radius_m,
            vehicle_type=terms.vehicle_type,
            online=len(pool.online),
            total=figures.total,
            upper_bound=figures.upper_bound,
            certified=figures.certified,
            distance_m=figures.distance_m,
            greedy_total=figures.greedy_total,
            greedy_distance_m=figures.greedy_distance_m,
            greedy_pairs=figures.greedy_pairs,
            pairs=int(np.count_nonzero(plan.transporter >= 0)),
            done=0,
            assigned=0,
            left_out=[*nobody, *([one.delivery_id, _words(one)] for one in failures)],
            failures=[],
            packed=packed,
        )


def _problem(ruled: Ruled, pool: Pool, wanted: Wanted, forbidden: set[Pair]) -> PlanProblem:
    deliveries, usual = ruled.deliveries, ruled.usual
    row_of = {one.id: row for row, one in enumerate(deliveries)}
    locked: dict[int, int] = {}
    wrong: dict[str, str] = {}
    left_kg: dict[int, float] = {}
    slots: dict[int, int] = {}
    for at, (delivery, transporter) in enumerate(wanted.locked):
        row, who = row_of.get(delivery), pool.find(transporter)
        if row is None:
            wrong[f"locked[{at}].delivery_id"] = f"{delivery} does not wait, or is not within the filter"
        elif row in locked:
            wrong[f"locked[{at}].delivery_id"] = f"{delivery} is locked twice"
        elif who is None:
            wrong[f"locked[{at}].transporter_id"] = f"{transporter} is not online, available and verified"
        elif (delivery, transporter) in forbidden:
            wrong[f"locked[{at}]"] = "is forbidden as well, or was given back by this transporter"
        else:
            left_kg.setdefault(who, float(pool.candidates["free_kg"][who]))
            slots.setdefault(who, int(pool.candidates["max_active"][who] - pool.candidates["active"][who]))
            left_kg[who] -= deliveries[row].weight_kg
            slots[who] -= 1
            if left_kg[who] < -1e-9 or slots[who] < 0:  # noqa: PLR2004  less than a gram
                wrong[f"locked[{at}]"] = _no_room(left_kg[who])
            locked[row] = who
    most = wanted.filter.max_assignments
    if most is not None and len(locked) > most:
        wrong["locked"] = f"has {len(locked)} pairs, and max_assignments is {most}"
    if wrong:
        raise Conflict("Some pairs cannot be locked.", code="cannot_lock", wrong=wrong)
    pairs = [(row_of[one], pool.find(who)) for one, who in forbidden if one in row_of]
    known = pairs_of_rows((row, who) for row, who in pairs if who is not None)
    return PlanProblem(ruled.parcels(), pool.rows(), usual.radius_m, usual.weights, locked, known)


def _words(failure: Failure) -> str:
    """Why nobody gets it: of what is answered alike for all that nobody can take, the reason beside it."""
    return (failure.reason or failure.error) if failure.error == NO_TRANSPORTER_FOUND else failure.error


def _no_room(left_kg: float) -> str:
    if left_kg < 0:
        return f"has no room: {-left_kg:.3f} kg too much for what this transporter has free"
    return "has no room: this transporter has as many deliveries as it may"
