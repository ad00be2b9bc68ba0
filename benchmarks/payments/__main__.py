"""``python -m benchmarks payments [FLOWS] [--write]``: print the figures; exit code 1 below the limit."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.arguments import suite_parser
from benchmarks.figures import Line, write_figures
from benchmarks.payments import LIMIT
from benchmarks.payments.suite import ROUNDS, main

RESULTS = Path(__file__).resolve().parents[1] / "results"

FLOWS = 300


def line(result: dict[str, Any]) -> Line:
    """The figure as a line of docs/benchmarks.md."""
    what = f"payments opened and settled over HTTP, against the same {result['statements']} statements through asyncpg"
    return what, f"{result['ratio']:.2f} × ({result['api_per_s']:.0f} a second)", f"{LIMIT} ×"


def run() -> int:
    """Measure, show, and keep where that is asked."""
    parser = suite_parser("payments", "Measure payments that are opened and settled; about a minute.")
    parser.add_argument(
        "flows", nargs="?", type=int, default=FLOWS, metavar="FLOWS", help=f"how many; {FLOWS} if not said"
    )
    asked = parser.parse_args()
    if asked.flows < ROUNDS:
        parser.error(f"FLOWS must be {ROUNDS} or more, one a round")
    result = main(asked.flows)
    print(f"initiate → settle over HTTP        {result.api_per_s:8.1f} /s")
    print(f"the same {result.statements:4d} statements, asyncpg {result.sql_per_s:8.1f} /s")
    print(f"ratio                              {result.ratio:8.2f}   (limit {LIMIT})")
    if asked.write:
        path = RESULTS / "payments.json"
        before = [line(json.loads(path.read_text()))] if path.exists() else []
        RESULTS.mkdir(exist_ok=True)
        path.write_text(json.dumps(asdict(result) | {"must_reach": LIMIT}, indent=2) + "\n")
        write_figures("payments", [line(asdict(result))], before)
    return int(result.ratio < LIMIT)


if __name__ == "__main__":
    sys.exit(run())
