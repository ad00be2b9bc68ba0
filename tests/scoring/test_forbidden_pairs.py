"""Pairs that may not be made are made by no plan, and what is made instead is still the best there is."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Deliveries, InputError, Params, Plan, Transporters, score_blocks, solve


def _sides(draw: np.random.Generator, n: int, m: int) -> tuple[Deliveries, Transporters]:
    return (
        Deliveries(27.7 + draw.normal(0, 0.03, n), 85.3 + draw.normal(0, 0.03, n), draw.uniform(0.5, 5, n)),
        Transporters(
            27.7 + draw.normal(0, 0.03, m),
            85.3 + draw.normal(0, 0.03, m),
            draw.uniform(3, 5, m),
            draw.uniform(5, 50, m),
            np.zeros(m, dtype=np.int64),
            np.ones(m, dtype=np.int64),
        ),
    )


def _best_total(deliveries: Deliveries, transporters: Transporters, params: Params, forbidden: np.ndarray) -> float:
    """By trying everything; each transporter takes one."""
    scores = np.vstack([block.score for block in score_blocks(deliveries, transporters, params)])
    scores[forbidden[:, 0], forbidden[:, 1]] = np.nan
    n, m = scores.shape
    best = 0.0
    for who in product(range(-1, m), repeat=n):
        taken = [j for j in who if j >= 0]
        if len(set(taken)) == len(taken):
            values = [scores[i, j] for i, j in enumerate(who) if j >= 0]
            if not np.isnan(values).any():
                best = max(best, float(np.sum(values)))
    return best


def _makes_none(plan: Plan, forbidden: np.ndarray) -> bool:
    return not (plan.transporter[forbidden[:, 0]] == forbidden[:, 1]).any()


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1), st.sampled_from(["package", "sum"]))
@settings(max_examples=60, deadline=None)
def test_a_plan_beside_forbidden_pairs_is_the_best_of_all_that_are_left(n: int, m: int, seed: int, load: str) -> None:
    draw = np.random.default_rng(seed)
    deliveries, transporters = _sides(draw, n, m)
    params = Params(load=load)  # type: ignore[arg-type]
    forbidden = np.argwhere(draw.random((n, m)) < 0.4)
    plan = solve(deliveries, transporters, params, forbidden=forbidden)
    assert _makes_none(plan, forbidden)
    assert plan.total == pytest.approx(_best_total(deliveries, transporters, params, forbidden), abs=1e-6)
    assert plan.upper_bound >= plan.total - 1e-9


@pytest.mark.parametrize("load", ["package", "sum"])
def test_a_city_whose_best_pairs_are_all_forbidden_is_still_planned_to_the_last_digit(load: str) -> None:
    deliveries, transporters = _sides(np.random.default_rng(3), 400, 400)
    params = Params(load=load)  # type: ignore[arg-type]
    first = solve(deliveries, transporters, params)
    given_rows = np.flatnonzero(first.transporter >= 0)
    forbidden = np.column_stack((given_rows, first.transporter[given_rows]))
    plan = solve(deliveries, transporters, params, forbidden=forbidden)
    assert _makes_none(plan, forbidden)
    assert plan.total < first.total
    assert plan.gap < 1e-4
    greedy = solve(deliveries, transporters, params, strategy="greedy", forbidden=forbidden)
    assert _makes_none(greedy, forbidden)
    assert greedy.total <= plan.upper_bound + 1e-6


def test_a_forbidden_row_that_does_not_exist_is_named() -> None:
    deliveries, transporters = _sides(np.random.default_rng(3), 2, 2)
    with pytest.raises(InputError, match="forbidden"):
        solve(deliveries, transporters, forbidden=np.array([[2, 0]]))
