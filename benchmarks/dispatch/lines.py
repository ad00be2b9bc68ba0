"""The dispatcher's figures as lines of docs/benchmarks.md."""

from collections.abc import Iterator
from typing import Any

from benchmarks.dispatch.bulk import MOST_ACK_MS, MOST_PAUSE_MS
from benchmarks.dispatch.single import MOST_PAUSE_MS as MOST_SINGLE_PAUSE_MS
from benchmarks.figures import Line


def lines(results: dict[str, Any]) -> Iterator[Line]:
    """Every figure that was measured."""
    for name, row in results.items():
        if name.startswith("bulk"):
            yield from _bulk(row)
        else:
            yield from _single(row)


def _single(row: dict[str, Any]) -> Iterator[Line]:
    what = f"`POST /api/auto-assign/` for one delivery, {row['city']}"
    measured = f"{row['median_ms']:.0f} ms median ({row['worker_cpu_ms']:.0f} ms of CPU), {row['p95_ms']:.0f} ms p95"
    yield what, measured, f"{row['must_stay_under']:g} ms"
    yield (
        f"the same where all of them sent a position in between, {row['city']}",
        f"{row['all_moved_median_ms']:.0f} ms",
        "",
    )
    if "estimate_median_ms" in row:
        yield (
            f"delivery of a cart estimated before it is paid, {row['city']}",
            f"{row['estimate_median_ms']:.0f} ms median, {row['estimate_p95_ms']:.0f} ms p95",
            f"{row['must_stay_under']:g} ms",
        )
    pause = f"{row['longest_pause_ms']:.0f} ms"
    yield f"meanwhile, {row['city']}: the event loop's longest pause", pause, f"{MOST_SINGLE_PAUSE_MS:g} ms"


def _bulk(row: dict[str, Any]) -> Iterator[Line]:
    certified = "certified" if row["certified"] else f"gap {row['gap'] * 100:.2f} %"
    measured = f"{row['seconds']:.1f} s ({row['assigned']:,} assigned, {certified})"
    yield f"`POST /api/auto-assign/`, {row['city']}, committed and published", measured, f"{row['must_stay_under']:g} s"
    pauses = f"{row['longest_pause_ms']:.0f} ms; {row['ack_p99_ms']:.0f} ms"
    yield (
        f"meanwhile, {row['city']}: the event loop's longest pause; pings' acks, 99 of 100",
        pauses,
        f"{MOST_PAUSE_MS:g} ms; {MOST_ACK_MS:g} ms",
    )
