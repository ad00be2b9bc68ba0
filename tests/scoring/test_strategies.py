"""Greedy and single-best: the same kind of result, never better than the optimum."""

import numpy as np
import pytest

from scoring import Params, Reason, solve
from scoring.inputs import Load
from scoring.result import Strategy
from tests.scoring import reference
from tests.scoring.markets import Kind, market, packages, people


@pytest.mark.parametrize("kind", ["clustered", "uneven", "one_place"])
@pytest.mark.parametrize("strategy", ["greedy", "single_best"])
@pytest.mark.parametrize("load", ["package", "sum"])
def test_baselines_keep_all_limits_and_never_beat_the_optimum(kind: Kind, strategy: Strategy, load: Load) -> None:
    deliveries, transporters = market(kind, 150, 90, seed=6, heavy=True)
    params = Params(load=load)
    plan = solve(deliveries, transporters, params, strategy=strategy)
    reference.check(plan, deliveries, transporters, params)
    best = solve(deliveries, transporters, params)
    assert plan.total <= best.upper_bound + 1e-6
    assert plan.upper_bound >= best.total - 1e-6


def test_greedy_serves_the_most_urgent_first_and_single_best_asks_one_alone() -> None:
    two = people([0.0, 0.01], [0.0, 0.0], [5.0, 5.0], [9.0, 9.0], [0, 0], [1, 1])
    deliveries = packages([0.001, 0.0], [0.0, 0.0], [1.0, 1.0], np.array([9.0, 1.0]))
    assert solve(deliveries, two, strategy="greedy").transporter.tolist() == [0, 1]
    alone = solve(deliveries, two, strategy="single_best")
    assert alone.transporter.tolist() == [0, -1]
    assert alone.reason[1] == Reason.OUTBID


def test_every_reason_for_a_delivery_without_transporter_is_told_apart() -> None:
    who = people(
        [0.0, 40.0, 60.0],
        [0.0] * 3,
        [5.0] * 3,
        [9.0, 9.0, 9.0],
        [0, 2, 0],
        [1, 2, 2],
        available=np.array([True, True, False]),
    )
    deliveries = packages([0.0, 0.0, 0.0, 20.0, 40.0], [0.0] * 5, [1.0, 2.0, 10.0, 1.0, 1.0])
    plan = solve(deliveries, who)
    names = [Reason(code).name for code in plan.reason]
    assert sorted(names[:2]) == ["NONE", "OUTBID"]
    assert names[2:] == ["TOO_HEAVY", "TOO_FAR", "NO_SLOT"]
    nobody = people([], [], [], [], [], [])
    assert set(solve(deliveries, nobody).reason.tolist()) == {Reason.NO_TRANSPORTERS}
    barred = people([0.0], [0.0], [5.0], [9.0], [0], [1], available=np.array([False]))
    assert set(solve(deliveries, barred).reason.tolist()) == {Reason.UNAVAILABLE}


@pytest.mark.parametrize("load", ["package", "sum"])
def test_whom_nobody_but_forbidden_ones_could_have_is_told_apart_from_who_was_outbid(load: Load) -> None:
    who = people([0.0, 0.0, 40.0], [0.0] * 3, [5.0] * 3, [9.0] * 3, [0] * 3, [2, 2, 2])
    deliveries = packages([0.0, 0.001, 0.002, 40.0], [0.0] * 4, [1.0, 1.0, 20.0, 1.0])
    banned = np.array([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1], [3, 0]])
    plan = solve(deliveries, who, Params(load=load), forbidden=banned)
    assert plan.transporter.tolist() == [-1, 1, -1, 2]
    assert plan.reason.tolist() == [Reason.FORBIDDEN, Reason.NONE, Reason.TOO_HEAVY, Reason.NONE]
