"""``python -m benchmarks growth [ORDERS] [--write]``: print every GET; exit code 1 where one grew beyond the limit."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.arguments import suite_parser
from benchmarks.figures import write_figures
from benchmarks.growth.suite import FEW, LIMIT, MANY, main
from benchmarks.growth.tables import lines

RESULTS = Path(__file__).resolve().parents[1] / "results"


def run() -> int:
    """Measure, show, and keep where that is asked."""
    parser = suite_parser("growth", "Measure every GET with few orders and with many; some minutes.")
    parser.add_argument(
        "orders", nargs="?", type=int, default=MANY, metavar="ORDERS", help=f"how many are many; {MANY:,} if not said"
    )
    asked = parser.parse_args()
    if asked.orders < FEW:
        parser.error(f"ORDERS must be {FEW} or more, which are few")
    measured = main(asked.orders)
    for found in measured:
        print(f"{found.ratio:6.2f} ×  {found.few_ms:8.2f} ms → {found.many_ms:8.2f} ms  {found.name}")
    if asked.write:
        RESULTS.mkdir(exist_ok=True)
        kept = {"orders": asked.orders, "must_reach": LIMIT, "gets": [asdict(found) for found in measured]}
        (RESULTS / "growth.json").write_text(json.dumps(kept, indent=2) + "\n")
        write_figures("growth", lines(measured, asked.orders))
    return int(measured[0].ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(run())
