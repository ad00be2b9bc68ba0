"""Plans that are looked at before they are committed: kept for an hour, with locked and forbidden pairs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from dispatch.assignments.bulk import SOLVE_WITHIN_S
from dispatch.assignments.changes.refusals import refused_pairs
from dispatch.assignments.plans_models import AssignmentPlan, PlanStatus
from dispatch.assignments.pool import REASON_TEXTS, Pool, load_pool
from dispatch.assignments.recording import packed_plan, terms_of
from dispatch.assignments.results import BulkFilter
from dispatch.assignments.rules import AssignmentRules, Rules
from dispatch.assignments.solving import BulkProblem, BulkSolver, Weights
from dispatch.assignments.waiting import WaitingDelivery, delivery_arrays, find_waiting
from dispatch.database.work import Work
from dispatch.errors import Conflict
from dispatch.geo import great_circles_between_m
from dispatch.ports import Clock, LivePositions
from dispatch.transporters.kept import KeptTransporters
from scoring import Params, Plan, Reason, Transporters, rank
from scoring.result import Strategy

PLAN_LIFE = timedelta(hours=1)
"""Where people were longer ago says little about where they are."""

Pair = tuple[int, int]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is about. ``locked`` and ``forbidden``: pairs of delivery and transporter."""

    filter: BulkFilter
    locked: Sequence[Pair] = ()
    forbidden: Sequence[Pair] = ()
    weights: Weights = Params().weights


@dataclass(frozen=True, slots=True)
class _Problem:
    """The deliveries in their order, with the rows that are locked: row of the delivery → row of the pool."""

    deliveries: list[WaitingDelivery]
    pool: Pool
    locked: dict[int, int]
    forbidden: Rows
    weights: Weights
    radius_m: float
    free: list[int] = field(default_factory=list)

    def side(self) -> Transporters:
        """The pool with what is locked aboard already."""
        rows = self.pool.rows()
        free_kg, active = rows.free_capacity_kg.copy(), rows.active.copy()
        for delivery, who in self.locked.items():
            free_kg[who] -= self.deliveries[delivery].weight_kg
            active[who] += 1
        return replace(rows, free_capacity_kg=np.maximum(free_kg, 0.0), active=active)

    def solved(self, within_s: float, strategy: Strategy) -> BulkProblem:
        """The part that is not locked."""
        place = {row: at for at, row in enumerate(self.free)}
        pairs = [(place[int(row)], int(who)) for row, who in self.forbidden if int(row) in place]
        return BulkProblem(
            delivery_arrays([self.deliveries[row] for row in self.free]),
            self.side(),
            self.radius_m,
            within_s,
            weights=self.weights,
            forbidden=np.array(pairs, dtype=np.int64).reshape(-1, 2) if pairs else None,
            strategy=strategy,
        )

    def whole(self, part: Plan, scores: dict[int, float]) -> Plan:
        """A plan of the free ones together with what is locked."""
        n = len(self.deliveries)
        transporter, slot = np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
        reason, total = np.zeros(n, dtype=np.int64), sum(scores.values())
        before = np.zeros(len(self.pool) + 1, dtype=np.int64)
        for row, who in self.locked.items():
            transporter[row], slot[row] = who, before[who]
            before[who] += 1
        transporter[self.free], reason[self.free] = part.transporter, part.reason
        slot[self.free] = np.where(part.transporter >= 0, part.slot + before[part.transporter], -1)
        bound = part.upper_bound + total
        total += part.total
        gap = max(0.0, 1 - total / bound) if bound > 0 else 0.0
        return replace(part, transporter=transporter, slot=slot, reason=reason, total=total, upper_bound=bound, gap=gap)

    def way_m(self, plan: Plan) -> float:
        """Sum of the ways from where everybody is to the pickups."""
        rows = np.flatnonzero(plan.transporter >= 0)
        parcels, places = delivery_arrays(self.deliveries), self.pool.place_rows[plan.transporter[rows]]
        ways = great_circles_between_m(
            parcels.lat[rows], parcels.lon[rows], self.pool.places.lat[places], self.pool.places.lon[places]
        )
        located = np.ones(rows.size, dtype=np.bool_) if parcels.located is None else parcels.located[rows]
        return float(ways[located].sum())


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

    async def make(self, wanted: Wanted, user_id: int | None) -> AssignmentPlan:
        """Plan, compare with the greedy way, keep it. Raises Conflict, with every lock that cannot be; Unavailable."""
        deliveries, failures = await find_waiting(self._work.session, wanted.filter, self._clock.now())
        gave_back = await refused_pairs(self._work.session, [one.id for one in deliveries])
        pool = await load_pool(self._work, self._kept, self._live, self._clock, vehicle_type=wanted.filter.vehicle_type)
        deliveries, paused = await self._rules.without_paused(deliveries, but={pair[0] for pair in wanted.locked})
        failures += paused
        problem = _problem(deliveries, pool, wanted, {*wanted.forbidden, *gave_back}, self._rules.radius_m)
        scores = await asyncio.to_thread(_locked_scores, problem)
        plan = problem.whole(await self._solver.solve(problem.solved(SOLVE_WITHIN_S, "optimal")), scores)
        greedy = problem.whole(await self._solver.solve(problem.solved(SOLVE_WITHIN_S, "greedy")), scores)
        packed = await asyncio.to_thread(
            packed_plan, deliveries, pool, plan, wanted.locked, wanted.forbidden, gave_back
        )
        now, terms = self._clock.now(), terms_of(Rules(self._rules.radius_m, wanted.weights), pool)
        nobody = [
            [deliveries[row].id, REASON_TEXTS[Reason(int(plan.reason[row]))]]
            for row in np.flatnonzero(plan.transporter < 0).tolist()
        ]
        made = AssignmentPlan(
            made_by=user_id,
            made_at=now,
            expires_at=now + PLAN_LIFE,
            status=PlanStatus.OPEN,
            engine=terms.engine,
            weights=list(terms.weights),
            radius_m=terms.radius_m,
            vehicle_type=terms.vehicle_type,
            online=len(pool.online),
            total=float(plan.total),
            upper_bound=float(plan.upper_bound),
            certified=bool(plan.certified),
            distance_m=problem.way_m(plan),
            greedy_total=float(greedy.total),
            greedy_distance_m=problem.way_m(greedy),
            greedy_pairs=int(np.count_nonzero(greedy.transporter >= 0)),
            pairs=int(np.count_nonzero(plan.transporter >= 0)),
            done=0,
            assigned=0,
            left_out=[*nobody, *([one.delivery_id, one.error] for one in failures)],
            failures=[],
            packed=packed,
        )
        self._work.session.add(made)
        await self._work.session.flush()
        return made


def _problem(
    deliveries: list[WaitingDelivery], pool: Pool, wanted: Wanted, forbidden: set[Pair], radius_m: float
) -> _Problem:
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
    if wrong:
        raise Conflict("Some pairs cannot be locked.", code="cannot_lock", wrong=wrong)
    pairs = [(row_of[one], pool.find(who)) for one, who in forbidden if one in row_of]
    known = np.array([(row, who) for row, who in pairs if who is not None], dtype=np.int64).reshape(-1, 2)
    free = [row for row in range(len(deliveries)) if row not in locked]
    return _Problem(deliveries, pool, locked, known, wanted.weights, radius_m, free)


def _no_room(left_kg: float) -> str:
    if left_kg < 0:
        return f"has no room: {-left_kg:.3f} kg too much for what this transporter has free"
    return "has no room: this transporter has as many deliveries as it may"


def _locked_scores(problem: _Problem) -> dict[int, float]:
    """What locked pairs score, each as the next of its transporter; beyond the radius the distance counts nothing."""
    params = Params(weights=problem.weights, radius_m=problem.radius_m, load="sum")
    found: dict[int, float] = {}
    given = dict.fromkeys(problem.locked.values(), 0)
    rows = problem.pool.rows()
    for row, who in problem.locked.items():
        delivery = problem.deliveries[row]
        terms = rank(delivery.lat, delivery.lon, delivery.weight_kg, rows.take(np.array([who])), params, top_k=0).terms
        values = np.maximum(terms[0], 0.0)
        values[3] -= 100.0 * given[who] / max(int(rows.max_active[who]), 1)
        given[who] += 1
        found[row] = float(values @ np.array(params.weights) / params.total_weight)
    return found
