"""Grubhub days replayed in batches of two minutes: the optimum beside greedy and single-best.

Couriers that are on shift start where their shift starts and are busy for half an hour with each order;
ratings (3 to 5), capacities (10 to 30 kg) and weights (about 3 kg) are not in the data and drawn with a
fixed seed. Each strategy gets every batch with the same state, so that plans are compared and not the
courses of days: the state moves on with the optimal plan.
"""

import csv
import gzip
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import Deliveries, Params, Transporters, solve
from scoring.result import Strategy

STRATEGIES: tuple[Strategy, ...] = ("optimal", "greedy", "single_best")
BATCH_MIN, BUSY_MIN, SLOTS = 2, 30, 2
LAT, LON = 27.7, 85.3
Row = dict[str, str]


def _rows(path: Path) -> dict[str, list[Row]]:
    by_seed: dict[str, list[Row]] = defaultdict(list)
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            by_seed[row["seed"]].append(row)
    return by_seed


def _degrees(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return LAT + y / 111_320.0, LON + x / (111_320.0 * np.cos(np.radians(LAT)))


def replay(data: Path, schedule: str = "s1") -> dict[str, Any]:
    """Totals, mean pickup distances and the number of batches in which the optimum was beaten (none may)."""
    folder = data / "dispatch"
    orders, couriers = _rows(folder / "orders.csv.gz"), _rows(folder / "couriers.csv.gz")
    restaurants = _rows(folder / "restaurants.csv.gz")
    sums: dict[str, dict[str, float]] = {s: {"score": 0.0, "assigned": 0.0, "metres": 0.0} for s in STRATEGIES}
    batches = beaten = 0
    for day in sorted(orders):
        on_shift = [row for row in couriers[day] if row["schedule"] == schedule]
        for plans in _day(orders[day], on_shift, restaurants[day], int(day)):
            batches += 1
            beaten += any(plans["optimal"][0] < plans[s][0] - 1e-6 for s in STRATEGIES)
            for strategy, (score, assigned, metres) in plans.items():
                sums[strategy]["score"] += score
                sums[strategy]["assigned"] += assigned
                sums[strategy]["metres"] += metres
    for one in sums.values():
        one["mean_pickup_m"] = one.pop("metres") / max(one["assigned"], 1.0)
    return {"days": len(orders), "batches": batches, "beaten": beaten, "strategies": sums}


def _day(
    orders: list[Row], couriers: list[Row], restaurants: list[Row], seed: int
) -> list[dict[Strategy, tuple[float, int, float]]]:
    rng = np.random.default_rng(seed)
    place = {row["restaurant"]: (float(row["x"]), float(row["y"])) for row in restaurants}
    where = np.array([place[row["restaurant"]] for row in orders])
    minute = np.array([float(row["placement_time"]) for row in orders])
    weight = rng.lognormal(1.0, 0.5, len(orders))
    rating, capacity = rng.uniform(3, 5, len(couriers)), rng.uniform(10, 30, len(couriers))
    seat = np.array([(float(row["x"]), float(row["y"])) for row in couriers])
    shift = np.array([(float(row["on_time"]), float(row["off_time"])) for row in couriers])
    free_at: list[list[float]] = [[] for _ in couriers]
    out = []
    for start in np.arange(minute.min(), minute.max() + 1, BATCH_MIN):
        batch = np.flatnonzero((minute >= start) & (minute < start + BATCH_MIN))
        if not batch.size:
            continue
        now = start + BATCH_MIN
        free_at = [[end for end in ends if end > now] for ends in free_at]
        deliveries = Deliveries(*_degrees(where[batch, 0], where[batch, 1]), weight[batch], key=batch)
        transporters = Transporters(
            *_degrees(seat[:, 0], seat[:, 1]),
            rating,
            capacity,
            np.array([len(ends) for ends in free_at]),
            np.full(len(couriers), SLOTS),
            available=(shift[:, 0] <= now) & (now < shift[:, 1]),
            key=np.arange(len(couriers)),
        )
        plans = {s: solve(deliveries, transporters, Params(), strategy=s) for s in STRATEGIES}
        for column in plans["optimal"].transporter[plans["optimal"].transporter >= 0]:
            free_at[int(column)].append(now + BUSY_MIN)
        out.append({s: _figures(plan.total, plan.terms[:, 0]) for s, plan in plans.items()})
    return out


def _figures(total: float, distance_term: NDArray[np.float64]) -> tuple[float, int, float]:
    """Total score, deliveries assigned and the metres to their pickups, read back from the distance term."""
    given = ~np.isnan(distance_term)
    metres = (1.0 - distance_term[given] / 100.0) * Params().radius_m
    return total, int(given.sum()), float(metres.sum())
