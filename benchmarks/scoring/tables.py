"""What was measured, line by line beside what must be reached: for the terminal and for docs/benchmarks.md."""

from collections.abc import Iterator
from statistics import median
from typing import Any

from rich.table import Table

from benchmarks.figures import Line, write_figures


def terminal(results: dict[str, Any]) -> Table:
    """Every line of the results."""
    table = Table("what", "measured", "must reach")
    for line in _lines(results):
        table.add_row(*line)
    return table


def write_page(results: dict[str, Any], before: dict[str, Any]) -> None:
    """Renew the lines of docs/benchmarks.md that were measured; ``before``: the same figures as they were."""
    write_figures("scoring", _quoted(results), _quoted(before))


def _quoted(results: dict[str, Any]) -> list[Line]:
    return [line for line in _lines(results) if not line[0].startswith("OR-Library")]


def _lines(results: dict[str, Any]) -> Iterator[Line]:
    for part in (_bulk, _others, _peers, _summed, _public):
        yield from part(results)


def _bulk(results: dict[str, Any]) -> Iterator[Line]:
    limits = {"1000": "60 ms", "10000": "2 s, 500 MB, certified", "100000": "gap 0.01 %, 30 s, 3 GB"}
    for size, limit in limits.items():
        for row in results.get(size, []):
            proof = "certified optimal" if row["certified"] else f"gap {100 * row['gap']:.5f} %"
            what = f"{row['deliveries']:,} × {row['transporters']:,} × {row['slots']}, {row['kind']}"
            spent = f"{row['median_s']:.3f} s (CPU {median(row['cpu_seconds']):.3f} s)"
            yield what, f"{spent}, {row['peak_mb']:.0f} MB, {proof}", limit if row["kind"] != "uneven" else ""


def _others(results: dict[str, Any]) -> Iterator[Line]:
    if one := results.get("against_scipy"):
        measured = f"{one['ratio']:.0f} × faster ({one['scoring']['median_s']:.2f} s and {one['scipy_dense_s']:.1f} s)"
        yield "10,000 × 10,000, one slot, against scipy dense", measured, "40 ×"
    if one := results.get("single"):
        yield "one against 100,000", f"{one['median_ms']:.2f} ms, {one['ratio']:.0f} × a loop", "5 ms, 100 ×"
    if one := results.get("rolling"):
        same = "same optimum" if one["same_optimum"] else "ANOTHER OPTIMUM"
        yield f"{one['n']:,} again after 1 % changed", f"{one['ratio']:.2f} × faster, {same}", "3 ×"


def _peers(results: dict[str, Any]) -> Iterator[Line]:
    if one := results.get("peers"):
        best = max(solver["total"] for solver in one["solvers"].values())
        for name, solver in one["solvers"].items():
            below = 100.0 * (1.0 - solver["total"] / best)
            yield (
                f"{one['n']:,} × {one['n']:,}, one slot: {name}",
                f"{solver['seconds']:.3f} s, {below:.3f} % below",
                "",
            )


def _summed(results: dict[str, Any]) -> Iterator[Line]:
    for row in results.get("summed", []):
        fits = "all fit" if row["all_fit"] else "OVERLOADED"
        measured = f"{row['seconds']:.2f} s (CPU {row['cpu_seconds']:.2f} s), gap {100 * row['gap']:.4f} %, {fits}"
        yield f"summed weights: {row['name']}", measured, row["must_reach"]


def _public(results: dict[str, Any]) -> Iterator[Line]:
    for row in results.get("assignment", []):
        yield f"OR-Library assign{row['n']}", str(row["found"]), str(row["optimum"])
    yield from _generalised(results)
    if one := results.get("replay"):
        for name, sums in one["strategies"].items():
            measured = f"score {sums['score']:,.0f}, {sums['assigned']:.0f} assigned, {sums['mean_pickup_m']:.0f} m"
            yield f"Grubhub days, {name}", measured, f"beaten in {one['beaten']} of {one['batches']}"


def _generalised(results: dict[str, Any]) -> Iterator[Line]:
    names = {
        "generalised": ("generalised assignment, 40 instances", "1 %, 2 s each"),
        "correlated": ("the same, costs and loads correlated, limit 1.8 s", "2 s each"),
        "correlated_10s": ("the same, limit 10 s", "1 %, 11 s each"),
    }
    for key, (what, limit) in names.items():
        if one := results.get(key):
            measured = f"mean gap {100 * one['mean_gap']:.2f} %, slowest {one['slowest_s']:.2f} s"
            feasible = "all feasible" if one["all_feasible"] else "INFEASIBLE"
            yield what, f"{measured}, {feasible}", limit
