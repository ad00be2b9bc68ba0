"""What a bulk assignment plans: deliveries with their rules, the pool they are planned for, and their plan."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from dispatch.assignments.plan_problems import PlanProblem, pairs_of_rows
from dispatch.assignments.pool import Pool, whole_score
from dispatch.assignments.ranked import scores_of
from dispatch.assignments.results import BulkAssigned, BulkResult, Failure, nobody_for
from dispatch.assignments.rules import Ruled
from dispatch.assignments.sets import Wish
from dispatch.assignments.waiting import WaitingDelivery
from scoring import Plan, Reason

MakeWish: TypeAlias = Callable[[], Wish]
"""Makes one when its set is written: all of them at once would hold up the event loop."""


def problem_of(ruled: Ruled, pool: Pool, gave_back: Collection[tuple[int, int]]) -> PlanProblem:
    """What is to be planned; nobody gets again what it gave back (pairs of delivery and transporter)."""
    row_of = {one.id: row for row, one in enumerate(ruled.deliveries)}
    pairs = [(row_of[delivery], pool.find(who)) for delivery, who in gave_back if delivery in row_of]
    forbidden = pairs_of_rows((row, who) for row, who in pairs if who is not None)
    usual = ruled.usual
    return PlanProblem(ruled.parcels(), pool.rows(), usual.radius_m, usual.weights, forbidden=forbidden)


@dataclass(frozen=True, slots=True)
class Part:
    """Deliveries, with the pool that they are planned for."""

    ruled: Ruled
    pool: Pool
    problem: PlanProblem

    @property
    def deliveries(self) -> list[WaitingDelivery]:
        """In order of urgency."""
        return self.ruled.deliveries

    def only(self, rows: Sequence[int]) -> "Part":
        """The same of some of the deliveries."""
        return Part(self.ruled.only(rows), self.pool, self.problem.only(np.array(rows, dtype=np.int64)))

    def planned(self, plan: Plan) -> "PlannedPart":
        """With its plan."""
        return PlannedPart(self.ruled, self.pool, self.problem, plan)

    def gave_back(self) -> list[tuple[int, int]]:
        """Pairs of delivery and transporter where the transporter had had it and given it back."""
        return [(self.deliveries[row].id, self.pool.id(who)) for row, who in self.problem.forbidden.tolist()]


@dataclass(frozen=True, slots=True)
class PlannedPart(Part):
    """With their plan, who gets which of them."""

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

    def would_be(self) -> list[BulkAssigned]:
        """What would be."""
        return [_planned(self.deliveries[row], row, self.plan, self.pool) for row in self.given]


def result_of(part: PlannedPart, failures: list[Failure]) -> BulkResult:
    """What the plan comes to."""
    plan = part.plan
    return BulkResult([], failures, float(plan.upper_bound), bool(plan.certified), float(plan.total))


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
