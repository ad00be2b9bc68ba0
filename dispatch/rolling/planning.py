"""The plan of a tick: all that wait and are due, and for each transporter one more at most.

It begins from the plan before: pairs that still balance stay, and prices stand where they stood.
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
from scoring import Plan

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TickPlan:
    """Rows are those of ``deliveries`` and of ``pool``."""

    deliveries: Sequence[WaitingDelivery]
    pool: Pool
    rules: Rules
    plan: Plan
    took_s: float

    @property
    def given(self) -> list[int]:
        """The rows of deliveries that somebody is to have."""
        found: list[int] = np.flatnonzero(self.plan.transporter >= 0).tolist()
        return found

    def part(self, rows: Sequence[int]) -> "TickPlan":
        """The same about some of its deliveries; prices and totals stay those of the whole."""
        plan = self.plan
        some = replace(plan, **{name: getattr(plan, name)[rows] for name in _OF_DELIVERIES})
        return replace(self, deliveries=[self.deliveries[row] for row in rows], plan=some)


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

    async def plan(
        self,
        zone_id: int,
        deliveries: Sequence[WaitingDelivery],
        pool: Pool,
        rules: Rules,
        refused: Collection[tuple[int, int]],
    ) -> TickPlan:
        """Raises Unavailable where it cannot be solved.

        ``refused``: pairs of delivery and transporter that may not be.
        """
        begun = time.monotonic()
        problem = problem_of(deliveries, pool, rules, refused, self._carried(zone_id, deliveries, pool, rules))
        plan = await self._solver.solve(problem)
        ids = np.array([one.id for one in deliveries], dtype=np.int64)
        self._before[zone_id] = _Before(rules, ids, pool.ids, plan)
        return TickPlan(deliveries, pool, rules, plan, time.monotonic() - begun)

    def forget(self, zone_id: int) -> None:
        """Somebody else leads there now."""
        self._before.pop(zone_id, None)

    def _carried(self, zone_id: int, deliveries: Sequence[WaitingDelivery], pool: Pool, rules: Rules) -> Plan | None:
        before = self._before.get(zone_id)
        if before is None or before.rules != rules or not before.delivery_ids.size:
            return None
        ids = np.array([one.id for one in deliveries], dtype=np.int64)
        return before.plan.carried(_rows_in(before.delivery_ids, ids), _rows_in(before.transporter_ids, pool.ids))


def problem_of(
    deliveries: Sequence[WaitingDelivery],
    pool: Pool,
    rules: Rules,
    refused: Collection[tuple[int, int]] = (),
    previous: Plan | None = None,
) -> BulkProblem:
    """One more for each transporter at most, so each parcel has to fit by itself."""
    rows = {one.id: row for row, one in enumerate(deliveries)}
    pairs = [(rows[delivery], pool.find(who)) for delivery, who in refused if delivery in rows]
    known = np.array([pair for pair in pairs if pair[1] is not None], dtype=np.int64).reshape(-1, 2)
    return BulkProblem(
        delivery_arrays(deliveries),
        replace(pool.rows(), most_new=np.ones(len(pool), dtype=np.int64)),
        rules.radius_m,
        SOLVE_WITHIN_S,
        rules.weights,
        forbidden=known if known.size else None,
        load="package",
        previous=previous,
    )


def _rows_in(known: Ids, wanted: Ids) -> Ids:
    """The row of each wanted id among the known ones, -1 for one that is not among them."""
    if not known.size:
        return np.full(wanted.size, -1, dtype=np.int64)
    order = np.argsort(known)
    at = order[np.minimum(np.searchsorted(known, wanted, sorter=order), known.size - 1)]
    return np.where(known[at] == wanted, at, -1)
