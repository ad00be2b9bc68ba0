"""Known optima of public instances, where the data is at hand."""

import os
from pathlib import Path

import pytest

from benchmarks.scoring import public, replay

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("DISPATCH_TEST_DATA", ROOT.parent / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="data not found, skipped")


@needs_data
def test_the_known_optimum_of_every_assignment_instance_is_found() -> None:
    found = public.assignment(DATA)
    assert found
    assert [row["found"] for row in found] == [row["optimum"] for row in found]


@pytest.mark.slow
@needs_data
def test_generalised_assignment_is_always_feasible_and_near_the_best_known() -> None:
    results = public.generalised(DATA, limit_s=1.5)
    assert results["all_feasible"]
    assert results["mean_gap"] <= 0.01
    assert all(one["cost"] >= one["best_known"] for one in results["instances"]), "nobody beats a proven optimum"


@pytest.mark.heavy
@needs_data
def test_the_optimum_is_never_worse_than_greedy_over_whole_days() -> None:
    results = replay.replay(DATA)
    assert results["batches"] > 0
    assert results["beaten"] == 0
    totals = {name: sums["score"] for name, sums in results["strategies"].items()}
    assert totals["optimal"] >= max(totals.values())
