"""A plan made again after 1 % of rows changed, from the plan before and from nothing."""

from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.scoring.instances import changed, instance
from scoring import solve


def rolling(n: int = 10_000, repeats: int = 7) -> dict[str, Any]:
    """Medians of both, taken in turns, and whether they end at the same optimum."""
    deliveries, transporters = instance("clustered", n)
    others = instance("clustered", n, seed=2)
    before = solve(deliveries, transporters)
    from_nothing, from_before = [], []
    same = True
    for turn in range(repeats):
        now = changed(deliveries, others[0], 0.01, turn), changed(transporters, others[1], 0.01, 100 + turn)
        start = perf_counter()
        cold = solve(*now)
        from_nothing.append(perf_counter() - start)
        start = perf_counter()
        warm = solve(*now, previous=before)
        from_before.append(perf_counter() - start)
        same = same and cold.certified and warm.certified and abs(cold.total - warm.total) <= 2e-6 * cold.total
    return {
        "n": n,
        "from_nothing_s": median(from_nothing),
        "from_before_s": median(from_before),
        "ratio": median(from_nothing) / median(from_before),
        "same_optimum": same,
        "must_reach": 3,
    }
