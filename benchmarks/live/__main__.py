"""``python -m benchmarks.live [ingest|nearest]``: the live figures, as tables for people and JSON in results/."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from api.embedded import embedded
from benchmarks.live import ingest, nearest

RESULTS = Path(__file__).resolve().parents[1] / "results"


FIGURES = ("ingest", "nearest")


async def run(figures: list[str]) -> dict[str, Any]:
    """The live measurements that were asked for."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with embedded(folder / "peer-redis", postgres=False, redis=True) as urls:
            redis_url = str(urls.redis_url)
            if "nearest" in figures:
                results["nearest"] = await nearest.measure(redis_url)
            if "ingest" in figures:
                results["ingest"] = await ingest.measure(folder, redis_url.removeprefix("unix://"))
    return results


def show_nearest(figures: dict[str, Any]) -> None:
    """The table of searches."""
    table = Table("radius m", "ours ms", "GEOSEARCH ms", "× of it", "must stay under")
    for radius_m, row in figures.items():
        numbers = (f"{row['ours_ms']:.2f}", f"{row['geosearch_ms']:.2f}", f"{row['ratio']:.2f}")
        table.add_row(radius_m, *numbers, f"{row['must_stay_under']}")
    Console().print(table)


def show_ingest(ingest: dict[str, Any]) -> None:
    """The table of servers."""
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
    wanted = [figure for figure in sys.argv[1:] if figure in FIGURES] or list(FIGURES)
    results = uvloop.run(run(wanted))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "live.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(kept | results, indent=2) + "\n")
    if "nearest" in results:
        show_nearest(results["nearest"])
    if "ingest" in results:
        show_ingest(results["ingest"])


if __name__ == "__main__":
    main()
