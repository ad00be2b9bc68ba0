"""Parts of a bulk assignment: deliveries that are judged alike, the pool they were planned for, and their plan."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from dispatch.assignments.plan_problems import PlanProblem, pairs_of_rows
from dispatch.assignments.pool import Pool, whole_score
from dispatch.assignments.ranked import scores_of
from dispatch.assignments.results import BulkAssigned, BulkResult, Failure, nobody_for
from dispatch.assignments.rules import Rules
from dispatch.assignments.sets import Wish
from dispatch.assignments.waiting import WaitingDelivery, delivery_arrays
from scoring import Plan, Reason

FULL_SCORE = 100.0

MakeWish: TypeAlias = Callable[[], Wish]
"""Makes one when its set is written: all of them at once would hold up the event loop."""


def problem_of(
    rules: Rules, deliveries: Sequence[WaitingDelivery], pool: Pool, gave_back: Collection[tuple[int, int]]
) -> PlanProblem:
    """What is to be planned; nobody gets again what it gave back (pairs of delivery and transporter)."""
    row_of = {one.id: row for row, one in enumerate(deliveries)}
    pairs = [(row_of[delivery], pool.find(who)) for delivery, who in gave_back if delivery in row_of]
    forbidden = pairs_of_rows((row, who) for row, who in pairs if who is not None)
    return PlanProblem(delivery_arrays(deliveries), pool.rows(), rules.radius_m, rules.weights, forbidden=forbidden)


@dataclass(frozen=True, slots=True)
class Part:
    """A group of deliveries, with the pool that they are planned for."""

    rules: Rules
    deliveries: Sequence[WaitingDelivery]
    pool: Pool
    problem: PlanProblem

    def only(self, rows: Sequence[int]) -> "Part":
        """The same of some of the deliveries."""
        some = [self.deliveries[row] for row in rows]
        return Part(self.rules, some, self.pool, self.problem.only(np.array(rows, dtype=np.int64)))

    def planned(self, plan: Plan) -> "PlannedPart":
        """With its plan."""
        return PlannedPart(self.rules, self.deliveries, self.pool, self.problem, plan)

    def gave_back(self) -> list[tuple[int, int]]:
        """Pairs of delivery and transporter where the transporter had had it and given it back."""
        return [(self.deliveries[row].id, self.pool.id(who)) for row, who in self.problem.forbidden.tolist()]


@dataclass(frozen=True, slots=True)
class PlannedPart(Part):
    """The plan of a group, who gets which of its deliveries."""

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

    def pool_after(self) -> Pool:
        """The pool once all is given."""
        rows = self.given
        weights = np.array([self.deliveries[row].weight_kg for row in rows], dtype=float)
        return self.pool.after(self.plan.transporter[rows].astype(np.int64), weights)


def result_of(parts: Sequence[PlannedPart], failures: list[Failure]) -> BulkResult:
    """What the parts come to. Of several the first alone has the proof; no delivery scores more than a hundred."""
    plans = [part.plan for part in parts]
    bounds = [float(plan.upper_bound) for plan in plans[:1]]
    bounds += [FULL_SCORE * len(part.deliveries) for part in parts[1:]]
    total = float(sum(plan.total for plan in plans))
    certified = all(plan.certified for plan in plans) and len(parts) <= 1
    return BulkResult([], failures, sum(bounds), certified, total)


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
