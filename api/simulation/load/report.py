"""What a load run came to, for people and for machines."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.simulation.load.run import LoadRun
from api.simulation.replay.latencies import Latencies

SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99_9": 0.999}
EDGES_MS = [edge * 10**power for power in range(5) for edge in (1, 2, 5)]
BAR = 40
# A client that sends later than that measures itself.
LATE_MS = 20.0


def times(latencies: Latencies) -> dict[str, Any]:
    """Percentiles, mean and longest in ms, and the histogram's buckets as ``[upper edge in ms, count]``."""
    found: dict[str, Any] = {"count": latencies.count}
    found |= {name: latencies.within_ms(share) for name, share in SHARES.items()}
    found |= {"max": latencies.longest_ms, "mean": latencies.mean_ms}
    return found | {"buckets": [list(bucket) for bucket in latencies.buckets()]}


def report(run: LoadRun, url: str) -> dict[str, Any]:
    """Everything as JSON has it; times in ms, counts of pings unless named otherwise."""
    plan, tally, watched = run.plan, run.tally, run.watched
    complete = tally.is_complete and not tally.failed and not watched.failed and watched.connected == plan.watchers
    return {
        "url": url,
        "epoch": run.epoch,
        "asked": {name: getattr(plan, name) for name in plan.__dataclass_fields__},
        "parcels": plan.parcels,
        "pings": tally.pings,
        "sent": tally.sent,
        "resent": tally.resent,
        "acknowledged": tally.acknowledged,
        "rejected": {reason: refused.count for reason, refused in tally.rejected.items()},
        "open": tally.open,
        "missing": tally.missing,
        "reconnects": tally.reconnects,
        "failed_transporters": tally.failed,
        "seconds": round(tally.seconds, 3),
        "acknowledged_per_s": round(tally.acknowledged / tally.seconds, 1) if tally.seconds else 0.0,
        "sent_late_ms": times(tally.late),
        "ack_ms": times(tally.ack_times),
        "watching": {
            "connected": watched.connected,
            "frames": watched.frames,
            "positions": watched.positions,
            "reconnects": watched.reconnects,
            "recovered": watched.recovered,
            "afresh": watched.afresh,
            "failed": watched.failed,
            "ping_to_watcher_ms": times(watched.latencies),
        },
        "interrupted": run.stopped,
        "complete": complete,
    }


def print_report(console: Console, result: Mapping[str, Any]) -> None:
    """The table, the histograms, then what deserves a sentence."""
    table = Table(title="Load", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for label, value in _lines(result):
        table.add_row(Text(label), Text(value))
    console.print(table)
    console.print(_percentiles(result))
    for title, key in (("due → acknowledged", result["ack_ms"]), ("due → watcher", _to_watcher(result))):
        if key["count"]:
            console.print(Text(f"\n{title}", style="bold"))
            for line in picture(key["buckets"]):
                console.print(line, markup=False, highlight=False)
    for remark in _remarks(result):
        console.print(remark, style="yellow", markup=False, highlight=False)


def _to_watcher(result: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = result["watching"]["ping_to_watcher_ms"]
    return found


def _lines(result: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    asked, watching = result["asked"], result["watching"]
    yield "transporters", f"{asked['transporters']:,}, {result['parcels']:,} of them watched"
    yield "asked for", f"{asked['rate']:,.0f} pings/s for {asked['seconds']:g} s, {asked['batch']:,} a frame"
    yield "sent", f"{result['sent']:,}" + (f" and {result['resent']:,} again" if result["resent"] else "")
    yield "acknowledged", f"{result['acknowledged']:,}, {result['acknowledged_per_s']:,.0f} a second"
    yield "rejected", f"{sum(result['rejected'].values()):,}"
    for reason, count in result["rejected"].items():
        yield f"  {reason}", f"{count:,}"
    yield "without an answer", f"{result['open']:,}"
    if result["missing"]:
        yield "acknowledged and lost", f"{result['missing']:,}"
    yield "watchers", f"{watching['connected']:,} of {asked['watchers']:,}, {watching['positions']:,} positions"
    if result["reconnects"] or watching["reconnects"]:
        went_on = f"{watching['recovered']:,} without a hole, {watching['afresh']:,} with a snapshot"
        yield "reconnects", f"transporters {result['reconnects']:,}; watchers {watching['reconnects']:,}: {went_on}"


def _percentiles(result: Mapping[str, Any]) -> Table:
    table = Table("ms", "p50", "p90", "p99", "p99.9", "max", box=None, padding=(0, 2, 0, 0), header_style="bold")
    rows = {"due → acknowledged": result["ack_ms"], "due → watcher": _to_watcher(result)}
    for label, row in (rows | {"due → sent (this client)": result["sent_late_ms"]}).items():
        cells = (row[name] for name in (*SHARES, "max"))
        table.add_row(label, *("—" if cell is None else f"{cell:,.1f}" for cell in cells))
    return table


def picture(buckets: Iterable[tuple[float, int] | list[Any]]) -> list[str]:
    """A histogram in text: how many took up to so many ms."""
    counts: dict[float, int] = {}
    for upper_ms, count in buckets:
        edge = next((edge for edge in EDGES_MS if upper_ms <= edge), EDGES_MS[-1] * 2)
        counts[edge] = counts.get(edge, 0) + count
    total, most = sum(counts.values()), max(counts.values())
    shown = [edge for edge in [*EDGES_MS, EDGES_MS[-1] * 2] if min(counts) <= edge <= max(counts)]
    lines = []
    for edge in shown:
        count = counts.get(edge, 0)
        lines.append(f"{_edge(edge):>9} ms  {'█' * round(BAR * count / most):<{BAR}} {count / total:8.3%}")
    return lines


def _edge(edge_ms: float) -> str:
    return f"≤ {edge_ms:,}" if edge_ms <= EDGES_MS[-1] else f"> {EDGES_MS[-1]:,}"


def _remarks(result: Mapping[str, Any]) -> Iterable[str]:
    failed: Mapping[str, str] = result["failed_transporters"]
    for reason in dict.fromkeys(failed.values()):
        yield f"Transporters that gave up: {list(failed.values()).count(reason):,}: {reason}."
    for reason, count in result["watching"]["failed"].items():
        yield f"Watchers that gave up: {count:,}: {reason}."
    if result["missing"]:
        yield f"The server has lost {result['missing']:,} acknowledged pings: it did not know them after a reconnect."
    if result["open"]:
        yield f"{result['open']:,} pings were not acknowledged."
    late = result["sent_late_ms"]["p99"]
    if late is not None and late > LATE_MS and not result["reconnects"]:
        yield f"This client sent 1 % of the pings {late:,.0f} ms late or more: the times above are partly its own."
    if result["interrupted"]:
        yield "Interrupted: what was due later was not sent."
