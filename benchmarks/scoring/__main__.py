"""``python -m benchmarks scoring [--only NAME ...] [--data DIR] [--out DIR]``: the figures of `scoring`."""

import argparse
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scoring import bulk, public, replay, rolling, single

ROOT = Path(__file__).resolve().parents[2]
console = Console()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks scoring")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="some of the measurements")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public instances")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results", help="where JSON is written")
    parser.add_argument("--plots", type=Path, default=ROOT / "docs" / "img", help="where plots are written")
    return parser.parse_args()


def _measurements(data: Path) -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {
        "1000": lambda: bulk.sizes(1_000, 11),
        "10000": lambda: bulk.sizes(10_000, 3, limit_s=10.0),
        "100000": lambda: [bulk.worker("clustered", 100_000, repeats=1, limit_s=25.0)],
        "single": single.single,
        "rolling": rolling.rolling,
        "peers": lambda: bulk.peers(2_000),
        "against_scipy": lambda: bulk.against_scipy(10_000),
    }
    if not data.is_dir():
        console.print(f"[yellow]data not found, skipped: assignment, generalised, replay ({data})")
        return found
    return {
        **found,
        "assignment": lambda: public.assignment(data),
        "generalised": lambda: public.generalised(data),
        "replay": lambda: replay.replay(data),
    }


def _table(results: dict[str, Any]) -> Table:
    table = Table("what", "measured", "must reach")
    for lines in (_bulk, _others, _public):
        for line in lines(results):
            table.add_row(*line)
    return table


def _bulk(results: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    limits = {"1000": "60 ms", "10000": "2 s, 500 MB, certified", "100000": "gap 0.01 %, 30 s, 3 GB"}
    for size, limit in limits.items():
        for row in results.get(size, []):
            proof = "certified" if row["certified"] else f"gap {100 * row['gap']:.5f} %"
            what = f"{row['deliveries']:,} × {row['transporters']:,} {row['kind']}"
            spent = f"{row['median_s']:.3f} s (CPU {median(row['cpu_seconds']):.3f} s)"
            yield what, f"{spent}, {row['peak_mb']:.0f} MB, {proof}", limit
    for name, one in results.get("peers", {}).get("solvers", {}).items():
        yield f"2,000 one slot: {name}", f"{one['seconds']:.3f} s, total {one['total']:,.1f}", ""


def _others(results: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    if one := results.get("against_scipy"):
        measured = f"{one['ratio']:.0f} × faster ({one['scipy_dense_s']:.1f} s)"
        yield "10,000 one slot against scipy dense", measured, "40 ×"
    if one := results.get("single"):
        yield "one against 100,000", f"{one['median_ms']:.2f} ms, {one['ratio']:.0f} × a loop", "5 ms, 100 ×"
    if one := results.get("rolling"):
        yield "1 % changed, solved again", f"{one['ratio']:.2f} × faster, same: {one['same_optimum']}", "3 ×"


def _public(results: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for row in results.get("assignment", []):
        yield f"OR-Library assign{row['n']}", str(row["found"]), str(row["optimum"])
    if one := results.get("generalised"):
        measured = f"mean gap {100 * one['mean_gap']:.2f} %, slowest {one['slowest_s']:.2f} s"
        feasible = "all feasible" if one["all_feasible"] else "INFEASIBLE"
        yield "generalised assignment, 40 instances", f"{measured}, {feasible}", "1 %, 2 s each"
    if one := results.get("replay"):
        for name, sums in one["strategies"].items():
            measured = f"score {sums['score']:,.0f}, {sums['assigned']:.0f} assigned, {sums['mean_pickup_m']:.0f} m"
            yield f"Grubhub days, {name}", measured, f"beaten in {one['beaten']} of {one['batches']}"


def main() -> None:
    """Measure what was asked for, keep it beside what was measured before, draw and show it."""
    arguments = _arguments()
    path = arguments.out / "scoring.json"
    results: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    measurements = _measurements(arguments.data)
    names = arguments.only or [*measurements, "plots"]
    for name in names:
        with console.status(f"measuring {name}"):
            if name == "plots":
                from benchmarks.scoring import plots  # noqa: PLC0415 - matplotlib is an extra

                plots.scaling(results, arguments.plots)
                plots.quality(arguments.plots)
                continue
            load = os.getloadavg()[0]  # a busy machine inflates seconds, so how busy it was is kept beside them
            results[name] = measurements[name]()
            results.setdefault("load_average_before", {})[name] = round(load, 2)
            arguments.out.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(results, indent=2) + "\n")
    console.print(_table({name: results[name] for name in names if name in results}))


if __name__ == "__main__":
    main()
