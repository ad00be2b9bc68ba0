"""``python -m benchmarks growth [ORDERS] [--write]``: print every GET; exit code 1 where one grew beyond the limit."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks.arguments import suite_parser
from benchmarks.figures import Line, write_figures
from benchmarks.growth.suite import FEW, LIMIT, MANY, Measured, main

RESULTS = Path(__file__).resolve().parents[1] / "results"


def lines(measured: list[Measured], orders: int) -> list[Line]:
    """The figures as lines of docs/benchmarks.md."""
    worst, usual = measured[0], median(found.ratio for found in measured)
    with_many = f"with {orders:,} orders and ten steps of tracking each, against {FEW:,}"
    return [
        (
            f"of {len(measured)} GETs, each asked by who may, the one that grew most {with_many}",
            f"{worst.ratio:.1f} × (`{worst.name}`, {worst.many_ms:.1f} ms)",
            f"at most {LIMIT:.0f} ×",
        ),
        (f"the median of them {with_many}", f"{usual:.2f} ×", ""),
    ]


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
