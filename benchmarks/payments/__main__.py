"""``python -m benchmarks.payments [flows]``: print the figures; exit code 1 below the limit."""

import sys

from benchmarks.payments import LIMIT
from benchmarks.payments.suite import main

if __name__ == "__main__":
    result = main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    print(f"initiate → settle over HTTP        {result.api_per_s:8.1f} /s")
    print(f"the same {result.statements:4d} statements, asyncpg {result.sql_per_s:8.1f} /s")
    print(f"ratio                              {result.ratio:8.2f}   (limit {LIMIT})")
    sys.exit(result.ratio < LIMIT)
