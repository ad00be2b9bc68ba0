"""A tick's plan is never worse than deciding one delivery after the other, on whatever snapshot; and it begins warm."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.assignments.rules import Rules
from dispatch.rolling.planning import TickPlan, TickProblem, planned
from tests.support.tick_pools import parcels_of, pool_of

offsets = st.floats(-0.06, 0.06, allow_nan=False)
parcels = st.tuples(offsets, offsets, st.floats(0.5, 12), st.integers(0, 3))
people = st.tuples(offsets, offsets, st.floats(0, 5), st.floats(1, 30), st.integers(0, 3))


def _greedy(problem: TickProblem) -> TickPlan:
    return planned(problem, replace(problem.solved(), strategy="greedy").solve())


def _best(problem: TickProblem) -> TickPlan:
    return planned(problem, problem.solved().solve())


@settings(max_examples=40, deadline=None)
@given(st.lists(parcels, min_size=1, max_size=12), st.lists(people, min_size=1, max_size=8))
def test_the_plan_of_a_tick_scores_at_least_what_the_greedy_way_does_and_is_proven_the_best(
    wanted: list[tuple[float, float, float, int]], everybody: list[tuple[float, float, float, float, int]]
) -> None:
    problem = TickProblem.of(parcels_of(wanted), [], pool_of(everybody), Rules(5000.0))
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
    pool = pool_of([(*one[:4], one[4] + extra) for one, extra in zip(everybody, more, strict=True)])
    held = list(zip(parcels_of(given_before, 101), holders, strict=True))
    problem = TickProblem.of(parcels_of(wanted), held, pool, Rules(5000.0), stay_points=5.0)
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
    pool = pool_of([(float(a), float(b), float(c), d, e) for a, b, c, d, e in everybody])
    whole = TickProblem.of(parcels_of([(float(a), float(b), c, d) for a, b, c, d in wanted]), [], pool, Rules(5000.0))
    before = whole.solved().solve()
    left = replace(whole, deliveries=whole.deliveries[5:], holders=whole.holders[5:])
    carried = before.carried(np.arange(5, 80), np.arange(60))
    warm, cold = left.solved(carried).solve(), left.solved().solve()
    assert warm.certified
    assert abs(warm.total - cold.total) <= 2e-6 * cold.total
