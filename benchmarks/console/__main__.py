"""``python -m benchmarks console [SCENE …]``: a dispatcher's console before a fleet that moves, beside others' ways."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.arguments import check_names, suite_parser
from benchmarks.console.lines import lines
from benchmarks.console.measuring import Plan, measure
from benchmarks.console.moving import moving_city
from benchmarks.console.scenes import SCENES
from benchmarks.figures import write_figures

RESULTS = Path(__file__).resolve().parents[1] / "results" / "console.json"
ABOUT = """Open the real page in a real Chromium before a real server whose fleet moves, two frames a second, and
measure how long a frame takes, how busy the main thread is by its own CPU time, and how long its longest task is.
Drawing is done by software in another process: it is not part of these figures. Takes four minutes, with the heap
ten more."""


async def run(names: list[str], plan: Plan) -> dict[str, Any]:
    """Each scene alone with the server, one after the other; the heap is watched on ours alone."""
    results: dict[str, Any] = {"transporters": plan.transporters}
    with tempfile.TemporaryDirectory() as folder, Progress(transient=True) as progress:
        task = progress.add_task("making the fleet", total=1.0)
        async with moving_city(Path(folder), plan.transporters) as (base, tokens):
            for name in names:
                progress.update(task, description=name, completed=0.0)
                part = plan if name == "console" else Plan(plan.transporters, plan.seconds, 0)
                results[name] = await measure(
                    SCENES[name], base, tokens, part, lambda share: progress.update(task, completed=share)
                )
    return results


def main() -> None:
    """Measure, show and, where asked, keep."""
    parser = suite_parser("console", ABOUT)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"of {', '.join(SCENES)}; all where none is named")
    parser.add_argument("--transporters", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each scene is looked at")
    parser.add_argument("--heap-minutes", type=float, default=0.0, help="watch the console's heap for so long, then")
    asked = parser.parse_args()
    check_names(parser, asked.scenes, list(SCENES), "scene")
    results = asyncio.run(
        run(asked.scenes or list(SCENES), Plan(asked.transporters, asked.seconds, asked.heap_minutes))
    )
    table = Table("what", "measured", "must reach")
    for line in lines(results):
        table.add_row(*line)
    Console().print(table)
    if asked.write:
        before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(before | results, indent=2) + "\n")
        write_figures("console", lines(before | results), lines(before))


if __name__ == "__main__":
    main()
