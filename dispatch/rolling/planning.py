"""The plan of a tick: all that wait and are due, together with what was given and not accepted, for the highest total.

Each transporter gets one delivery more at most. What somebody has counts some points more where it stays. The plan
begins from the one before: pairs that still balance stay, and prices stand where they stood.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dispatch.assignments.bulk import SOLVE_WITHIN_S
from dispatch.assignments.pool import Pool
from dispatch.assignments.rules import Rules
from dispatch.assignments.solving import BulkProblem, BulkSolver
from dispatch.assignments.waiting import WaitingDelivery, delivery_arrays
from scoring import Plan, Reason

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TickProblem:
    """What a plan is made of. ``holders``: who has each delivery, None for one that waits.

    ``refused``: pairs of delivery and transporter that may not be. What is held is aboard nobody in ``pool``.
    ``stay_points``: so many a delivery is worth more with whom it is: with none, small steps of people would move it to
    and fro.
    """

    deliveries: Sequence[WaitingDelivery]
    holders: Sequence[int | None]
    pool: Pool
    rules: Rules
    refused: Collection[tuple[int, int]] = ()
    stay_points: float = 0.0

    @classmethod
    def of(
        cls,
        waiting: Sequence[WaitingDelivery],
        held: Sequence[tuple[WaitingDelivery, int]],
        pool: Pool,
        rules: Rules,
        refused: Collection[tuple[int, int]] = (),
        stay_points: float = 0.0,
    ) -> "TickProblem":
        """``held``: deliveries with who has them, as the pool still counts them."""
        aboard = [(pool.find(who), one.weight_kg) for one, who in held]
        rows = np.array([row for row, _ in aboard if row is not None], dtype=np.int64)
        weights = np.array([kg for row, kg in aboard if row is not None], dtype=np.float64)
        return cls(
            [*waiting, *(one for one, _ in held)],
            [*[None] * len(waiting), *(who for _, who in held)],
            pool.without(rows, weights) if rows.size else pool,
            rules,
            refused,
            stay_points,
        )

    @property
    def incumbents(self) -> Ids:
        """(N,) the row of who has each, -1 for nobody who is a candidate."""
        rows = [None if who is None else self.pool.find(who) for who in self.holders]
        return np.array([-1 if row is None else row for row in rows], dtype=np.int64)

    @property
    def staying(self) -> float:
        """The weight of staying beside the four weights of the rules; 0 where nobody has anything."""
        is_held = any(who is not None for who in self.holders)
        return self.stay_points / 100 * sum(self.rules.weights) if is_held else 0.0

    def without(self, numbers: Collection[int]) -> "TickProblem":
        """The same without some deliveries that wait."""
        rows = [row for row, one in enumerate(self.deliveries) if one.id not in numbers]
        deliveries = [self.deliveries[row] for row in rows]
        return replace(self, deliveries=deliveries, holders=[self.holders[row] for row in rows])

    def solved(self, previous: Plan | None = None) -> BulkProblem:
        """For the solver. Parcels have to fit by themselves; beside what one has, together."""
        rows = {one.id: row for row, one in enumerate(self.deliveries)}
        pairs = [(rows[delivery], self.pool.find(who)) for delivery, who in self.refused if delivery in rows]
        barred = np.array([pair for pair in pairs if pair[1] is not None], dtype=np.int64).reshape(-1, 2)
        incumbents = self.incumbents
        has = np.bincount(incumbents[incumbents >= 0], minlength=len(self.pool))
        arrays = delivery_arrays(self.deliveries)
        return BulkProblem(
            arrays.with_incumbent(incumbents) if self.staying else arrays,
            replace(self.pool.rows(), most_new=1 + has),
            self.rules.radius_m,
            SOLVE_WITHIN_S,
            self.rules.weights,
            forbidden=barred if barred.size else None,
            load="sum" if has.any() else "package",
            previous=previous,
            optional={"incumbent": self.staying} if self.staying else {},
        )


@dataclass(frozen=True, slots=True, eq=False)
class TickPlan:
    """Rows are those of the problem's deliveries and of its pool. Points are those of the score everywhere.

    ``gives``: rows of those that wait and that somebody is to have; ``moves``: of those that somebody else is to have.
    """

    problem: TickProblem
    plan: Plan
    gives: list[int]
    moves: list[int]
    took_s: float

    @property
    def deliveries(self) -> Sequence[WaitingDelivery]:
        """All that was planned."""
        return self.problem.deliveries

    @property
    def pool(self) -> Pool:
        """Who could carry, without what may be moved."""
        return self.problem.pool

    @property
    def rules(self) -> Rules:
        """By which it was planned."""
        return self.problem.rules

    @property
    def left_out(self) -> list[int]:
        """Rows of those that wait and that nobody gets."""
        takers, holders = self.plan.transporter.tolist(), self.problem.holders
        return [row for row, who in enumerate(takers) if who < 0 and holders[row] is None]

    @property
    def outbid(self) -> list[int]:
        """Of these the rows of those whom somebody could carry who is planned for something else."""
        return [row for row in self.left_out if self.plan.reason[row] in _TAKEN]

    def holding(self, numbers: Collection[int]) -> "TickPlan":
        """The same, but that some deliveries wait on for whom it calls."""
        return _of_plan(self.problem, self.plan, self.took_s, numbers) if numbers else self

    def part(self, rows: Sequence[int]) -> "TickPlan":
        """The same about some that it gives; prices and totals stay those of the whole."""
        plan, problem = self.plan, self.problem
        some = replace(plan, **{name: getattr(plan, name)[rows] for name in _OF_DELIVERIES})
        mine = replace(
            problem,
            deliveries=[problem.deliveries[row] for row in rows],
            holders=[problem.holders[row] for row in rows],
        )
        return replace(self, problem=mine, plan=some, gives=list(range(len(rows))), moves=[])


_TAKEN = (Reason.OUTBID, Reason.NO_ROOM)
_OF_DELIVERIES = ("transporter", "slot", "score", "terms", "reason", "surplus")


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    """A plan with whose rows it speaks of."""

    rules: Rules
    delivery_ids: Ids
    transporter_ids: Ids
    plan: Plan


class Planner:
    """Plans the ticks of one process, and remembers the plan before of each place."""

    def __init__(self, solver: BulkSolver) -> None:
        self._solver = solver
        self._before: dict[int, _Before] = {}

    async def plan(self, zone_id: int, problem: TickProblem) -> TickPlan:
        """Raises Unavailable where it cannot be solved."""
        begun = time.monotonic()
        plan = await self._solver.solve(problem.solved(self._carried(zone_id, problem)))
        ids = np.array([one.id for one in problem.deliveries], dtype=np.int64)
        self._before[zone_id] = _Before(problem.rules, ids, problem.pool.ids, plan)
        return planned(problem, plan, time.monotonic() - begun)

    def forget(self, zone_id: int) -> None:
        """Somebody else leads there now."""
        self._before.pop(zone_id, None)

    def _carried(self, zone_id: int, problem: TickProblem) -> Plan | None:
        before = self._before.get(zone_id)
        if before is None or before.rules != problem.rules or not before.delivery_ids.size:
            return None
        ids = np.array([one.id for one in problem.deliveries], dtype=np.int64)
        transporters = _rows_in(before.transporter_ids, problem.pool.ids)
        return before.plan.carried(_rows_in(before.delivery_ids, ids), transporters)


def planned(problem: TickProblem, plan: Plan, took_s: float = 0.0) -> TickPlan:
    """What a solved problem gives and moves: of several new ones of a transporter only the one of the highest score."""
    return _of_plan(problem, _in_points(problem, plan), took_s)


def _of_plan(problem: TickProblem, plan: Plan, took_s: float, but: Collection[int] = ()) -> TickPlan:
    """``but``: numbers of deliveries that nobody gets now."""
    is_open = np.array([one.id not in but for one in problem.deliveries], dtype=np.bool_)
    new = np.flatnonzero((plan.transporter >= 0) & (plan.transporter != problem.incumbents) & is_open)
    best_first = new[np.lexsort((new, -plan.score[new]))]
    _, first = np.unique(plan.transporter[best_first], return_index=True)
    chosen = sorted(best_first[first].tolist())
    gives = [row for row in chosen if problem.holders[row] is None]
    return TickPlan(problem, plan, gives, [row for row in chosen if problem.holders[row] is not None], took_s)


def _in_points(problem: TickProblem, plan: Plan) -> Plan:
    """A plan whose scores are weighted means of the four terms, as everywhere; what staying is worth comes on top."""
    whole = sum(problem.rules.weights)
    if not problem.staying:
        return plan
    more = (whole + problem.staying) / whole
    score = np.nan_to_num(plan.terms, nan=0.0) @ (np.array(problem.rules.weights) / whole)
    return replace(
        plan,
        score=score,
        total=plan.total * more,
        upper_bound=plan.upper_bound * more,
        price=plan.price * more,
        weight_price=plan.weight_price * more,
    )


def _rows_in(known: Ids, wanted: Ids) -> Ids:
    """The row of each wanted id among the known ones, -1 for one that is not among them."""
    if not known.size:
        return np.full(wanted.size, -1, dtype=np.int64)
    order = np.argsort(known)
    at = order[np.minimum(np.searchsorted(known, wanted, sorter=order), known.size - 1)]
    return np.where(known[at] == wanted, at, -1)
