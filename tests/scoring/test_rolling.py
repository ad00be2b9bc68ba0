"""A plan made from the plan before is as good as one made from nothing."""

import numpy as np
import pytest

from scoring import Deliveries, InputError, Params, Transporters, solve
from scoring.inputs import Load
from tests.scoring import reference
from tests.scoring.markets import Kind, market


def _some_changed(kind: Kind, n: int, m: int) -> tuple[Deliveries, Transporters]:
    deliveries, transporters = market(kind, n, m, seed=1)
    others = market(kind, n, m, seed=2)
    rng = np.random.default_rng(0)
    rows, columns = rng.random(n) < 0.02, rng.random(m) < 0.02

    def mixed(name: str, side: int, taken: np.ndarray) -> np.ndarray:
        mine = getattr((deliveries, transporters)[side], name)
        return np.asarray(np.where(taken, getattr(others[side], name), mine))

    return (
        Deliveries(*(mixed(name, 0, rows) for name in ("lat", "lon", "weight_kg", "priority"))),
        Transporters(
            *(mixed(n, 1, columns) for n in ("lat", "lon", "rating", "free_capacity_kg", "active", "max_active"))
        ),
    )


@pytest.mark.parametrize("kind", ["clustered", "uneven"])
@pytest.mark.parametrize("load", ["package", "sum"])
def test_a_few_changed_rows_lead_to_the_same_optimum(kind: Kind, load: Load) -> None:
    params = Params(load=load)
    before = solve(*market(kind, 300, 260, seed=1), params)
    now = _some_changed(kind, 300, 260)
    warm, cold = solve(*now, params, previous=before), solve(*now, params)
    reference.check(warm, *now, params)
    assert warm.certified == cold.certified
    if cold.certified:
        assert warm.total == pytest.approx(cold.total, rel=2e-6)
    assert max(warm.total, cold.total) <= min(warm.upper_bound, cold.upper_bound) + 1e-6


def test_an_unchanged_market_is_proven_at_once() -> None:
    sides = market("clustered", 400, 350, seed=3)
    before = solve(*sides)
    again = solve(*sides, previous=before)
    assert again.certified
    assert again.rounds <= before.rounds
    assert again.total == pytest.approx(before.total, rel=2e-6)


def test_a_plan_is_carried_to_rows_that_came_went_and_moved() -> None:
    deliveries, transporters = market("clustered", 300, 280, seed=4)
    before = solve(deliveries, transporters)
    new_deliveries, new_transporters = market("clustered", 20, 15, seed=5)
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(300)[:270], rng.permutation(280)[:250]
    now = (
        Deliveries(
            *(
                np.concatenate((getattr(deliveries, n)[rows], getattr(new_deliveries, n)))
                for n in ("lat", "lon", "weight_kg")
            )
        ),
        Transporters(
            *(
                np.concatenate((getattr(transporters, n)[columns], getattr(new_transporters, n)))
                for n in ("lat", "lon", "rating", "free_capacity_kg", "active", "max_active")
            )
        ),
    )
    known = before.carried(np.append(rows, np.full(20, -1)), np.append(columns, np.full(15, -1)))
    for row, old in enumerate(rows):
        kept = known.transporter[row]
        assert kept == -1 or columns[kept] == before.transporter[old]
    warm, cold = solve(*now, previous=known), solve(*now)
    assert warm.certified
    assert warm.total == pytest.approx(cold.total, rel=2e-6)


def test_a_plan_of_other_rows_is_refused() -> None:
    before = solve(*market("clustered", 10, 10, seed=1))
    with pytest.raises(InputError, match=r"^previous: has 10 deliveries, expected 11"):
        solve(*market("clustered", 11, 10, seed=1), previous=before)
