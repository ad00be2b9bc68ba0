"""Packages that must fit together: always within the limits, with an honest gap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Params, Reason, solve, solve_matrix
from tests.scoring import reference
from tests.scoring.markets import Kind, market, packages, people

SUM = Params(load="sum")


@given(st.integers(0, 100_000), st.integers(1, 5), st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_the_bound_and_the_plan_enclose_the_optimum_of_small_markets(seed: int, n: int, m: int) -> None:
    deliveries, transporters = market("clustered", n, m, seed=seed, heavy=True)
    plan = solve(deliveries, transporters, SUM)
    reference.check(plan, deliveries, transporters, SUM)
    best = reference.brute_force(deliveries, transporters, SUM)
    assert plan.total <= best + 1e-6
    assert plan.upper_bound >= best - 1e-6
    if plan.certified:
        assert plan.total == pytest.approx(best, rel=1e-5)


@pytest.mark.parametrize("kind", ["clustered", "uneven", "one_place"])
def test_summed_weights_never_break_a_limit_and_the_prices_prove_the_bound(kind: Kind) -> None:
    deliveries, transporters = market(kind, 320, 160, seed=4, heavy=True)
    plan = solve(deliveries, transporters, SUM)
    reference.check(plan, deliveries, transporters, SUM)
    proof = reference.dual_bound(plan.price, plan.weight_price, deliveries, transporters, SUM)
    assert proof >= plan.total
    assert plan.upper_bound == pytest.approx(proof, rel=1e-4)
    assert plan.upper_bound <= solve(deliveries, transporters, Params()).upper_bound + 1e-6


def test_the_plan_beats_or_equals_greedy_under_the_same_limits() -> None:
    for seed in range(4):
        deliveries, transporters = market("clustered", 150, 70, seed=seed, heavy=True)
        best = solve(deliveries, transporters, SUM)
        greedy = solve(deliveries, transporters, SUM, strategy="greedy")
        reference.check(greedy, deliveries, transporters, SUM)
        assert best.total >= greedy.total


def test_light_packages_make_the_summed_rule_exact() -> None:
    deliveries, transporters = market("clustered", 200, 260, seed=2)
    light = type(deliveries)(deliveries.lat, deliveries.lon, np.full(200, 0.5))
    plan = solve(light, transporters, SUM)
    assert plan.certified
    assert plan.total == pytest.approx(solve(light, transporters, Params()).total)


def test_a_delivery_without_room_is_told_so() -> None:
    deliveries, _ = market("one_place", 3, 1, seed=1)
    three = packages(deliveries.lat, deliveries.lon, [6.0, 6.0, 60.0])
    one = people([27.7], [85.3], [5.0], [10.0], [0], [5])
    plan = solve(three, one, SUM)
    assert sorted(Reason(code).name for code in plan.reason) == ["NONE", "NO_ROOM", "TOO_HEAVY"]


@given(st.integers(0, 100_000))
@settings(max_examples=40, deadline=None)
def test_matrices_with_room_limits_are_packed_within_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    value, load = rng.integers(1, 50, (6, 3)).astype(float), rng.integers(1, 20, (6, 3)).astype(float)
    capacity = rng.integers(5, 40, 3).astype(float)
    plan = solve_matrix(value, load=load, capacity=capacity)
    best = 0.0
    for code in range(4**6):
        choice = np.array([code // 4**row % 4 - 1 for row in range(6)])
        made = np.flatnonzero(choice >= 0)
        used = np.bincount(choice[made], weights=load[made, choice[made]], minlength=3)
        if (used <= capacity).all():
            best = max(best, value[made, choice[made]].sum())
    made = np.flatnonzero(plan.column >= 0)
    used = np.bincount(plan.column[made], weights=load[made, plan.column[made]], minlength=3)
    assert (used <= capacity).all()
    assert plan.total == pytest.approx(value[made, plan.column[made]].sum())
    assert plan.total <= best + 1e-9
    assert plan.upper_bound >= best - 1e-6


@given(st.integers(0, 100_000))
@settings(max_examples=40, deadline=None)
def test_matrices_of_random_scores_are_assigned_like_scipys(seed: int) -> None:
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - the peer of this test alone

    rng = np.random.default_rng(seed)
    value = rng.integers(-5, 9, (rng.integers(1, 30), rng.integers(1, 30))).astype(float)
    plan = solve_matrix(value)
    table = np.maximum(value, 0.0)
    rows, columns = linear_sum_assignment(table, maximize=True)
    assert plan.total == pytest.approx(table[rows, columns].sum())
    assert plan.upper_bound == pytest.approx(plan.total, rel=1e-9, abs=1e-9)
