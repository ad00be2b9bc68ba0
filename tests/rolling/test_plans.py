"""A tick's plan is never worse than deciding one delivery after the other, on whatever snapshot; and it begins warm."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.assignments.pool import Pool
from dispatch.assignments.rules import Rules
from dispatch.assignments.waiting import WaitingDelivery
from dispatch.keyed_columns import KeyedColumns
from dispatch.ports import LivePosition
from dispatch.rolling.planning import TickPlan, TickProblem, planned

NOBODY = UUID(int=0)
offsets = st.floats(-0.06, 0.06, allow_nan=False)
parcels = st.tuples(offsets, offsets, st.floats(0.5, 12), st.integers(0, 3))
people = st.tuples(offsets, offsets, st.floats(0, 5), st.floats(1, 30), st.integers(0, 3))


@dataclass(frozen=True)
class _Places:
    """Where everybody is."""

    transporter_ids: npt.NDArray[np.int64]
    lat: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]

    def position(self, row: int) -> LivePosition:
        raise NotImplementedError(row)


def _pool(everybody: Sequence[tuple[float, float, float, float, int]]) -> Pool:
    ids, rows = np.arange(1, len(everybody) + 1), np.arange(len(everybody))
    lat, lon, rating, free_kg = (np.array([one[at] for one in everybody], dtype=np.float64) for at in range(4))
    active = np.array([one[4] for one in everybody], dtype=np.int64)
    columns = {"rating": rating, "free_kg": free_kg, "active": active, "max_active": np.full(rows.size, 3)}
    candidates = KeyedColumns(ids, columns)
    return Pool(candidates, candidates, _Places(ids, lat, lon), rows, 0, rows, rows)


def _parcels(wanted: Sequence[tuple[float, float, float, int]], first: int = 1) -> list[WaitingDelivery]:
    return [
        WaitingDelivery(first + at, NOBODY, "", lat, lon, weight_kg, float(urgency))
        for at, (lat, lon, weight_kg, urgency) in enumerate(wanted)
    ]


def _greedy(problem: TickProblem) -> TickPlan:
    return planned(problem, replace(problem.solved(), strategy="greedy").solve())


def _best(problem: TickProblem) -> TickPlan:
    return planned(problem, problem.solved().solve())


@settings(max_examples=40, deadline=None)
@given(st.lists(parcels, min_size=1, max_size=12), st.lists(people, min_size=1, max_size=8))
def test_the_plan_of_a_tick_scores_at_least_what_the_greedy_way_does_and_is_proven_the_best(
    wanted: list[tuple[float, float, float, int]], everybody: list[tuple[float, float, float, float, int]]
) -> None:
    problem = TickProblem.of(_parcels(wanted), [], _pool(everybody), Rules(5000.0))
    best, greedy = _best(problem), _greedy(problem)
    assert best.plan.certified
    assert best.plan.total >= greedy.plan.total - 1e-6
    takers = [int(best.plan.transporter[row]) for row in best.gives]
    assert len(takers) == len(set(takers)), "each gets one more at most"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(parcels, min_size=1, max_size=8),
    st.lists(parcels, min_size=1, max_size=4),
    st.lists(people, min_size=2, max_size=6),
    st.data(),
)
def test_so_it_does_where_some_have_deliveries_that_may_be_moved_and_none_of_these_is_left_without_anybody_new(
    wanted: list[tuple[float, float, float, int]],
    given_before: list[tuple[float, float, float, int]],
    everybody: list[tuple[float, float, float, float, int]],
    data: st.DataObject,
) -> None:
    holders = [data.draw(st.integers(1, len(everybody))) for _ in given_before]
    more = [holders.count(at + 1) for at in range(len(everybody))]
    pool = _pool([(*one[:4], one[4] + extra) for one, extra in zip(everybody, more, strict=True)])
    held = list(zip(_parcels(given_before, 101), holders, strict=True))
    problem = TickProblem.of(_parcels(wanted), held, pool, Rules(5000.0))
    best, greedy = _best(problem), _greedy(problem)
    assert best.plan.total >= greedy.plan.total - 1e-6
    assert best.plan.total <= best.plan.upper_bound + 1e-6
    new = [int(best.plan.transporter[row]) for row in (*best.gives, *best.moves)]
    assert len(new) == len(set(new)), "each gets one more at most, moved ones among them"
    for row in best.moves:
        assert problem.incumbents[row] != best.plan.transporter[row]


def test_a_plan_that_begins_from_the_one_before_is_as_good_as_one_that_does_not() -> None:
    rng = np.random.default_rng(7)
    everybody = [(*rng.uniform(-0.05, 0.05, 2), rng.uniform(3, 5), 20.0, 0) for _ in range(60)]
    wanted = [(*rng.uniform(-0.05, 0.05, 2), 2.0, 1) for _ in range(80)]
    pool = _pool([(float(a), float(b), float(c), d, e) for a, b, c, d, e in everybody])
    whole = TickProblem.of(_parcels([(float(a), float(b), c, d) for a, b, c, d in wanted]), [], pool, Rules(5000.0))
    before = whole.solved().solve()
    left = replace(whole, deliveries=whole.deliveries[5:], holders=whole.holders[5:])
    carried = before.carried(np.arange(5, 80), np.arange(60))
    warm, cold = left.solved(carried).solve(), left.solved().solve()
    assert warm.certified
    assert abs(warm.total - cold.total) <= 2e-6 * cold.total
