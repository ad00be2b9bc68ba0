"""The live figures as lines of docs/benchmarks.md."""

from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Line
from benchmarks.live.phones.lines import phone_lines

SERVERS = {
    "sink": "a bare uvicorn sink that only decodes and acknowledges",
    "node": "Node ws + ioredis, GEOADD and acknowledge",
    "channels": "Django Channels + channels_redis, the same",
}


def lines(results: dict[str, Any]) -> Iterator[Line]:
    """Every figure that was measured."""
    for part in (phone_lines, _ingest, _watchers, _nearest):
        yield from part(results)


def _ingest(results: dict[str, Any]) -> Iterator[Line]:
    found = results.get("ingest")
    if not found:
        return
    rates, cpu = found["pings_per_s"], found["server_cpu_us_per_ping"]
    yield (
        "pings a second, pipelined a hundred a write on 4 connections: judged, on disk, acknowledged",
        f"{rates['dispatch']:,.0f}",
        "",
    )
    for name, against in found["rate_against"].items():
        measured = f"{against['ratio']:.2f} × ({rates[name]:,.0f})"
        yield f"pipelined, against {SERVERS[name]}", measured, f"{against['must_reach']} ×"
    against = found["cpu_against_sink"]
    measured = f"{against['ratio']:.2f} × ({cpu['dispatch']:.1f} and {cpu['sink']:.1f} µs)"
    yield (
        "pipelined: server CPU a ping, against the sink's a frame",
        measured,
        f"at most {against['must_stay_under']} ×",
    )


def _watchers(results: dict[str, Any]) -> Iterator[Line]:
    if found := results.get("latency"):
        p99 = found["ping_to_watcher_p99_ms"]
        measured = f"{p99['ms']:.0f} ms (median {found['ping_to_watcher_p50_ms']:.0f} ms)"
        yield (
            f"ping → watcher, 99 of 100, at {found['pings_per_s']:,.0f} pings/s, half the most that clients got",
            measured,
            f"at most {p99['must_stay_under']:g} ms",
        )
    if found := results.get("fanout"):
        against = found["rate_against_bare_loop"]
        measured = f"{against['ratio']:.2f} × ({found['dispatch']['sends_per_s']:,.0f} sends/s)"
        what = f"one update to {found['watchers']:,} watchers, against a bare loop that writes the same bytes"
        yield what, measured, f"{against['must_reach']} ×"
    if found := results.get("memory"):
        against = found["against_uvicorn"]
        measured = f"{against['ratio']:.2f} × ({found['bytes_a_watcher']['dispatch'] / 1024:.1f} KiB)"
        yield (
            "memory of an idle watcher, against a bare uvicorn socket",
            measured,
            f"at most {against['must_stay_under']} ×",
        )


def _nearest(results: dict[str, Any]) -> Iterator[Line]:
    if found := results.get("nearest"):
        ratios = [row["ratio"] for row in found.values()]
        limit = next(iter(found.values()))["must_stay_under"]
        what = "nearest 50 of 100,000 online, 1 to 20 km, against one GEOSEARCH with COUNT"
        yield what, f"{min(ratios):.2f} to {max(ratios):.2f} ×", f"at most {limit:g} ×"
