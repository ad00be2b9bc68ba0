"""The optimal plan is the best there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Deliveries, Params, Transporters, solve
from tests.scoring import reference
from tests.scoring.markets import Kind, market, packages, people

RATINGS = st.sampled_from([0.0, 2.5, 4.0, 5.0])
NEARBY = st.sampled_from([0.0, 0.0, 0.001, 0.05, 0.2])  # degrees; the last is beyond the radius
WEIGHTS = st.sampled_from([0.0, 1.0, 5.0, 10.0, 20.0])


@st.composite
def small_markets(draw: st.DrawFn) -> tuple[Deliveries, Transporters, Params]:
    """Few rows, many ties, some without any candidate."""
    n, m = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    lat, lon = draw(st.sampled_from([(27.7, 85.3), (0.0, 179.95), (89.9, 0.0), (-89.9, -180.0), (60.0, -179.99)]))

    def places(size: int) -> tuple[list[float], list[float]]:
        shifts = [draw(NEARBY) for _ in range(size)]
        turned = [(lon + draw(NEARBY) + 180.0) % 360.0 - 180.0 for _ in range(size)]
        return [min(lat + s, 90.0) for s in shifts], turned

    lat_d, lon_d = places(n)
    lat_t, lon_t = places(m)
    limit = [draw(st.integers(0, 3)) for _ in range(m)]
    deliveries = packages(lat_d, lon_d, [draw(WEIGHTS) for _ in range(n)])
    transporters = people(
        lat_t,
        lon_t,
        [draw(RATINGS) for _ in range(m)],
        [draw(WEIGHTS) for _ in range(m)],
        [draw(st.integers(0, 3)) for _ in range(m)],
        limit,
    )
    weights = draw(st.sampled_from([(0.25,) * 4, (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), (0.0, 3.0, 1.0, 2.0)]))
    return deliveries, transporters, Params(weights=weights, radius_m=15_000.0)


@given(small_markets())
@settings(max_examples=150, deadline=None)
def test_no_other_plan_of_a_small_market_totals_more(case: tuple[Deliveries, Transporters, Params]) -> None:
    deliveries, transporters, params = case
    plan = solve(deliveries, transporters, params)
    reference.check(plan, deliveries, transporters, params)
    assert plan.total == pytest.approx(reference.brute_force(deliveries, transporters, params), abs=1e-6)
    assert plan.certified


@pytest.mark.parametrize("kind", ["clustered", "uniform", "uneven", "one_place", "poles", "antimeridian"])
@pytest.mark.parametrize(("n", "m"), [(260, 170), (150, 330)])
def test_the_optimum_equals_that_of_a_dense_solver(kind: Kind, n: int, m: int) -> None:
    deliveries, transporters = market(kind, n, m, seed=n)
    params = Params()
    plan = solve(deliveries, transporters, params)
    reference.check(plan, deliveries, transporters, params)
    assert plan.certified
    assert plan.total == pytest.approx(reference.optimum(deliveries, transporters, params), rel=1e-6)


@pytest.mark.parametrize("weights", [(1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 1.0, 1.0), (0.001, 0.5, 0.2, 0.3)])
def test_the_optimum_holds_for_one_sided_weights(weights: tuple[float, float, float, float]) -> None:
    deliveries, transporters = market("clustered", 220, 220, seed=4, heavy=True)
    params = Params(weights=weights, radius_m=6_000.0)
    plan = solve(deliveries, transporters, params)
    reference.check(plan, deliveries, transporters, params)
    assert plan.certified
    assert plan.total == pytest.approx(reference.optimum(deliveries, transporters, params), rel=1e-6)


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_deliveries_without_coordinates_are_assigned_as_well(share: float) -> None:
    deliveries, transporters = market("clustered", 240, 200, seed=5)
    located = np.random.default_rng(5).random(240) >= share
    lat = np.where(located, deliveries.lat, np.nan)
    deliveries = Deliveries(lat, deliveries.lon, deliveries.weight_kg, located=located)
    plan = solve(deliveries, transporters, Params())
    reference.check(plan, deliveries, transporters, Params())
    assert plan.certified
    assert plan.total == pytest.approx(reference.optimum(deliveries, transporters, Params()), rel=1e-6)


def test_scores_drawn_at_random_are_assigned_as_well_as_by_a_dense_solver() -> None:
    rng = np.random.default_rng(6)
    deliveries = Deliveries(rng.uniform(-80, 80, 230), rng.uniform(-180, 180, 230), rng.uniform(0, 40, 230))
    limit = rng.integers(0, 4, 210)
    transporters = Transporters(
        rng.uniform(-80, 80, 210),
        rng.uniform(-180, 180, 210),
        rng.uniform(0, 5, 210),
        rng.uniform(0, 60, 210),
        rng.integers(0, 3, 210),
        limit,
    )
    params = Params(radius_m=8_000_000.0)
    plan = solve(deliveries, transporters, params)
    reference.check(plan, deliveries, transporters, params)
    assert plan.total == pytest.approx(reference.optimum(deliveries, transporters, params), rel=1e-6)


@pytest.mark.heavy
@pytest.mark.parametrize("kind", ["clustered", "uneven"])
def test_a_thousand_by_a_thousand_equals_the_dense_solver(kind: Kind) -> None:
    deliveries, transporters = market(kind, 1000, 700, seed=9)
    plan = solve(deliveries, transporters, Params())
    assert plan.certified
    assert plan.total == pytest.approx(reference.optimum(deliveries, transporters, Params()), rel=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_as_many_as_possible_are_assigned_by_priority_first(seed: int) -> None:
    deliveries, transporters = market("uneven", 90, 20, seed=seed, heavy=True)
    params = Params(radius_m=5_000.0)
    plan = solve(deliveries, transporters, params, maximise="assignments")
    reference.check(plan, deliveries, transporters, params)
    counts, total = reference.most_assigned(deliveries, transporters, params)
    assert deliveries.priority is not None
    made = deliveries.priority[plan.transporter >= 0]
    assert tuple(int((made == q).sum()) for q in np.unique(deliveries.priority)[::-1]) == counts
    assert plan.total == pytest.approx(total, rel=1e-5)
    assert plan.certified


def test_assignments_first_serves_at_least_as_many_as_score_first() -> None:
    deliveries, transporters = market("uneven", 400, 120, seed=8, heavy=True)
    by_score = solve(deliveries, transporters, Params(radius_m=4_000.0))
    by_count = solve(deliveries, transporters, Params(radius_m=4_000.0), maximise="assignments")
    assert (by_count.transporter >= 0).sum() >= (by_score.transporter >= 0).sum()
    assert by_count.total <= by_score.total + 1e-6
