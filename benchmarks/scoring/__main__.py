"""``python -m benchmarks scoring [--only NAME ...] [--write]``: the figures of `scoring`."""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.arguments import check_names, suite_parser
from benchmarks.scoring import bulk, public, replay, rolling, room, single, tables

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    *("1000", "10000", "100000", "single", "rolling", "peers", "against_scipy", "summed"),
    *("assignment", "generalised", "correlated", "correlated_10s", "replay", "plots"),
)
console = Console()


def _arguments() -> argparse.Namespace:
    parser = suite_parser("scoring", "Measure the scoring library: bulk sizes, peers, public instances; some minutes.")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help=f"some of {', '.join(NAMES)}; all where none is named"
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public instances")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results", help="where JSON is written")
    parser.add_argument("--plots", type=Path, default=ROOT / "docs" / "img", help="where plots are written")
    arguments = parser.parse_args()
    check_names(parser, arguments.only or [], NAMES, "measurement")
    return arguments


def _measurements(data: Path) -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {
        "1000": lambda: bulk.sizes(1_000, 11),
        "10000": lambda: bulk.sizes(10_000, 3, limit_s=10.0),
        "100000": lambda: [bulk.worker(kind, 100_000, repeats=1, limit_s=30.0) for kind in bulk.EVEN],
        "single": single.single,
        "rolling": rolling.rolling,
        "peers": lambda: bulk.peers(2_000),
        "against_scipy": lambda: bulk.against_scipy(10_000),
        "summed": room.summed,
    }
    if not data.is_dir():
        console.print(f"[yellow]data not found, skipped: assignment, generalised, correlated, replay ({data})")
        return found
    return {
        **found,
        "assignment": lambda: public.assignment(data),
        "generalised": lambda: public.generalised(data),
        "correlated": lambda: public.generalised(data, kind=public.CORRELATED),
        "correlated_10s": lambda: public.generalised(data, 10.0, public.CORRELATED),
        "replay": lambda: replay.replay(data),
    }


def main() -> None:
    """Measure what was asked for, keep it beside what was measured before, draw and show it."""
    arguments = _arguments()
    path = arguments.out / "scoring.json"
    results: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    before = dict(results)
    measurements = _measurements(arguments.data)
    names = arguments.only or [*measurements, "plots"]
    for name in names:
        with console.status(f"measuring {name}"):
            if name == "plots":
                if not arguments.write:
                    continue  # drawn from what is kept
                from benchmarks.scoring import plots  # noqa: PLC0415 - matplotlib is an extra

                plots.scaling(results, arguments.plots)
                plots.quality(arguments.plots)
                continue
            if name not in measurements:
                continue  # its data is not here, which was said
            load = os.getloadavg()[0]  # a busy machine inflates seconds, so how busy it was is kept beside them
            results[name] = measurements[name]()
            results.setdefault("load_average_before", {})[name] = round(load, 2)
            if arguments.write:
                arguments.out.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(results, indent=2) + "\n")
    measured = {name: results[name] for name in names if name in measurements}
    console.print(tables.terminal(measured))
    if arguments.write:
        tables.write_page(measured, {name: before[name] for name in measured if name in before})


if __name__ == "__main__":
    main()
