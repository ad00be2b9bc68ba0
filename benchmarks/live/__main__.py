"""``python -m benchmarks.live``: the live figures, as a table for people and JSON in benchmarks/results."""

import json
import tempfile
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from api.embedded import embedded
from benchmarks.live.ingest import measure

RESULTS = Path(__file__).resolve().parents[1] / "results"


async def run() -> dict[str, Any]:
    """All live measurements."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with embedded(folder / "peer-redis", postgres=False, redis=True) as urls:
            return {"ingest": await measure(folder, str(urls.redis_url).removeprefix("unix://"))}


def show(ingest: dict[str, Any]) -> None:
    """The table."""
    table = Table("server", "pings/s", "CPU µs/ping", "dispatch is × of it", "must reach")
    for name, rate in ingest["pings_per_s"].items():
        against = ingest["rate_against"].get(name)
        table.add_row(
            name,
            f"{rate:,.0f}",
            f"{ingest['server_cpu_us_per_ping'][name]:.1f}",
            f"{against['ratio']:.2f}" if against else "",
            f"{against['must_reach']}" if against else "",
        )
    Console().print(table)


def main() -> None:
    """Measure, write, show."""
    results = uvloop.run(run())
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "live.json").write_text(json.dumps(results, indent=2) + "\n")
    show(results["ingest"])


if __name__ == "__main__":
    main()
