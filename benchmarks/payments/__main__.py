"""``python -m benchmarks.payments [flows]``: print the figures; exit code 1 below the limit."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.payments import LIMIT
from benchmarks.payments.suite import main
from benchmarks.readme import write_figures

RESULTS = Path(__file__).resolve().parents[1] / "results"

if __name__ == "__main__":
    result = main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    print(f"initiate → settle over HTTP        {result.api_per_s:8.1f} /s")
    print(f"the same {result.statements:4d} statements, asyncpg {result.sql_per_s:8.1f} /s")
    print(f"ratio                              {result.ratio:8.2f}   (limit {LIMIT})")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "payments.json").write_text(json.dumps(asdict(result) | {"must_reach": LIMIT}, indent=2) + "\n")
    what = f"payments opened and settled over HTTP, against the same {result.statements} statements through asyncpg"
    write_figures("payments", [(what, f"{result.ratio:.2f} × ({result.api_per_s:.0f} a second)", f"{LIMIT} ×")])
    sys.exit(result.ratio < LIMIT)
