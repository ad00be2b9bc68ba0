"""One delivery against 100,000 transporters, beside the loop that one would write first."""

import heapq
from math import asin, cos, radians, sin, sqrt
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.scoring.instances import instance
from scoring import Params, Transporters, rank

EARTH_M = 6_371_008.8


def single(m: int = 100_000, repeats: int = 31) -> dict[str, Any]:
    """Medians of the library's ranking and of a plain Python loop over the same rows."""
    deliveries, who = instance("clustered", m)
    lat, lon, kg = float(deliveries.lat[0]), float(deliveries.lon[0]), float(deliveries.weight_kg[0])
    ours, theirs = [], []
    for turn in range(repeats):
        start = perf_counter()
        ranking = rank(lat, lon, kg, who, Params())
        ours.append(perf_counter() - start)
        if turn % 10 == 0:
            start = perf_counter()
            best = plain_loop(lat, lon, kg, who, 20_000.0)
            theirs.append(perf_counter() - start)
    fresh = []
    for _ in range(5):
        start = perf_counter()
        again = Transporters(who.lat, who.lon, who.rating, who.free_capacity_kg, who.active, who.max_active)
        rank(lat, lon, kg, again, Params())
        fresh.append(perf_counter() - start)
    return {
        "candidates": m,
        "median_ms": median(ours) * 1e3,
        "with_new_columns_ms": median(fresh) * 1e3,
        "plain_loop_ms": median(theirs) * 1e3,
        "ratio": median(theirs) / median(ours),
        "same_top_10": [row for _, row in best] == ranking.order.tolist(),
        "must_reach": {"median_ms": 5, "ratio": 100},
    }


def plain_loop(lat: float, lon: float, kg: float, who: Transporters, radius_m: float) -> list[tuple[float, int]]:
    """Scores one by one, the ten best first."""
    rows = zip(
        who.lat.tolist(),
        who.lon.tolist(),
        who.rating.tolist(),
        who.free_capacity_kg.tolist(),
        who.active.tolist(),
        who.max_active.tolist(),
        strict=True,
    )
    phi, scored = radians(lat), []
    for row, (lat2, lon2, rating, free, active, limit) in enumerate(rows):
        phi2 = radians(lat2)
        h = sin((phi2 - phi) / 2) ** 2 + cos(phi) * cos(phi2) * sin(radians(lon2 - lon) / 2) ** 2
        distance = 2 * EARTH_M * asin(min(1.0, sqrt(h)))
        if distance > radius_m or kg > free or active >= limit:
            continue
        capacity = 100.0 if kg <= free / 2 else 200.0 * (1 - kg / free)
        terms = (100 * (1 - distance / radius_m), rating * 20, capacity, 100 * (1 - active / limit))
        scored.append((0.25 * sum(terms), row))
    return heapq.nsmallest(10, scored, key=lambda pair: (-pair[0], pair[1]))
