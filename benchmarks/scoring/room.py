"""Packages that must fit together: a crowded city under a limit, and cities where weights seldom bind or are heavy."""

from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import Deliveries, Params, Transporters, solve

SUM = Params(load="sum")
Figures = dict[str, Any]


def city(
    n: int, m: int, mean_kg: float, slots: int, hubs: int, free_kg: tuple[float, ...]
) -> tuple[Deliveries, Transporters]:
    """Both sides around the same hubs, 0.02 degrees wide; weights are gamma-distributed with shape 2."""
    rng = np.random.default_rng(0)
    centre = rng.normal(0, 0.05, (hubs, 2))

    def places(size: int) -> NDArray[np.float64]:
        place: NDArray[np.float64] = centre[rng.integers(0, hubs, size)] + rng.normal(0, 0.02, (size, 2))
        place += np.array([27.7, 85.3])
        return place

    here, there = places(n), places(m)
    weight, free = rng.gamma(2.0, mean_kg / 2.0, n), rng.choice(np.array(free_kg), m)
    return (
        Deliveries(here[:, 0], here[:, 1], weight),
        Transporters(
            there[:, 0],
            there[:, 1],
            rng.uniform(3, 5, m),
            free,
            np.zeros(m, dtype=np.int64),
            np.full(m, slots),
        ),
    )


def summed() -> list[Figures]:
    """Each city once, with what must be reached."""
    solve(*city(200, 50, 16.0, 8, 12, (5.0, 20.0, 80.0)), SUM)  # compiling is not what is measured
    narrow, wide = (5.0, 20.0, 80.0), (15.0, 40.0, 120.0)
    return [
        _figures("1,000 × 250, twice what fits", city(1_000, 250, 16.0, 8, 12, narrow), 10.0, "11 s, gap 2 %"),
        _figures("2,000 × 300, twice what fits", city(2_000, 300, 12.0, 12, 12, narrow), 10.0, "11 s, gap 3 %"),
        _figures("5,000 × 1,000, crowded", city(5_000, 1_000, 12.0, 12, 12, narrow), 10.0, "11 s, gap 3 %"),
        _figures("10,000 × 10,000, seldom bind", city(10_000, 10_000, 4.0, 4, 30, narrow), None, "2 s, gap 0.01 %"),
        _figures("5,000 × 10,000, 40 kg each", city(5_000, 10_000, 40.0, 4, 30, wide), 15.0, "15 s, gap 1 %"),
    ]


def _figures(name: str, sides: tuple[Deliveries, Transporters], limit_s: float | None, must_reach: str) -> Figures:
    start, busy = perf_counter(), process_time()
    plan = solve(*sides, SUM, time_limit_s=limit_s)
    seconds, cpu = perf_counter() - start, process_time() - busy
    given = np.flatnonzero(plan.transporter >= 0)
    carried = np.bincount(
        plan.transporter[given], weights=sides[0].weight_kg[given], minlength=sides[1].free_capacity_kg.size
    )
    return {
        "name": name,
        "limit_s": limit_s,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "gap": plan.gap,
        "given": int(given.size),
        "all_fit": bool((carried <= sides[1].free_capacity_kg + 1e-9).all()),
        "must_reach": must_reach,
    }
