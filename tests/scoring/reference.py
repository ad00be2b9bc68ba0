"""Scores, optima and bounds computed from scratch, by other formulas than the library's.

Distances come from the haversine formula, optima from brute force or scipy's dense solver, bounds from
weak duality over every pair. Nothing here calls the library but for reading the columns it was given.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from scoring import Deliveries, Params, Plan, Transporters

Floats = NDArray[np.float64]
R = 6_371_008.8


def distances_m(d: Deliveries, t: Transporters) -> Floats:
    """(N, M) great-circle metres."""
    lat1, lon1 = np.radians(d.lat)[:, None], np.radians(d.lon)[:, None]
    lat2, lon2 = np.radians(t.lat), np.radians(t.lon)
    h = np.sin((lat1 - lat2) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon1 - lon2) / 2) ** 2
    return np.asarray(2 * R * np.arcsin(np.sqrt(np.minimum(h, 1.0))))


def terms(d: Deliveries, t: Transporters, p: Params) -> tuple[Floats, NDArray[np.bool_]]:
    """(N, M, 3) distance, rating and capacity terms, and whether each pair may be made at all."""
    n, m = len(d), len(t)
    out = np.zeros((n, m, 3))
    fine = np.zeros((n, m), dtype=np.bool_)
    far = distances_m(d, t)
    for i, j in product(range(n), range(m)):
        located = d.located is None or bool(d.located[i])
        weight, free = float(d.weight_kg[i]), float(t.free_capacity_kg[j])
        available = t.available is None or bool(t.available[j])
        near = not located or far[i, j] <= p.radius_m
        fine[i, j] = near and weight <= free and available and t.active[j] < t.max_active[j]
        out[i, j, 0] = 100 * (1 - far[i, j] / p.radius_m) if located else 0.0
        out[i, j, 1] = 100 * t.rating[j] / 5
        out[i, j, 2] = 100.0 if weight <= free / 2 else 200.0 * (free - weight) / free if free else 0.0
    return out, fine


def slots(t: Transporters, n: int) -> list[tuple[int, int, float]]:
    """(transporter, k, workload term) of every slot that n deliveries could fill."""
    out: list[tuple[int, int, float]] = []
    for j in range(len(t)):
        free = int(t.max_active[j] - t.active[j]) if t.available is None or t.available[j] else 0
        load = [100 * (1 - (t.active[j] + k) / t.max_active[j]) for k in range(min(max(free, 0), n))]
        out.extend((j, k, float(value)) for k, value in enumerate(load))
    return out


def shares(p: Params) -> Floats:
    """The four weights as shares of one."""
    return np.array(p.weights) / sum(p.weights)


def slot_scores(d: Deliveries, t: Transporters, p: Params) -> tuple[Floats, list[tuple[int, int, float]]]:
    """(N, K) scores with every slot, -1 where impossible, and the slots."""
    three, fine = terms(d, t, p)
    w = shares(p)
    every = slots(t, len(d))
    base = three @ w[:3]
    table = np.full((len(d), len(every)), -1.0)
    for column, (j, _, load) in enumerate(every):
        table[:, column] = np.where(fine[:, j], base[:, j] + w[3] * load, -1.0)
    return table, every


def optimum(d: Deliveries, t: Transporters, p: Params) -> float:
    """The highest total, by scipy's dense solver over slots."""
    table = np.maximum(slot_scores(d, t, p)[0], 0.0)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum())


def most_assigned(d: Deliveries, t: Transporters, p: Params) -> tuple[tuple[int, ...], float]:
    """Assignments by priority, highest first, of the best such plan, and its total; by a lexicographic sum."""
    table, _ = slot_scores(d, t, p)
    priority = np.zeros(len(d)) if d.priority is None else d.priority
    levels = np.unique(priority)[::-1]
    more = len(d) + 1.0  # one of a level outweighs all below it, and one of the lowest all scores
    bonus = 100.0 * more * more ** (len(levels) - 1.0 - np.searchsorted(-levels, -priority))
    worth = np.where(table >= 0, table + bonus[:, None], 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    made = table[rows, columns] >= 0
    counts = tuple(int((priority[rows[made]] == q).sum()) for q in levels)
    return counts, float(table[rows[made], columns[made]].sum())


def brute_force(d: Deliveries, t: Transporters, p: Params) -> float:
    """The highest total over every way to give n deliveries to m transporters or nobody; small cases only."""
    three, fine = terms(d, t, p)
    w = shares(p)
    base = three @ w[:3]
    best = 0.0
    for choice in product(range(-1, len(t)), repeat=len(d)):
        best = max(best, _total(choice, base, fine, d, t, p, float(w[3])))
    return best


def _total(
    choice: tuple[int, ...],
    base: Floats,
    fine: NDArray[np.bool_],
    d: Deliveries,
    t: Transporters,
    p: Params,
    workload_share: float,
) -> float:
    given = [0] * len(t)
    kg = [0.0] * len(t)
    total = 0.0
    for i, j in enumerate(choice):
        if j < 0:
            continue
        if not fine[i, j] or t.active[j] + given[j] >= t.max_active[j]:
            return -1.0
        total += base[i, j] + workload_share * 100 * (1 - (t.active[j] + given[j]) / t.max_active[j])
        given[j] += 1
        kg[j] += float(d.weight_kg[i])
    if p.load == "sum" and any(kg[j] > t.free_capacity_kg[j] + 1e-9 for j in range(len(t))):
        return -1.0
    return total


def check(plan: Plan, d: Deliveries, t: Transporters, p: Params) -> None:
    """Recompute every figure of a plan; fails where one is wrong or a limit is broken."""
    three, fine = terms(d, t, p)
    w = shares(p)
    seen: dict[int, set[int]] = {}
    for i, j in enumerate(plan.transporter.tolist()):
        if j < 0:
            assert plan.score[i] == 0.0
            assert plan.reason[i] != 0
            assert np.isnan(plan.terms[i]).all()
            continue
        assert fine[i, j], f"pair {i}, {j} is not feasible"
        assert plan.reason[i] == 0
        k = int(plan.slot[i])
        assert k not in seen.setdefault(j, set())
        seen[j].add(k)
        load = 100 * (1 - (t.active[j] + k) / t.max_active[j])
        np.testing.assert_allclose(plan.terms[i], [*three[i, j], load], atol=1e-5)
        np.testing.assert_allclose(plan.score[i], np.dot(w, [*three[i, j], load]), atol=1e-6)
    for j, given in seen.items():
        assert given == set(range(len(given)))
        assert t.active[j] + len(given) <= t.max_active[j]
        if p.load == "sum":
            assert d.weight_kg[plan.transporter == j].sum() <= t.free_capacity_kg[j] + 1e-9
    np.testing.assert_allclose(plan.total, plan.score.sum(), rtol=1e-12, atol=1e-9)
    assert plan.upper_bound >= plan.total - 1e-9
    assert plan.certified == (plan.upper_bound - plan.total <= 1e-6 * plan.upper_bound)


def dual_bound(price: Floats, weight_price: Floats, d: Deliveries, t: Transporters, p: Params) -> float:
    """What no plan can exceed if slots cost `price` and each kg `weight_price`: weak duality, all pairs."""
    table, every = slot_scores(d, t, p)
    w = shares(p)
    first = np.zeros(len(t))
    rent = 0.0
    for j, k, load in every:
        if k == 0:
            first[j] = load
        rent += max(0.0, w[3] * (load - first[j]) + price[j])
    best = np.zeros(len(d))
    for column, (j, k, _) in enumerate(every):
        if k == 0:
            net = table[:, column] - price[j] - weight_price[j] * d.weight_kg
            best = np.maximum(best, np.where(table[:, column] >= 0, net, 0.0))
    return float(best.sum() + rent + weight_price @ t.free_capacity_kg)
