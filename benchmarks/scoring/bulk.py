"""Bulk plans: time, memory and certificate at three sizes, and peers on the same one-slot instances."""

import json
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import lap
import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from benchmarks.scoring.instances import KINDS, Kind, instance
from scoring import Params, score_blocks, solve

Floats = NDArray[np.float64]
EVEN: tuple[Kind, ...] = ("clustered", "uniform", "overloaded")  # kinds whose supply is where demand is


def worker(kind: str, n: int, *, slots: int = 3, repeats: int = 3, limit_s: float | None = None) -> dict[str, Any]:
    """One instance in a fresh process."""
    words = [kind, n, slots, repeats, *([] if limit_s is None else [limit_s])]
    command = [sys.executable, "-m", "benchmarks.scoring.worker", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    result: dict[str, Any] = json.loads(done.stdout)
    result["median_s"] = median(result["seconds"])
    return result


def sizes(n: int, repeats: int, limit_s: float | None = None) -> list[dict[str, Any]]:
    """Every kind of city at one size."""
    return [worker(kind, n, repeats=repeats, limit_s=limit_s) for kind in KINDS]


def dense(n: int, params: Params | None = None) -> Floats:
    """(N, M) scores of the one-slot clustered instance, 0 where not a candidate."""
    table = np.zeros((n, n))
    for block in score_blocks(*instance("clustered", n, slots=1), params or Params()):
        table[block.start : block.stop] = np.nan_to_num(block.score)
    return table


def peers(n: int) -> dict[str, Any]:
    """Solvers side by side on the one-slot clustered instance of a size that all can hold."""
    table, near = dense(n), dense(n, Params(weights=(1.0, 0.0, 0.0, 0.0)))
    deliveries, transporters = instance("clustered", n, slots=1)
    runs: dict[str, Callable[[], float]] = {
        "scoring": lambda: solve(deliveries, transporters).total,
        "scoring greedy": lambda: solve(deliveries, transporters, strategy="greedy").total,
        "scipy dense": lambda: _scipy_dense(table),
        "scipy sparse, 24 nearest": lambda: _scipy_sparse(table, near, 24),
        "lapx lapjv": lambda: _lapx(table),
        "OR-tools, full graph": lambda: _ortools_full(table),
    }
    out = {}
    for name, run in runs.items():
        start = perf_counter()
        total = run()
        out[name] = {"seconds": perf_counter() - start, "total": total}
    return {"n": n, "solvers": out}


def against_scipy(n: int) -> dict[str, Any]:
    """Ours and scipy's dense solver on the one-slot instance, in one run."""
    ours = worker("clustered", n, slots=1, repeats=3)
    table = dense(n)
    start = perf_counter()
    total = _scipy_dense(table)
    seconds = perf_counter() - start
    return {
        "n": n,
        "scoring": ours,
        "scipy_dense_s": seconds,
        "scipy_total": total,
        "same_optimum": bool(abs(total - ours["total"]) <= 1e-6 * total),
        "ratio": seconds / ours["median_s"],
        "must_reach": 40,
    }


def _scipy_dense(table: Floats) -> float:
    rows, columns = linear_sum_assignment(-table)
    return float(table[rows, columns].sum())


def _scipy_sparse(table: Floats, near: Floats, k: int) -> float:
    """The k nearest of each row; a private column each stands for nobody, as full matchings are asked for."""
    n = len(table)
    best = np.argpartition(-near, k, axis=1)[:, :k]
    rows = np.concatenate((np.repeat(np.arange(n), k), np.arange(n)))
    columns = np.concatenate((best.ravel(), table.shape[1] + np.arange(n)))
    cost = np.concatenate((101.0 - np.take_along_axis(table, best, 1).ravel(), np.full(n, 101.0)))
    i, j = min_weight_full_bipartite_matching(csr_array((cost, (rows, columns)), (n, table.shape[1] + n)))
    real = j < table.shape[1]
    return float(table[i[real], j[real]].sum())


def _lapx(table: Floats) -> float:
    _, column, _ = lap.lapjv(100.0 - table)
    return float(table[np.arange(len(table)), column].sum())


def _ortools_full(table: Floats) -> float:
    n = len(table)
    rows, columns = np.nonzero(table)
    solver = min_cost_flow.SimpleMinCostFlow()
    nodes = np.arange(n, dtype=np.int32)
    tails = np.concatenate((rows, nodes + n, nodes))
    heads = np.concatenate((columns + n, np.full(2 * n, 2 * n)))
    cost = np.concatenate((-np.rint(table[rows, columns] * 1e6), np.zeros(2 * n))).astype(np.int64)
    one = np.ones(tails.size, dtype=np.int64)
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads.astype(np.int32), one, cost)
    solver.set_nodes_supplies(np.append(nodes, 2 * n).astype(np.int32), np.append(np.ones(n), -n).astype(np.int64))
    solver.solve()
    used = np.asarray(solver.flows(arcs[: rows.size])) > 0
    return float(table[rows[used], columns[used]].sum())
