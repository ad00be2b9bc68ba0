"""The auction finds the best assignment of any pairs, whatever ties, slots and prices it begins from."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from scoring import Deliveries, Params, solve
from scoring.assigning import assign
from scoring.graph import Graph
from tests.scoring import reference
from tests.scoring.markets import Kind, market


def _drawn(seed: int, n: int, m: int, levels: int) -> Graph:
    """Pairs and slots with few different gains, so that much ties."""
    rng = np.random.default_rng(seed)
    i, j = np.nonzero(rng.random((n, m)) < rng.choice([0.2, 0.6, 1.0]))
    slots = rng.integers(0, 4, m)
    start = np.concatenate(([0], np.cumsum(slots)))
    fall = [np.sort(rng.integers(0, levels, count))[::-1] for count in slots]
    open_pairs = slots[j] > 0
    i, j = i[open_pairs], j[open_pairs]
    gain = rng.integers(-levels // 2, 2 * levels, i.size).astype(float)
    return Graph(n, m, i, j, gain, start, np.concatenate([*fall, np.zeros(0)]).astype(float))


def _best(graph: Graph) -> float:
    """The highest total, by scipy's dense solver over slots."""
    table = np.zeros((graph.n, graph.slot_gain.size))
    for i, j, gain in zip(graph.i, graph.j, graph.gain, strict=True):
        slots = slice(graph.slot_start[j], graph.slot_start[j + 1])
        table[i, slots] = np.maximum(gain + graph.slot_gain[slots], 0.0)
    return float(table[linear_sum_assignment(table, maximize=True)].sum())


def _total(graph: Graph, chosen: np.ndarray) -> float:
    mine = chosen[chosen >= 0]
    used = np.bincount(graph.j[mine], minlength=graph.m)
    assert (used <= np.diff(graph.slot_start)).all()
    slots = sum(float(graph.slot_gain[graph.slot_start[j] :][: used[j]].sum()) for j in range(graph.m))
    return float(graph.gain[mine].sum()) + slots


@given(st.integers(0, 10_000), st.integers(0, 14), st.integers(1, 9), st.sampled_from([1, 3, 1000]))
@settings(max_examples=150, deadline=None)
def test_any_pairs_are_assigned_as_well_as_by_a_dense_solver_and_the_tolls_prove_it(
    seed: int, n: int, m: int, levels: int
) -> None:
    graph = _drawn(seed, n, m, levels)
    chosen, toll = assign(graph)
    assert _total(graph, chosen) == pytest.approx(_best(graph), abs=1e-6)
    assert graph.bound(toll) == pytest.approx(_best(graph), abs=1e-6)


@given(st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_tolls_to_begin_from_change_nothing_but_the_way(seed: int) -> None:
    graph = _drawn(seed, 12, 7, 5)
    toll = np.random.default_rng(seed).uniform(-10, 10, 7)
    chosen, _ = assign(graph, toll)
    assert _total(graph, chosen) == pytest.approx(_best(graph), abs=1e-6)


@pytest.mark.parametrize("kind", ["clustered", "uneven"])
def test_the_optimum_with_a_term_that_no_tree_knows_equals_that_of_a_dense_solver(kind: Kind) -> None:
    deliveries, transporters = market(kind, 260, 190, seed=8)
    holder = np.random.default_rng(8).integers(-1, 190, 260)
    held = Deliveries(deliveries.lat, deliveries.lon, deliveries.weight_kg, incumbent=holder)
    params = Params(optional={"incumbent": 0.2})
    table, every = reference.slot_scores(deliveries, transporters, Params())
    column = np.array([j for j, _, _ in every])
    table = np.where(table >= 0, (table + 20.0 * (column == holder[:, None])) / 1.2, 0.0)
    plan = solve(held, transporters, params)
    assert plan.certified
    optimum = float(table[linear_sum_assignment(table, maximize=True)].sum())
    assert plan.total == pytest.approx(optimum, rel=1e-6)


def test_the_compiler_is_loaded_by_those_who_solve_and_by_nobody_else() -> None:
    program = "import sys, scoring; from scoring.__main__ import main; print('numba' in sys.modules); main()"
    program += "; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["False", "True"]


def test_what_is_compiled_beforehand_is_all_that_any_plan_calls() -> None:
    program = """
from scoring import auction, Params, solve
from scoring.__main__ import main
from tests.scoring.markets import market
def compiled():
    return {name: len(made.signatures) for name, made in vars(auction).items() if hasattr(made, "signatures")}
main()
before = compiled()
for kind in ("clustered", "one_place"):
    for load in ("package", "sum"):
        sides = market(kind, 70, 40, seed=1)
        solve(*sides, Params(load=load), previous=solve(*sides, Params(load=load)))
        solve(*sides, Params(load=load, optional={"priority": 0.5}), maximise="assignments")
print(sum(before.values()) > 0 and before == compiled())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["True"]
