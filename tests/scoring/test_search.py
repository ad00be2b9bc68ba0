"""Searches for the best partner miss nobody: not in a tree, not from memory, whatever the prices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Deliveries, Params, Transporters, auction
from scoring.arrays import Floats, Ints
from scoring.assigning import City
from scoring.auction import Side
from scoring.market import Market
from tests.scoring.markets import Kind, market, packages

KINDS: list[Kind] = ["clustered", "uneven", "one_place", "poles", "antimeridian"]


def _city(kind: Kind, n: int, m: int, seed: int, radius_m: float = 20_000.0) -> City:
    deliveries, transporters = market(kind, n, m, seed, heavy=True)
    weight = deliveries.weight_kg.copy()
    weight[: n // 4] = np.resize(transporters.free_capacity_kg, n // 4)  # fills somebody to the last gram
    located = np.arange(n) % 7 != 0
    return City(
        Market(
            Deliveries(deliveries.lat, deliveries.lon, weight, located=located),
            transporters,
            Params(radius_m=radius_m),
        )
    )


def _charged(side: Side, rng: np.random.Generator) -> None:
    """Any prices, also such that leave nothing to gain."""
    side.price[:] = rng.uniform(-20.0, 100.0, side.price.size)
    auction.promise(side)


def _found(city: City, side: Side, other: Side, own: int, *, by_row: bool, floor: float, k: int) -> tuple[Ints, Floats]:
    best, values = np.full(k, -1, dtype=np.int64), np.full(k, floor)
    held = np.full(side.price.size, -1, dtype=np.int64)
    auction.find(side, other, by_row, own, held, city.rates, best, values)
    return best, values


def _true_values(city: City) -> Floats:
    """(N, M) of the tree's own rows and columns less the columns' tolls, by the market's own formulas."""
    gain = city.market.block(city.row, city.column)
    return gain - city.columns.price - city.rows.price[:, None]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1, 6), (3, 15), (40, 17), (130, 300)])
@pytest.mark.parametrize("radius_m", [20_000.0, 900.0])
def test_a_tree_names_the_same_best_partners_as_a_look_at_everybody(
    kind: Kind, size: tuple[int, int], radius_m: float
) -> None:
    city = _city(kind, *size, seed=size[1], radius_m=radius_m)
    assert city.open.size
    rng = np.random.default_rng(7)
    for side, other, by_row in ((city.columns, city.rows, True), (city.rows, city.columns, False)):
        city.rows.price[:] = city.columns.price[:] = 0.0
        auction.promise(other)
        _charged(side, rng)
        table = _true_values(city) if by_row else _true_values(city).T
        for own in range(len(table)):
            best, values = _found(city, side, other, own, by_row=by_row, floor=3.0, k=4)
            expected = np.sort(table[own][table[own] > 3.0])[::-1][:4]
            assert values[: expected.size] == pytest.approx(expected, abs=1e-6)
            assert (best[: expected.size] >= 0).all()
            assert (best[expected.size :] == -1).all()
            assert table[own][best[: expected.size]] == pytest.approx(expected, abs=1e-6)


@given(st.integers(0, 10_000), st.sampled_from(KINDS), st.floats(1e-3, 10.0))
@settings(max_examples=40, deadline=None)
def test_what_a_delivery_remembers_is_as_good_as_a_new_search_however_tolls_have_risen(
    seed: int, kind: Kind, rise: float
) -> None:
    city = _city(kind, 12, 60, seed)
    side, rng, values = city.columns, np.random.default_rng(seed), np.empty(2)
    side.price[:] = 0.0
    auction.promise(side)
    known = auction.nothing_known(12)
    held = np.full(12, -1, dtype=np.int64)
    for _ in range(25):
        for own in range(12):
            j = auction.best_two(side, city.rows, own, held, city.rates, known, values)
            best, anew = _found(city, side, city.rows, own, by_row=True, floor=0.0, k=3)
            assert (j >= 0) == (best[0] >= 0)
            if j < 0:
                continue
            assert values[0] == pytest.approx(anew[0], abs=1e-9)
            assert anew[1] - 1e-9 <= values[1] < values[0] + 1e-9
            auction.set_price(side, j, side.price[j] + values[0] - values[1] + rng.uniform(0.0, rise))
    assert known.use[1] > 0


def test_prices_set_one_by_one_leave_the_tree_as_prices_set_all_at_once() -> None:
    city = _city("clustered", 50, 700, seed=3)
    side, rng = city.columns, np.random.default_rng(0)
    _charged(side, rng)
    for q in rng.integers(0, side.price.size, 2_000):
        auction.set_price(side, q, rng.uniform(-50.0, 50.0))
    nodes, leaves = side.nodes.copy(), side.leaves.copy()
    auction.promise(side)
    assert np.array_equal(nodes, side.nodes)
    assert np.array_equal(leaves, side.leaves)


def test_a_tree_of_nobody_and_of_one_place_can_be_searched() -> None:
    nobody = City(Market(*market("clustered", 5, 0, seed=1), Params()))
    assert nobody.columns.price.size == 0
    place = np.full(100, 27.7), np.full(100, 85.3)
    alike = Transporters(*place, np.full(100, 4.0), np.full(100, 20.0), np.zeros(100, int), np.ones(100, int))
    city = City(Market(packages([27.7], [85.3], [1.0]), alike, Params()))
    city.columns.price[:] = 0.0
    auction.promise(city.columns)
    best, values = _found(city, city.columns, city.rows, 0, by_row=True, floor=0.0, k=5)
    assert len(set(best.tolist())) == 5
    assert np.ptp(values) == pytest.approx(0.0)
