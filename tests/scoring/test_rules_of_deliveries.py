"""Deliveries with a radius and weights of their own are planned together: the best plan, or a bound that holds."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from scoring import Deliveries, InputError, Params, Transporters, solve
from scoring.geometry import arc_m, squared_chords
from tests.scoring.markets import packages, people

RADII = np.array([4_000.0, 9_000.0, 20_000.0])
# Of distance, rating, capacity and workload; in the first the workload counts the same everywhere.
ALIKE = np.array([[1, 1, 1, 1], [2, 0.5, 0.5, 1], [0, 1, 2, 1]], dtype=float)
UNLIKE = np.array([[1, 1, 1, 1], [3, 1, 0, 0.2], [0.5, 2, 0.5, 1]])
PARAMS = Params(load="sum")


def _sides(draw: np.random.Generator, n: int, m: int, weights: Any) -> tuple[Deliveries, Transporters]:
    def places(size: int) -> tuple[Any, Any]:
        return 27.7 + draw.uniform(-0.1, 0.1, size), 85.3 + draw.uniform(-0.1, 0.1, size)

    group = draw.integers(0, 3, n)
    parcels = Deliveries(*places(n), draw.uniform(1, 6, n), radius_m=RADII[group], weights=weights[group])
    people = Transporters(
        *places(m), draw.uniform(3, 5, m), draw.uniform(5, 20, m), draw.integers(0, 2, m), draw.integers(2, 5, m)
    )
    return parcels, people


def _best_total(d: Deliveries, t: Transporters) -> float:
    """By a general solver, over who has which parcel as their how-manieth."""
    assert d.weights is not None
    assert d.radius_m is not None
    metres = arc_m(squared_chords(d.vectors[:, :, None], t.vectors[:, None, :]))
    found, points = [], []
    for i, j in zip(
        *np.nonzero((metres <= d.radius_m[:, None]) & (d.weight_kg[:, None] <= t.free_capacity_kg)), strict=True
    ):
        near = 100 * (1 - metres[i, j] / d.radius_m[i])
        room = min(100.0, 200 * (1 - d.weight_kg[i] / t.free_capacity_kg[j]))
        for k in range(int(t.slots[j])):
            idle = 100 * (1 - (t.active[j] + k) / t.max_active[j])
            found.append((i, j, k))
            points.append(d.weights[i] @ [near, 20 * t.rating[j], room, idle] / d.weights[i].sum())
    if not found:
        return 0.0
    i, j, k = np.array(found).T
    rows = [*(i == one for one in range(len(d)))]
    most = [1.0] * len(d)
    for one in range(len(t)):
        rows += [(j == one) & (k == slot) for slot in range(int(t.slots[one]))]
        most += [1.0] * int(t.slots[one])
        rows.append(np.where(j == one, d.weight_kg[i], 0.0))
        most.append(float(t.free_capacity_kg[one]))
    limits = LinearConstraint(np.array(rows, dtype=float), -np.inf, np.array(most))
    solved = milp(
        -np.array(points), constraints=limits, integrality=np.ones(len(points), dtype=np.int64), bounds=Bounds(0, 1)
    )
    assert solved.fun is not None
    return -float(solved.fun)


@pytest.mark.parametrize("weights", [ALIKE, UNLIKE], ids=["workload-alike", "all-unlike"])
@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_better_than_the_bound_and_a_certified_one_is_the_best(seed: int, weights: Any) -> None:
    draw = np.random.default_rng(seed)
    d, t = _sides(draw, int(draw.integers(2, 9)), int(draw.integers(1, 6)), weights)
    best, unscaled = _best_total(d, t), d.weights
    assert unscaled is not None
    for strategy in ("optimal", "greedy"):
        plan = solve(d, t, PARAMS, strategy=strategy)
        assert plan.total <= best + 1e-6 <= plan.upper_bound + 2e-6
        if plan.certified:
            assert plan.total == pytest.approx(best, rel=2e-6)
        shares = unscaled / unscaled.sum(axis=1, keepdims=True)
        given = plan.transporter >= 0
        assert plan.score[given] == pytest.approx((shares * plan.terms)[given].sum(axis=1))


def test_where_only_radii_differ_a_large_plan_is_as_near_to_its_bound_as_one_without() -> None:
    draw = np.random.default_rng(5)
    d, t = _sides(draw, 800, 800, ALIKE[[0, 0, 0]])
    alike = Deliveries(d.lat, d.lon, d.weight_kg)
    assert solve(d, t, PARAMS).gap <= max(2 * solve(alike, t, PARAMS).gap, 1e-4)


def test_rules_that_are_the_parameters_make_the_same_plan() -> None:
    draw = np.random.default_rng(6)
    d, t = _sides(draw, 60, 40, ALIKE)
    plain = Deliveries(d.lat, d.lon, d.weight_kg)
    said = Deliveries(
        d.lat, d.lon, d.weight_kg, radius_m=np.full(60, 9_000.0), weights=np.tile([2.0, 1, 1, 1], (60, 1))
    )
    params = Params((2, 1, 1, 1), 9_000.0, "sum")
    assert solve(said, t, PARAMS).total == pytest.approx(solve(plain, t, params).total, rel=1e-6)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"radius_m": [0.0, 5.0]}, "Deliveries.radius_m"),
        ({"radius_m": [1.0]}, "Deliveries.radius_m"),
        ({"weights": [[1, 1, 1, 1]]}, "Deliveries.weights"),
        ({"weights": [[1, 1, 1, 1], [0, 0, 0, 0]]}, "Deliveries.weights"),
        ({"weights": [[1, 1, 1, 1], [0, -1, 0, 3]]}, "Deliveries.weights"),
        ({"weights": [[1, 1, 1, 1], [0, np.nan, 0, 3]]}, "Deliveries.weights"),
        ({"weights": "heavy"}, "Deliveries.weights"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused_by_name(columns: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        packages([0, 0], [0, 0], [1, 1], **columns)
    assert refused.value.field == field


def test_weights_of_deliveries_and_optional_terms_exclude_one_another() -> None:
    d = packages([0], [0], [1], [1], weights=[[1, 1, 1, 1]])
    t = people([0], [0], [5], [5], [0], [1])
    with pytest.raises(InputError, match="weights of their own"):
        solve(d, t, Params(optional={"priority": 1.0}))
