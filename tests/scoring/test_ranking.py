"""One delivery against everybody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Params, Reason, rank, score_blocks
from tests.scoring import reference
from tests.scoring.markets import market, packages, people


def test_the_contracts_example_scores_89() -> None:
    # 3 km of 20 away, 4.8 stars, a light package, a quarter of the allowed work under way
    north = np.degrees(3_000.0 / reference.R)
    who = people([north], [0.0], [4.8], [50.0], [1], [4])
    ranking = rank(0.0, 0.0, 5.0, who, Params())
    np.testing.assert_allclose(ranking.terms[0], [85.0, 96.0, 100.0, 75.0], atol=1e-9)
    assert ranking.score[0] == pytest.approx(89.0)
    assert ranking.order.tolist() == [0]


@given(st.integers(0, 10_000), st.sampled_from([1_000.0, 5_000.0, 20_000.0]))
@settings(max_examples=25, deadline=None)
def test_scores_equal_those_computed_from_scratch_and_the_best_come_first(seed: int, radius_m: float) -> None:
    deliveries, transporters = market("clustered", 1, 40, seed=seed, heavy=True)
    params = Params(weights=(0.4, 0.3, 0.2, 0.1), radius_m=radius_m)
    ranking = rank(
        float(deliveries.lat[0]), float(deliveries.lon[0]), float(deliveries.weight_kg[0]), transporters, params
    )
    three, fine = reference.terms(deliveries, transporters, params)
    load = [100 * (1 - a / b) for a, b in zip(transporters.active, transporters.max_active, strict=True)]
    expected = np.where(fine[0], np.column_stack((three[0], load)) @ reference.shares(params), np.nan)
    np.testing.assert_allclose(ranking.score, expected, atol=1e-6)
    assert ((ranking.reason == Reason.NONE) == fine[0]).all()
    best = sorted(np.flatnonzero(fine[0]), key=lambda j: -ranking.score[j])[:10]
    np.testing.assert_allclose(ranking.score[ranking.order], ranking.score[best])


def test_each_reason_is_named_and_what_bars_for_good_comes_before_what_passes() -> None:
    who = people(
        [0.0, 0.0, 0.0, 1.0, 1.0],
        [0.0] * 5,
        [5.0] * 5,
        [10.0, 1.0, 10.0, 1.0, 10.0],
        [0, 0, 3, 3, 0],
        [3] * 5,
        available=np.array([True, True, True, True, False]),
    )
    ranking = rank(0.0, 0.0, 2.0, who, Params())
    assert [Reason(code).name for code in ranking.reason] == ["NONE", "TOO_HEAVY", "NO_SLOT", "TOO_FAR", "UNAVAILABLE"]
    assert np.isnan(ranking.score[1:]).all()
    assert ranking.order.tolist() == [0]


def test_without_coordinates_distance_counts_for_nobody_and_bars_nobody() -> None:
    who = people([0.0, 50.0], [0.0, 50.0], [3.0, 5.0], [9.0, 9.0], [0, 0], [2, 2])
    ranking = rank(None, None, 1.0, who, Params())
    assert ranking.order.tolist() == [1, 0]
    assert (ranking.terms[:, 0] == 0).all()
    assert ranking.score[1] == pytest.approx((0 + 100 + 100 + 100) / 4)


def test_ties_go_to_the_lower_key_wherever_the_row_stands() -> None:
    same = people([0.0] * 4, [0.0] * 4, [4.0] * 4, [9.0] * 4, [0] * 4, [2] * 4, key=np.array([7, 3, 9, 1]))
    assert rank(0.0, 0.0, 1.0, same, Params(), top_k=3).order.tolist() == [3, 1, 0]
    unnamed = people([0.0] * 4, [0.0] * 4, [4.0] * 4, [9.0] * 4, [0] * 4, [2] * 4)
    assert rank(0.0, 0.0, 1.0, unnamed, Params(), top_k=3).order.tolist() == [0, 1, 2]


def test_nobody_to_rank_is_an_empty_answer() -> None:
    nobody = people([], [], [], [], [], [])
    ranking = rank(0.0, 0.0, 1.0, nobody, Params())
    assert ranking.order.size == 0
    assert ranking.terms.shape == (0, 4)


def test_blocks_hold_the_scores_of_single_rankings_whatever_the_memory_bound() -> None:
    deliveries, transporters = market("clustered", 30, 25, seed=3, heavy=True)
    params = Params(radius_m=8_000.0)
    for memory in (1, 10_000, 2**26):
        rows = 0
        for block in score_blocks(deliveries, transporters, params, memory_bytes=memory):
            assert block.score.shape == (block.stop - block.start, 25)
            for row in range(block.start, block.stop):
                one = rank(
                    float(deliveries.lat[row]),
                    float(deliveries.lon[row]),
                    float(deliveries.weight_kg[row]),
                    transporters,
                    params,
                )
                np.testing.assert_allclose(block.score[row - block.start], one.score, atol=1e-9)
                rows += 1
        assert rows == 30


def test_deliveries_hold_lists_as_well_as_arrays() -> None:
    assert len(packages([1.0, 2.0], [1.0, 2.0], [1, 2])) == 2
