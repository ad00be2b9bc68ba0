"""The upper bound holds over every pair, and lost optima do not go unnoticed."""

import numpy as np
import pytest

from scoring import Deliveries, Params, solve
from scoring.assigning import City, assign
from scoring.bound import Prices, sweep
from scoring.graph import make_graph
from scoring.market import Market
from scoring.optimal import value_of
from tests.scoring import reference
from tests.scoring.markets import Kind, market, packages, people


@pytest.mark.parametrize("kind", ["clustered", "uneven", "one_place"])
@pytest.mark.parametrize(("n", "m"), [(330, 240), (240, 330)])
def test_prices_of_a_certified_plan_bound_every_plan_by_its_total(kind: Kind, n: int, m: int) -> None:
    deliveries, transporters = market(kind, n, m, seed=3)
    plan = solve(deliveries, transporters, Params())
    assert plan.certified
    assert (plan.price >= 0).all()
    bound = reference.dual_bound(plan.price, plan.weight_price, deliveries, transporters, Params())
    assert plan.total <= bound + 1e-6
    assert bound <= plan.total * (1 + 1e-6)
    assert bound == pytest.approx(plan.upper_bound, rel=1e-7)


def test_a_plan_cut_short_still_has_a_bound_that_holds() -> None:
    deliveries, transporters = market("uneven", 500, 400, seed=7)
    cut = solve(deliveries, transporters, Params(), time_limit_s=0.0)
    full = solve(deliveries, transporters, Params())
    reference.check(cut, deliveries, transporters, Params())
    assert not cut.certified
    assert cut.gap == pytest.approx((cut.upper_bound - cut.total) / cut.upper_bound)
    assert cut.total <= full.total + 1e-6
    assert cut.upper_bound >= full.total - 1e-6


def test_an_optimum_lost_by_pruning_is_caught_by_the_independent_bound_and_by_ours() -> None:
    deliveries, transporters = market("uneven", 150, 120, seed=11)
    params = Params()
    whole = Market(deliveries, transporters, params)
    far = reference.distances_m(deliveries, transporters)
    nearest = np.argsort(far, axis=1)[:, :2]
    graph = make_graph(whole, np.repeat(np.arange(150), 2), nearest.ravel())
    chosen, toll = assign(graph)
    prices = Prices(toll, np.zeros(120))
    value = value_of(whole, np.where(chosen >= 0, graph.j[chosen], -1))
    assert graph.bound(toll) == pytest.approx(value), "the pruned problem itself is solved"

    optimum = reference.optimum(deliveries, transporters, params)
    assert value < optimum - 1.0, "the pruning loses the optimum"
    price = np.maximum(prices.toll + whole.first_gain, 0.0)
    independent = reference.dual_bound(price, np.zeros(120), deliveries, transporters, params)
    assert independent >= optimum - 1e-6
    assert independent > value * (1 + 1e-6)
    seen = sweep(whole, City(whole), prices, lambda: False, 2**26)
    assert seen.upper_bound(whole, prices) >= optimum - 1e-6


@pytest.mark.parametrize("kind", ["clustered", "antimeridian", "poles", "one_place"])
@pytest.mark.parametrize("optional", [{}, {"incumbent": 0.3}])
def test_the_search_finds_the_ceiling_of_every_delivery_that_scoring_all_pairs_finds(
    kind: Kind, optional: dict[str, float]
) -> None:
    deliveries, transporters = market(kind, 120, 190, seed=2, heavy=True)
    rng = np.random.default_rng(0)
    located = rng.random(120) < 0.9
    held = rng.integers(-1, 190, 120)
    deliveries = Deliveries(deliveries.lat, deliveries.lon, deliveries.weight_kg, located=located, incumbent=held)
    whole = Market(deliveries, transporters, Params(radius_m=7_000.0, optional=optional))
    prices = Prices(-whole.first_gain + rng.uniform(0, 45, 190), rng.uniform(0, 0.2, 190))
    seen = sweep(whole, City(whole), prices, lambda: False, 2**26)
    dense = whole.block(np.arange(120), np.arange(190)) - prices.toll - np.outer(whole.weight_kg, prices.weight_toll)
    np.testing.assert_allclose(seen.ceiling, np.maximum(dense.max(axis=1), 0.0), atol=1e-6)
    assert (seen.ceiling >= dense.max(axis=1)).all()


def test_only_ratios_of_weights_count() -> None:
    deliveries, transporters = market("clustered", 260, 200, seed=13)
    tiny = Params(weights=(1e-7, 1e-7, 1e-7, 1e-7))
    plan, same = solve(deliveries, transporters, tiny), solve(deliveries, transporters, Params())
    assert plan.certified
    assert plan.total == pytest.approx(same.total, rel=1e-9), "only ratios of weights count"


def test_a_market_where_nothing_can_be_done_is_certified_with_a_bound_of_exactly_zero() -> None:
    heavy = packages([27.7] * 2, [85.3] * 2, [1.0, 1.0])
    full = people([27.7] * 3, [85.3] * 3, [0.0] * 3, [0.0] * 3, [2, 0, 0], [3, 0, 1])
    plan = solve(heavy, full)
    assert plan.upper_bound == 0.0
    assert plan.certified


@pytest.mark.parametrize("radius_m", [0.5, 12_000_000.0])
def test_the_bound_holds_where_a_metre_costs_much_and_where_it_costs_next_to_nothing(radius_m: float) -> None:
    rng = np.random.default_rng(5)
    spread = radius_m / 111_000.0 if radius_m < 1_000 else 60.0
    here, there = rng.uniform(-spread, spread, (2, 230)), rng.uniform(-spread, spread, (2, 210))
    deliveries = packages(here[0], here[1], rng.uniform(0, 9, 230))
    transporters = people(
        there[0], there[1], rng.uniform(3, 5, 210), rng.uniform(1, 20, 210), np.zeros(210), rng.integers(1, 3, 210)
    )
    plan = solve(deliveries, transporters, Params(radius_m=radius_m))
    assert plan.certified
    assert plan.total == pytest.approx(reference.optimum(deliveries, transporters, Params(radius_m=radius_m)), rel=1e-6)
