"""Rooms that are full: limits are kept to the last unit, time limits are kept by counting, bounds are near."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from scoring import Deliveries, Params, Transporters, fitting, solve, solve_matrix, tolls
from scoring.__main__ import main as beforehand
from scoring.clock import Clock
from scoring.graph import Graph
from scoring.packing import Packing
from tests.scoring import reference

SUM = Params(load="sum")


def _crowd(n: int, m: int, slots: int, seed: int) -> tuple[Deliveries, Transporters]:
    """A city whose packages weigh twice what its transporters carry."""
    rng = np.random.default_rng(seed)
    spots = rng.normal(0, 0.05, (12, 2))
    here, there = (spots[rng.integers(0, 12, size)] + rng.normal(0, 0.02, (size, 2)) for size in (n, m))
    return (
        Deliveries(27.7 + here[:, 0], 85.3 + here[:, 1], rng.gamma(2.0, 8.0, n)),
        Transporters(
            27.7 + there[:, 0],
            85.3 + there[:, 1],
            rng.uniform(3, 5, m),
            rng.choice(np.array([5.0, 20.0, 80.0]), m),
            np.zeros(m, dtype=np.int64),
            np.full(m, slots),
        ),
    )


def _instance(seed: int, jobs: int, agents: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cost, load and capacity of generalised assignment where what is cheap is heavy; a plan of all jobs is known."""
    rng = np.random.default_rng(seed)
    load = rng.integers(1, 101, (jobs, agents)).astype(float)
    cost = 111.0 - load + rng.integers(-10, 11, (jobs, agents))
    known = rng.integers(0, agents, jobs)
    least = np.bincount(known, weights=load[np.arange(jobs), known], minlength=agents)
    return cost, load, np.maximum(least, 1.05 * load.min(axis=1).sum() / agents)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_crowded_city_is_packed_within_two_percent_of_what_is_possible(seed: int) -> None:
    deliveries, transporters = _crowd(300, 75, 8, seed)
    plan = solve(deliveries, transporters, SUM)
    reference.check(plan, deliveries, transporters, SUM)
    assert plan.gap <= 0.025
    proof = reference.dual_bound(plan.price, plan.weight_price, deliveries, transporters, SUM)
    assert plan.upper_bound == pytest.approx(proof, rel=1e-6)


@given(st.integers(0, 100_000))
@settings(max_examples=25, deadline=None)
def test_small_matrices_with_room_limits_reach_the_optimum_of_an_integer_program_and_say_so(seed: int) -> None:
    cost, load, capacity = _instance(seed, 12, 3)
    value = 3.0 * (cost.max() + 1.0) - cost
    plan = solve_matrix(value, load=load, capacity=capacity)
    assert plan.total == pytest.approx(_optimum(value, load, capacity), abs=1e-6)
    assert plan.upper_bound == plan.total
    given = np.flatnonzero(plan.column >= 0)
    used = np.bincount(plan.column[given], weights=load[given, plan.column[given]], minlength=3)
    assert (used <= capacity).all()


def test_rows_that_may_go_nowhere_or_weigh_nothing_are_packed_exactly_too() -> None:
    value = np.array([[-np.inf, -np.inf], [5.0, -1.0], [4.0, 3.0], [0.0, 2.0]])
    load = np.array([[1.0, 1.0], [0.3, 0.1], [0.3, 0.0], [0.1, 0.0]])
    plan = solve_matrix(value, load=load, capacity=np.array([0.5, 0.0]))
    assert plan.column.tolist() == [-1, 0, 1, 1]
    assert plan.total == plan.upper_bound == 10.0


def _optimum(value: np.ndarray, load: np.ndarray, capacity: np.ndarray) -> float:
    n, m = value.shape
    rows, columns = np.divmod(np.arange(n * m), m)
    once = csr_array((np.ones(n * m), (rows, np.arange(n * m))))
    room = csr_array((load.ravel(), (columns, np.arange(n * m))))
    limits = [LinearConstraint(once, ub=1.0), LinearConstraint(room, ub=capacity)]
    found = milp(-value.ravel(), constraints=limits, integrality=np.ones(n * m), bounds=Bounds(0, 1))
    assert found.fun is not None
    return -float(found.fun)


@pytest.mark.parametrize("seed", range(6))
def test_all_jobs_are_given_where_that_is_known_to_be_possible(seed: int) -> None:
    cost, load, capacity = _instance(seed, 120, 8)
    plan = solve_matrix(3.0 * (cost.max() + 1.0) - cost, load=load, capacity=capacity)
    assert (plan.column >= 0).all()
    used = np.bincount(plan.column, weights=load[np.arange(120), plan.column], minlength=8)
    assert (used <= capacity).all()
    assert plan.total <= plan.upper_bound


def test_the_same_seed_gives_the_same_plan_of_a_crowded_city_and_any_seed_keeps_the_bound() -> None:
    deliveries, transporters = _crowd(120, 30, 6, 3)
    one, again, other = (solve(deliveries, transporters, SUM, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.transporter, again.transporter)
    assert one.upper_bound == again.upper_bound
    assert max(one.total, other.total) <= min(one.upper_bound, other.upper_bound) + 1e-9


def test_a_time_limit_that_has_passed_still_gives_a_plan_that_fits_with_its_bound() -> None:
    deliveries, transporters = _crowd(200, 50, 8, 4)
    plan = solve(deliveries, transporters, SUM, time_limit_s=0.0)
    reference.check(plan, deliveries, transporters, SUM)


def _packing() -> Packing:
    rng = np.random.default_rng(0)
    i, j = np.divmod(np.arange(40 * 6), 6)
    slots = np.arange(7) * 40
    graph = Graph(40, 6, i, j, rng.uniform(1, 100, i.size), slots, np.zeros(240))
    return Packing(graph, rng.uniform(1, 9, i.size), np.full(6, 20.0), seed=1)


def test_random_moves_look_at_the_time_after_a_bounded_number_and_never_lose_the_best_plan() -> None:
    packing, asked = _packing(), 0
    packing.begin(np.full(40, -1), np.zeros(40))
    before = packing.value

    def spent() -> float:
        nonlocal asked
        asked += 1
        return asked / 10

    packing.anneal((1e3, 1e3), 10**12, spent)  # so hot that anything goes: what it ends with is as good as random
    assert asked == 10, "it ends when it is told that time is over, though moves are left"
    assert packing.value >= before


def test_the_search_for_exchanges_stops_when_time_is_up() -> None:
    packing = _packing()
    packing.begin(np.full(40, -1), np.zeros(40))
    before = packing.value
    packing.polish(lambda: True)
    assert packing.value == before
    packing.polish(lambda: False)
    assert packing.value > before


def test_room_is_never_overdrawn_by_rounding_however_often_packages_come_and_go() -> None:
    packing = _packing()
    packing.begin(np.full(40, -1), np.zeros(40))
    packing.anneal((30.0, 1.0), 400_000, lambda: 0.0)
    given = packing.places.at[packing.places.at >= 0]
    used = np.bincount(packing.pairs.column[given], weights=packing.load[given], minlength=6)
    assert (used <= 20.0 + 1e-12).all()
    units = np.bincount(packing.pairs.column[given], weights=packing.pairs.need[given].astype(float), minlength=6)
    np.testing.assert_allclose(units / 2.0**55, (20.0 - packing.places.room / 2.0**55), rtol=1e-12)


def test_a_clock_without_a_limit_never_ends_and_one_of_nothing_has_ended() -> None:
    assert not Clock(None).expired()
    assert Clock(None).spent() == 0.0
    assert Clock(0.0).expired()


def test_cities_and_matrices_share_what_was_compiled_beforehand() -> None:
    beforehand()
    solve(*_crowd(40, 10, 4, 1), SUM)
    cost, load, capacity = _instance(1, 20, 3)
    solve_matrix(400.0 - cost, load=load, capacity=capacity)
    compiled: list[Any] = [fitting.begin, fitting.wander, fitting.polish, tolls.cheapen]
    for function in compiled:
        assert len(function.signatures) == 1, f"{function} was compiled once more for arrays of another layout"
