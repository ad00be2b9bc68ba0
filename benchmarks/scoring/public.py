"""Public instances: OR-Library assignment with known optima, generalised assignment with best known values."""

import csv
import gzip
import tarfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import solve_matrix

Floats = NDArray[np.float64]
MIXED = ("best_known.csv", "gap_instances.tar.xz")
CORRELATED = ("best_known_correlated.csv", "gap_correlated.tar.xz")  # what is cheap is heavy: classes d and e


def assignment(data: Path) -> list[dict[str, Any]]:
    """Every ``lap/assignN.txt.gz`` against its known optimum."""
    with (data / "lap" / "optima.csv").open() as rows:
        optima = {int(row["n"]): int(row["optimum"]) for row in csv.DictReader(rows)}
    out = []
    for n, optimum in sorted(optima.items()):
        words = gzip.decompress((data / "lap" / f"assign{n}.txt.gz").read_bytes()).split()
        cost = np.array(words[1:], dtype=np.float64).reshape(n, n)
        start = perf_counter()
        plan = solve_matrix(cost.max() + 1.0 - cost)
        seconds = perf_counter() - start
        found = int(cost[np.arange(n), plan.column].sum())
        out.append({"n": n, "optimum": optimum, "found": found, "seconds": seconds})
    return out


def generalised(data: Path, limit_s: float = 1.8, kind: tuple[str, str] = MIXED) -> dict[str, Any]:
    """Every generalised assignment instance of a kind: cost and feasibility against the best known."""
    known_name, archive_name = kind
    with (data / "gap" / known_name).open() as rows:
        known = {row["Path"]: float(row["Best known solution value"]) for row in csv.DictReader(rows)}
    out = []
    with tarfile.open(data / "gap" / archive_name) as archive:
        for name, best in known.items():
            member = archive.extractfile(name)
            if member is not None:
                out.append({"name": name, "best_known": best, **_packed(member.read(), limit_s)})
    gaps = [one["cost"] / one["best_known"] - 1.0 for one in out]
    return {
        "instances": out,
        "mean_gap": float(np.mean(gaps)),
        "largest_gap": float(np.max(gaps)),
        "all_feasible": all(one["feasible"] for one in out),
        "slowest_s": max(one["seconds"] for one in out),
        "must_reach": {"mean_gap": 0.01, "slowest_s": 1.1 * limit_s},
    }


def _packed(text: bytes, limit_s: float) -> dict[str, Any]:
    """Agents and jobs, costs and loads agent by agent, capacities; all jobs must be given, at least cost."""
    words = np.array(text.split(), dtype=np.float64)
    agents, jobs = int(words[0]), int(words[1])
    size = agents * jobs
    cost = words[2 : 2 + size].reshape(agents, jobs).T
    load = words[2 + size : 2 + 2 * size].reshape(agents, jobs).T
    capacity = words[2 + 2 * size : 2 + 2 * size + agents]
    start = perf_counter()
    plan = solve_matrix(3.0 * (cost.max() + 1.0) - cost, load=load, capacity=capacity, time_limit_s=limit_s)
    seconds = perf_counter() - start
    given = np.flatnonzero(plan.column >= 0)
    used = np.bincount(plan.column[given], weights=load[given, plan.column[given]], minlength=agents)
    feasible = given.size == jobs and bool((used <= capacity).all())
    return {
        "jobs": jobs,
        "agents": agents,
        "cost": float(cost[given, plan.column[given]].sum()),
        "feasible": feasible,
        "seconds": seconds,
    }
