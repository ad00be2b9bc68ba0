"""What a replay came to, for people and for machines."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.simulation.accounts.drivers import Driver
from api.simulation.replay.tally import Tally
from api.simulation.replay.traces import Traces

SHOWN = 5


def summary(
    name: str, url: str, traces: Traces, drivers: Iterable[Driver], tally: Tally, *, interrupted: bool
) -> dict[str, Any]:
    """Everything as JSON has it; times in ms, counts of pings unless named otherwise."""
    return {
        "file": name,
        "url": url,
        "epoch": traces.epoch,
        "vehicles": len(traces.rows_of),
        "pings": tally.pings,
        "sent": tally.sent,
        "resent": tally.resent,
        "acknowledged": tally.acknowledged,
        "rejected": {reason: refused.count for reason, refused in tally.rejected.items()},
        "rejected_examples": {reason: refused.examples for reason, refused in tally.rejected.items()},
        "skipped": tally.skipped,
        "open": tally.open,
        "missing": tally.missing,
        "bad_rows": {reason: {"count": bad.count, "lines": bad.lines} for reason, bad in traces.bad_rows.items()},
        "remarks": {what: {"count": found.count, "lines": found.lines} for what, found in traces.remarks.items()},
        "columns_not_read": list(traces.unread),
        "times_read_as": traces.time_way,
        "times_taken_as_utc": traces.times_taken_as_utc,
        "reconnects": tally.reconnects,
        "failed_vehicles": tally.failed,
        "seconds": round(tally.seconds, 3),
        "pings_per_s": rate(tally),
        "ack_ms": {"p50": tally.ack_ms(0.50), "p99": tally.ack_ms(0.99)},
        "interrupted": interrupted,
        "complete": tally.is_complete,
        "transporters": {driver.vehicle: driver.transporter_id for driver in drivers},
    }


def rate(tally: Tally) -> float:
    """Pings settled a second."""
    return round(tally.settled / tally.seconds, 1) if tally.seconds else 0.0


def print_summary(console: Console, result: Mapping[str, Any]) -> None:
    """The table, then what deserves a sentence."""
    table = Table(title="Replay", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for label, value in _lines(result):
        table.add_row(Text(label), Text(value))  # vehicles may be called [/b]
    console.print(table)
    for remark in _remarks(result):
        console.print(remark, style="yellow", markup=False, highlight=False)


def _lines(result: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "vehicles", f"{result['vehicles']:,}"
    yield "pings in the file", f"{result['pings']:,}"
    for reason, bad in result["bad_rows"].items():
        yield "  rows left out", f"{bad['count']:,} — {reason} (lines {_some(bad['lines'], bad['count'])})"
    yield "already stored", f"{result['skipped']:,}"
    yield "sent", f"{result['sent']:,}" + (f" and {result['resent']:,} again" if result["resent"] else "")
    yield "acknowledged", f"{result['acknowledged']:,}"
    yield "rejected", f"{sum(result['rejected'].values()):,}"
    for reason, count in result["rejected"].items():
        yield f"  {reason}", f"{count:,} (vehicle {_some(result['rejected_examples'][reason], count, '; ')})"
    yield "without an answer", f"{result['open']:,}"
    p50, p99 = result["ack_ms"]["p50"], result["ack_ms"]["p99"]
    yield "ack time", "—" if p50 is None else f"p50 {p50:,.1f} ms, p99 {p99:,.1f} ms"
    yield "took", f"{result['seconds']:,.1f} s, {result['pings_per_s']:,.0f} pings/s"
    if result["reconnects"]:
        yield "reconnects", f"{result['reconnects']:,}"


def _remarks(result: Mapping[str, Any]) -> Iterable[str]:
    for column in result["columns_not_read"]:
        yield f"The column {column}."
    for what, found in result["remarks"].items():
        yield f"{found['count']:,} × {what} (lines {_some(found['lines'], found['count'])})."
    if result["times_taken_as_utc"]:
        yield f"{result['times_taken_as_utc']:,} times name no offset and were taken as UTC."
    failed: Mapping[str, str] = result["failed_vehicles"]
    for reason in dict.fromkeys(failed.values()):
        vehicles = [vehicle for vehicle, why in failed.items() if why == reason]
        yield f"Vehicles that gave up: {len(vehicles):,} ({_some(vehicles[:SHOWN], len(vehicles))}): {reason}."
    if result["missing"]:
        yield (
            f"{result['missing']:,} acknowledged pings were unknown to the server after a reconnect: it has lost them. "
            "Replay the file again to send them."
        )
    if result["interrupted"]:
        yield "Interrupted. The same command goes on where this ended."
    elif result["open"]:
        yield "Not everything was sent. The same command goes on where this ended."


def _some(shown: list[Any], count: int, between: str = ", ") -> str:
    return between.join(map(str, shown)) + (f"{between}…" if count > len(shown) else "")
