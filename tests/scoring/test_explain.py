"""Why this one, why not that one, and what would have to change."""

import numpy as np
import pytest

from scoring import Deliveries, InputError, Params, Reason, explain, solve
from tests.scoring.markets import market, packages, people


def test_every_pair_of_an_optimal_plan_is_at_least_as_good_as_its_alternatives_at_the_plans_prices() -> None:
    deliveries, transporters = market("clustered", 120, 90, seed=1)
    plan = solve(deliveries, transporters)
    for row in np.flatnonzero(plan.transporter >= 0)[:40]:
        why = explain(plan, deliveries, transporters, Params(), delivery=int(row))
        assert why.chosen
        assert why.reason == Reason.NONE
        assert why.transporter == plan.transporter[row]
        assert why.score == pytest.approx(plan.score[row])
        assert why.margin >= -1e-3
        other = explain(plan, deliveries, transporters, Params(), delivery=int(row), transporter=why.alternatives[0])
        assert not other.chosen
        assert other.reason == Reason.OUTBID
        assert other.margin <= 1e-3


def test_a_rejected_pair_cannot_enter_the_plan_without_loss_before_it_scores_its_margin_more() -> None:
    deliveries, transporters = market("clustered", 60, 45, seed=3)
    plan = solve(deliveries, transporters)
    asked = [(row, column) for row in range(0, 60, 7) for column in range(0, 45, 6)]
    short = 0
    for row, column in asked:
        why = explain(plan, deliveries, transporters, Params(), delivery=row, transporter=column)
        if why.chosen or why.reason != Reason.OUTBID or why.margin > -0.5:
            continue
        bonus = (-why.margin - 0.01) / 100.0  # as an incumbent's bonus it falls on this pair alone
        holder = np.full(60, -1)
        holder[row] = column
        held = Deliveries(deliveries.lat, deliveries.lon, deliveries.weight_kg, incumbent=holder)
        raised = solve(held, transporters, Params(optional={"incumbent": bonus}))
        assert raised.total * (1.0 + bonus) <= plan.total * (1 + 1e-6)
        short += 1
    assert short > 10


def test_a_barred_transporter_is_explained_by_what_bars_it() -> None:
    deliveries = packages([0.0], [0.0], [5.0])
    who = people([0.0, 0.0, 5.0], [0.0] * 3, [4.0] * 3, [50.0, 1.0, 50.0], [0] * 3, [3] * 3)
    plan = solve(deliveries, who)
    barred = [explain(plan, deliveries, who, Params(), delivery=0, transporter=j) for j in (1, 2)]
    assert [why.reason for why in barred] == [Reason.TOO_HEAVY, Reason.TOO_FAR]
    assert all(np.isnan(why.score) for why in barred)


def test_a_delivery_that_nobody_got_is_explained_by_its_reason() -> None:
    deliveries = packages([0.0, 0.0], [0.0, 0.0], [1.0, 99.0])
    who = people([0.0], [0.0], [4.0], [9.0], [0], [3])
    plan = solve(deliveries, who)
    why = explain(plan, deliveries, who, Params(), delivery=1)
    assert why.transporter == -1
    assert why.reason == Reason.TOO_HEAVY
    assert why.alternatives == ()


def test_rows_that_do_not_exist_are_refused() -> None:
    deliveries, transporters = market("clustered", 4, 3, seed=1)
    plan = solve(deliveries, transporters)
    with pytest.raises(InputError, match=r"^delivery: is 4"):
        explain(plan, deliveries, transporters, Params(), delivery=4)
    with pytest.raises(InputError, match=r"^transporter: is 3"):
        explain(plan, deliveries, transporters, Params(), delivery=0, transporter=3)
    with pytest.raises(InputError, match=r"^plan: "):
        explain(plan, *market("clustered", 5, 3, seed=1), Params(), delivery=0)
