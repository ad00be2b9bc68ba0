"""The same input gives the same result, however its rows are ordered."""

import numpy as np
import pytest

from scoring import Deliveries, Params, Plan, Transporters, solve
from scoring.inputs import Load
from scoring.result import Strategy
from tests.scoring.markets import Kind, market, packages, people


def _shuffled(
    deliveries: Deliveries, transporters: Transporters, seed: int
) -> tuple[Deliveries, Transporters, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(deliveries)), rng.permutation(len(transporters))
    return deliveries.take(rows), transporters.take(columns), rows, columns


def _same(plan: Plan, other: Plan, rows: np.ndarray, columns: np.ndarray) -> None:
    np.testing.assert_array_equal(np.append(columns, -1)[other.transporter], plan.transporter[rows])
    np.testing.assert_array_equal(other.score, plan.score[rows])
    np.testing.assert_array_equal(other.reason, plan.reason[rows])
    np.testing.assert_array_equal(other.price, plan.price[columns])
    assert other.upper_bound == plan.upper_bound


@pytest.mark.parametrize(
    ("n", "m", "orders"), [(120, 80, 1), pytest.param(260, 180, 2, marks=pytest.mark.heavy)], ids=["small", "large"]
)
@pytest.mark.parametrize("kind", ["clustered", "uneven"])
@pytest.mark.parametrize("load", ["package", "sum"])
@pytest.mark.parametrize("strategy", ["optimal", "greedy", "single_best"])
def test_the_plan_follows_rows_and_not_their_order(
    kind: Kind, load: Load, strategy: Strategy, n: int, m: int, orders: int
) -> None:
    deliveries, transporters = market(kind, n, m, seed=5, heavy=True)
    params = Params(load=load)
    plan = solve(deliveries, transporters, params, strategy=strategy, seed=3)
    again = solve(deliveries, transporters, params, strategy=strategy, seed=3)
    np.testing.assert_array_equal(plan.transporter, again.transporter)
    for seed in range(1, orders + 1):
        one, other, rows, columns = _shuffled(deliveries, transporters, seed)
        _same(plan, solve(one, other, params, strategy=strategy, seed=3), rows, columns)


def test_keys_tell_equal_rows_apart() -> None:
    deliveries = packages([1.0] * 8, [2.0] * 8, [1.0] * 8, key=np.arange(8)[::-1])
    transporters = people(
        [1.0] * 5,
        [2.0] * 5,
        [4.0] * 5,
        [9.0] * 5,
        [0] * 5,
        [1] * 5,
        key=np.array([4, 8, 15, 16, 23]),
    )
    plan = solve(deliveries, transporters)
    assert (plan.transporter >= 0).sum() == 5
    one, other, rows, columns = _shuffled(deliveries, transporters, 4)
    _same(plan, solve(one, other), rows, columns)


def test_incumbents_are_followed_through_any_order() -> None:
    deliveries, transporters = market("clustered", 60, 50, seed=6)
    holder = np.random.default_rng(0).integers(-1, 50, 60)
    held = Deliveries(deliveries.lat, deliveries.lon, deliveries.weight_kg, incumbent=holder)
    params = Params(optional={"incumbent": 0.5})
    plan = solve(held, transporters, params)
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(60), rng.permutation(50)
    place = np.append(np.argsort(columns), -1)
    moved = Deliveries(held.lat[rows], held.lon[rows], held.weight_kg[rows], incumbent=place[holder[rows]])
    _same(plan, solve(moved, transporters.take(columns), params), rows, columns)
