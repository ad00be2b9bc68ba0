"""``python -m benchmarks live [FIGURE …] [--write]``: the live figures, for people, and kept where that is asked."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from api.embedded import embedded
from benchmarks.arguments import check_names, suite_parser
from benchmarks.figures import ROOT, write_figures
from benchmarks.live import fanout, ingest, latency, memory, nearest
from benchmarks.live.lines import lines
from benchmarks.live.phones import suite as phones
from benchmarks.live.phones.lines import phone_lines

RESULTS = Path(__file__).resolve().parents[1] / "results"
PICTURES = ROOT / "docs" / "img"
OTHERS = ("ingest", "nearest", "latency", "fanout", "memory")
FIGURES = (*phones.FIGURES, *OTHERS)


async def run(figures: list[str], say: Callable[[str], None]) -> dict[str, Any]:
    """The live measurements that were asked for; ``say`` is told what is measured now."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with embedded(folder / "peer-redis", postgres=False, redis=True) as urls:
            redis_url = str(urls.redis_url)
            results |= await phones.measure(folder, redis_url.removeprefix("unix://"), figures, say)
            if "nearest" in figures:
                say("nearest")
                results["nearest"] = await nearest.measure(redis_url)
            if "ingest" in figures:
                say("ingest, pipelined")
                results["ingest"] = await ingest.measure(folder, redis_url.removeprefix("unix://"))
        for figure, suite in (("latency", latency), ("fanout", fanout), ("memory", memory)):
            if figure in figures:
                say(figure)
                results[figure] = await suite.measure(folder / figure)
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


def show_latency(figures: dict[str, Any]) -> None:
    """Ages of positions at half the greatest rate."""
    table = Table("greatest pings/s", "sent pings/s", "p50 ms", "p99 ms", "must stay under", "client late, p99 ms")
    p99 = figures["ping_to_watcher_p99_ms"]
    table.add_row(
        f"{figures['fastest_pings_per_s']:,.0f}",
        f"{figures['pings_per_s']:,.0f}",
        f"{figures['ping_to_watcher_p50_ms']:.1f}",
        f"{p99['ms']:.1f}",
        f"{p99['must_stay_under']:g}",
        f"{figures['sent_late_p99_ms']:.1f}",
    )
    Console().print(table)


def show_fanout(figures: dict[str, Any]) -> None:
    """Our server and the bare loop."""
    table = Table("one update", "sends/s", "first to last ms", "CPU µs/send", "dispatch is × of it", "must reach")
    for name in ("dispatch", "broadcast"):
        row, against = figures[name], figures["rate_against_bare_loop"] if name == "broadcast" else None
        numbers = (row["sends_per_s"], row["first_to_last_ms"], row["server_cpu_us_per_send"])
        ratio = (f"{against['ratio']:.2f}", f"{against['must_reach']}") if against else ("", "")
        table.add_row(name, f"{numbers[0]:,.0f}", f"{numbers[1]:.1f}", f"{numbers[2]:.1f}", *ratio)
    Console().print(table)


def show_memory(figures: dict[str, Any]) -> None:
    """Our server and bare uvicorn."""
    table = Table(f"{figures['watchers']:,} idle watchers", "KiB each", "dispatch is × of it", "must stay under")
    for name, size in figures["bytes_a_watcher"].items():
        against = figures["against_uvicorn"] if name == "uvicorn" else None
        ratio = (f"{against['ratio']:.2f}", f"{against['must_stay_under']}") if against else ("", "")
        table.add_row(name, f"{size / 1024:.1f}", *ratio)
    Console().print(table)


def show_phones(results: dict[str, Any]) -> None:
    """A line for each figure that is about phones."""
    found = list(phone_lines(results))
    if found:
        table = Table("phones", "measured", "must reach")
        for line in found:
            table.add_row(*line)
        Console().print(table)


SHOW = {
    "nearest": show_nearest,
    "ingest": show_ingest,
    "latency": show_latency,
    "fanout": show_fanout,
    "memory": show_memory,
}


def main() -> None:
    """Measure, write, show."""
    parser = suite_parser(
        "live", "Measure the live figures: pings in, watchers out, searches. A figure takes a minute."
    )
    parser.add_argument(
        "figures", nargs="*", metavar="FIGURE", help=f"of {', '.join(FIGURES)}; all where none is named"
    )
    asked = parser.parse_args()
    check_names(parser, asked.figures, FIGURES, "figure")
    with Console(stderr=True).status("starting") as status:
        results = uvloop.run(run(asked.figures or list(FIGURES), status.update))
    if asked.write:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / "live.json"
        kept = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(kept | results, indent=2) + "\n")
        from benchmarks.live import plots  # noqa: PLC0415 - matplotlib is an extra

        plots.phones(kept | results, PICTURES)
        write_figures("live", lines(results), lines({name: kept[name] for name in results if name in kept}))
    show_phones(results)
    for name in OTHERS:
        if name in results:
            SHOW[name](results[name])


if __name__ == "__main__":
    main()
