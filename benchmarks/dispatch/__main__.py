"""``python -m benchmarks dispatch [FIGURE …] [--write]``: what dispatchers wait for, over HTTP."""

import json
import tempfile
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.arguments import check_names, suite_parser
from benchmarks.dispatch import bulk, single
from benchmarks.dispatch.lines import lines
from benchmarks.figures import write_figures

RESULTS = Path(__file__).resolve().parents[1] / "results"
FIGURES = (*single.CITIES, *bulk.CITIES)


async def run(figures: list[str]) -> dict[str, Any]:
    """The measurements that were asked for, each on a server of its own."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        for figure in figures:
            suite = single if figure in single.CITIES else bulk
            results[figure] = await suite.measure(Path(name) / figure, figure)
    return results


def show(results: dict[str, Any]) -> None:
    """A table of all."""
    table = Table("what", "measured", "must reach")
    for line in lines(results):
        table.add_row(*line)
    Console().print(table)


def main() -> None:
    """Measure, write, show."""
    parser = suite_parser("dispatch", "Measure what dispatchers wait for. A figure takes a minute.")
    parser.add_argument(
        "figures", nargs="*", metavar="FIGURE", help=f"of {', '.join(FIGURES)}; all where none is named"
    )
    asked = parser.parse_args()
    check_names(parser, asked.figures, FIGURES, "figure")
    results = uvloop.run(run(asked.figures or list(FIGURES)))
    if asked.write:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / "dispatch.json"
        kept = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(kept | results, indent=2) + "\n")
        write_figures("dispatch", lines(results), lines({name: kept[name] for name in results if name in kept}))
    show(results)


if __name__ == "__main__":
    main()
