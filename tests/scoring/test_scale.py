"""Larger markets, several cities at once, and bounds on memory."""

import tracemalloc

import numpy as np
import pytest

from scoring import Deliveries, Params, Transporters, solve
from tests.scoring import reference
from tests.scoring.markets import market


def _cities(count: int, n: int, m: int) -> tuple[Deliveries, Transporters]:
    """Cities so far apart that no pair joins two of them."""
    sides = [market("clustered", n, m, seed=seed) for seed in range(count)]
    shift = np.repeat(np.arange(count), n), np.repeat(np.arange(count), m)

    def column(side: int, name: str) -> np.ndarray:
        return np.concatenate([getattr(city[side], name) for city in sides])

    return (
        Deliveries(column(0, "lat"), column(0, "lon") + 2.0 * shift[0], column(0, "weight_kg")),
        Transporters(
            column(1, "lat"),
            column(1, "lon") + 2.0 * shift[1],
            *(column(1, name) for name in ("rating", "free_capacity_kg", "active", "max_active")),
        ),
    )


def test_cities_apart_are_worth_as_much_together_as_each_alone() -> None:
    together = solve(*_cities(6, 90, 70))
    alone = sum(solve(*market("clustered", 90, 70, seed=seed)).total for seed in range(6))
    assert together.certified
    assert together.total == pytest.approx(alone, rel=2e-6)


def test_pairs_considered_and_memory_stay_far_below_the_full_matrix() -> None:
    sides = market("clustered", 3_000, 2_500, seed=1)
    tracemalloc.start()
    plan = solve(*sides)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert plan.certified
    assert plan.pairs < 3_000 * 2_500 / 50
    assert peak < 3_000 * 2_500 * 8 * 1.5, "a dense float64 matrix and half of it for everything else"


@pytest.mark.heavy
@pytest.mark.parametrize("kind", ["clustered", "uniform"])
def test_ten_thousand_deliveries_are_certified_and_the_certificate_holds(kind: str) -> None:
    deliveries, transporters = market(kind, 10_000, 8_000, seed=1)  # type: ignore[arg-type]
    plan = solve(deliveries, transporters)
    assert plan.certified
    some = np.random.default_rng(0).permutation(10_000)[:300]
    three, fine = reference.terms(deliveries.take(some), transporters, Params())
    first = 25.0 * (1 - transporters.active / np.maximum(transporters.max_active, 1))
    net = np.where(fine, three.sum(axis=2) * 0.25 + first - plan.price, 0.0)
    assert (net.max(axis=1) <= plan.surplus[some] + 0.5).all(), "nobody is offered much more than the plan gives"
