"""The plots of the docs, from the results as they were written."""

from pathlib import Path
from time import perf_counter
from typing import Any

import matplotlib as mpl

from benchmarks.scoring.instances import KINDS, instance
from scoring import solve

mpl.use("Agg")
from matplotlib import pyplot as plt

BLUE, GREY = "#2a6f97", "#8d99ae"


def scaling(results: dict[str, Any], folder: Path) -> None:
    """Seconds against size for every kind of city, with the dense solver's point beside them."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    rows = [row for name in ("1000", "10000", "100000") for row in results.get(name, [])]
    for kind in KINDS:
        points = [(row["deliveries"], row["median_s"]) for row in rows if row["kind"] == kind]
        axes.plot(*zip(*points, strict=True), marker="o", label=kind) if points else None
    if "against_scipy" in results:
        one = results["against_scipy"]
        axes.plot([one["n"]], [one["scipy_dense_s"]], "x", color="black", label="scipy dense, one slot")
    axes.set(xscale="log", yscale="log", xlabel="deliveries", ylabel="seconds", title="Bulk assignment on 2 cores")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend(fontsize=8)
    _save(figure, folder / "scoring-scaling.svg")


def quality(folder: Path, n: int = 4_000) -> None:
    """Gap left against the time allowed, with greedy and single-best as points."""
    deliveries, transporters = instance("clustered", n)
    best = solve(deliveries, transporters)
    figure, axes = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    line = []
    for limit in (0.0, 0.1, 0.2, 0.4, 0.8, None):
        start = perf_counter()
        plan = solve(deliveries, transporters, time_limit_s=limit)
        line.append((perf_counter() - start, max(100 * (1 - plan.total / best.upper_bound), 1e-7), 100 * plan.gap))
    seconds, below, stated = zip(*line, strict=True)
    axes.plot(seconds, below, marker="o", color=BLUE, label="optimal: below the optimum")
    axes.plot(seconds, [max(gap, 1e-7) for gap in stated], marker=".", ls="--", color=BLUE, label="optimal: stated gap")
    for strategy, marker in (("greedy", "s"), ("single_best", "^")):
        start = perf_counter()
        plan = solve(deliveries, transporters, strategy=strategy)  # type: ignore[arg-type]
        spent = perf_counter() - start
        axes.plot([spent], [100 * (1 - plan.total / best.upper_bound)], marker, color=GREY, label=strategy)
    axes.set(
        yscale="log", xlabel="seconds", ylabel="% below the best possible total", title=f"{n:,} deliveries, clustered"
    )
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize=8)
    _save(figure, folder / "scoring-quality.svg")


def _save(figure: Any, path: Path) -> None:  # noqa: ANN401 - matplotlib is untyped
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
