"""The phones' figures as lines of docs/benchmarks.md."""

from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Line
from benchmarks.live.phones.pinging import STEADY
from benchmarks.live.phones.suite import CONNECTS, EACH_SECOND_NAME, HISTORY, UPKEEP

SERVERS = {
    "sink": "a bare uvicorn sink that only acknowledges",
    "node": "Node ws + ioredis, GEOADD and acknowledge",
}


def phone_lines(results: dict[str, Any]) -> Iterator[Line]:
    """Every figure that was measured."""
    for name in STEADY:
        if found := results.get(name):
            yield from _steady(found)
    if found := results.get(CONNECTS):
        yield from _connects(found)
    if found := results.get(EACH_SECOND_NAME):
        times = f"{found['p99_ms']:.0f} ms (median {found['p50_ms']:.0f} ms)"
        what = f"{found['phones']:,} phones, one ping a second, history on: due → acknowledged, 99 of 100"
        yield what, times, f"at most {found['p99']['must_stay_under']:g} ms"
    for name, found in results.get(UPKEEP, {}).items():
        measured = f"{found['steward_cores']:.2f} (PostgreSQL {found['postgres_cores']:.2f})"
        yield f"cores of the steward at {int(name):,} pings/s", measured, f"at most {found['must_stay_under']}"
    if found := results.get(HISTORY):
        yield from _history(found)


def _steady(found: dict[str, Any]) -> Iterator[Line]:
    what = f"{found['phones']} phones, one ping a frame, {found['pings_per_s']:,} pings/s"
    ours = found["servers"]["dispatch"]
    yield f"{what}: server CPU a ping", f"{ours['cpu_us']:.0f} µs", ""
    for name, against in found["cpu_against"].items():
        peer = found["servers"][name]
        measured = f"{against['ratio']:.2f} × ({peer['cpu_us']:.0f} µs)"
        yield f"{what}: against {SERVERS[name]}", measured, f"at most {against['must_stay_under']} ×"
    node = found["servers"].get("node")
    redis = f"{ours['redis_us']:.0f} µs" + (f" (Node's {node['redis_us']:.0f} µs)" if node else "")
    yield f"{what}: Redis' CPU a ping", redis, f"at most {found['redis']['must_stay_under']:g} µs"
    times = f"{ours['p99_ms']:.0f} ms (median {ours['p50_ms']:.0f} ms)"
    others = [
        f"{word} {found['servers'][name]['p99_ms']:.0f}"
        for name, word in (("sink", "sink"), ("node", "Node"))
        if name in found["servers"]
    ]
    yield f"{what}: due → acknowledged, 99 of 100", "; ".join([times, *others]), ""


def _connects(found: dict[str, Any]) -> Iterator[Line]:
    cpu, rates = found["cpu_ms"], found["connects_per_s"]
    others = ", ".join(f"{name} {cpu[name]:.2f}" for name in ("sink", "node") if name in cpu)
    limit = f"at most {found['must_stay_under_ms']} ms"
    yield "connect → hello → welcome: server CPU", f"{cpu['dispatch']:.2f} ms ({others})", limit
    others = ", ".join(f"{name} {rates[name]:,.0f}" for name in ("sink", "node") if name in rates)
    what = f"connections a second, {found['at_once']} at once"
    yield what, f"{rates['dispatch']:,.0f} ({others})", ""


def _history(found: dict[str, Any]) -> Iterator[Line]:
    beside, alone = found["beside"], found["alone"]
    measured = (
        f"{beside['rows_per_s']:,.0f} (steward {beside['steward_cores']:.2f} cores, "
        f"PostgreSQL {beside['postgres_cores']:.2f})"
    )
    what = f"history rows a second while {found['pings_per_s']:,} pings/s come"
    yield what, measured, f"{found['must_reach']:,}"
    yield "history rows a second while nothing comes", f"{alone['rows_per_s']:,.0f}", ""
