"""Optional terms count when they are given a weight, everywhere alike."""

import numpy as np
import pytest

from scoring import Deliveries, InputError, Params, Transporters, rank, register, solve
from scoring import terms as registry
from tests.scoring import reference
from tests.scoring.markets import market, packages, people


def _two(**columns: object) -> Transporters:
    """Two transporters alike in all but what is given."""
    return people([0.0] * 2, [0.0] * 2, [4.0] * 2, [9.0] * 2, [0] * 2, [2] * 2, **columns)


def test_no_optional_term_counts_by_default() -> None:
    deliveries, transporters = market("clustered", 40, 30, seed=1)
    more = Transporters(
        *(getattr(transporters, n) for n in ("lat", "lon", "rating", "free_capacity_kg", "active", "max_active")),
        income=np.arange(30.0),
    )
    assert solve(deliveries, more).total == solve(deliveries, transporters).total


def test_fairness_favours_whoever_earned_less() -> None:
    params = Params(optional={"fairness": 1.0})
    ranking = rank(0.0, 0.0, 1.0, _two(income=np.array([500.0, 100.0])), params)
    assert ranking.order.tolist() == [1, 0]
    assert ranking.score[1] - ranking.score[0] == pytest.approx(100.0 / 2.0)


def test_lateness_favours_the_faster_once_time_is_short() -> None:
    who = people(
        [0.01, 0.01],
        [0.0] * 2,
        [5.0, 4.0],
        [9.0] * 2,
        [0] * 2,
        [2] * 2,
        speed_mps=np.array([2.0, 10.0]),
    )
    params = Params(optional={"lateness": 1.0})
    assert rank(0.0, 0.0, 1.0, who, params, deadline_s=3600.0).order.tolist() == [0, 1]
    assert rank(0.0, 0.0, 1.0, who, params, deadline_s=200.0).order.tolist() == [1, 0]


def test_vehicle_fit_favours_the_smallest_class_that_suits() -> None:
    who = people(
        [0.0] * 3,
        [0.0] * 3,
        [4.0] * 3,
        [9.0] * 3,
        [0] * 3,
        [2] * 3,
        vehicle=np.array([3, 1, 2]),
    )
    assert rank(0.0, 0.0, 1.0, who, Params(optional={"vehicle_fit": 1.0}), vehicle=2).order.tolist() == [2, 0, 1]


def test_priority_decides_who_is_served_when_slots_are_short() -> None:
    one = people([0.0], [0.0], [4.0], [9.0], [1], [2])
    deliveries = packages([0.0, 0.01], [0.0, 0.0], [1.0, 1.0], np.array([1.0, 5.0]))
    assert solve(deliveries, one).transporter.tolist() == [0, -1]
    assert solve(deliveries, one, Params(optional={"priority": 0.5})).transporter.tolist() == [-1, 0]


def test_an_incumbent_bonus_keeps_pairs_together_and_costs_at_most_the_bonus_of_those_moved() -> None:
    deliveries, transporters = market("clustered", 250, 220, seed=2)
    before = solve(deliveries, transporters)
    rng = np.random.default_rng(0)
    lat = transporters.lat + rng.normal(0, 0.002, 220)
    moved = Transporters(
        lat, *(getattr(transporters, n) for n in ("lon", "rating", "free_capacity_kg", "active", "max_active"))
    )
    held = Deliveries(deliveries.lat, deliveries.lon, deliveries.weight_kg, incumbent=before.transporter)
    free = solve(held, moved)
    sticky = solve(held, moved, Params(optional={"incumbent": 0.1}))
    assert sticky.certified
    stays, leaves = (int((plan.transporter == before.transporter).sum()) for plan in (sticky, free))
    assert stays > leaves
    plain = sum(
        float(np.dot(reference.shares(Params()), sticky.terms[i])) for i in np.flatnonzero(sticky.transporter >= 0)
    )
    assert plain >= free.total - 10.0 * (stays - leaves) - 1e-6


def test_a_new_term_is_one_function_and_one_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))
    register("northern", "transporter", lambda transporters: 100.0 * (transporters.lat > 0))
    who = people([-0.001, 0.001], [0.0] * 2, [4.2, 4.0], [9.0] * 2, [0] * 2, [2] * 2)
    assert rank(0.0, 0.0, 1.0, who, Params()).order.tolist() == [0, 1]
    assert rank(0.0, 0.0, 1.0, who, Params(optional={"northern": 1.0})).order.tolist() == [1, 0]
    plan = solve(packages([0.0], [0.0], [1.0]), who, Params(optional={"northern": 1.0}))
    assert plan.transporter.tolist() == [1]


def test_unknown_terms_and_missing_columns_are_refused_by_name() -> None:
    deliveries, transporters = market("clustered", 3, 3, seed=1)
    with pytest.raises(InputError, match="no term 'luck'"):
        solve(deliveries, transporters, Params(optional={"luck": 1.0}))
    with pytest.raises(InputError, match=r"Transporters\.income: is needed"):
        solve(deliveries, transporters, Params(optional={"fairness": 1.0}))
    with pytest.raises(InputError, match=r"Deliveries\.incumbent"):
        solve(
            Deliveries(deliveries.lat, deliveries.lon, deliveries.weight_kg, incumbent=np.array([0, 1, 3])),
            transporters,
            Params(optional={"incumbent": 1.0}),
        )
