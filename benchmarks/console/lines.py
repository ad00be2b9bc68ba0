"""The console's figures as lines of docs/benchmarks.md."""

from collections.abc import Iterator
from typing import Any

from benchmarks.console.measuring import BUSY_MUST_STAY_UNDER, FRAME_MUST_STAY_UNDER_MS, TASK_MUST_STAY_UNDER_MS
from benchmarks.figures import Line

PEERS = {"geojson": "MapLibre's GeoJSON source", "leaflet": "Leaflet on a canvas"}


def lines(results: dict[str, Any]) -> Iterator[Line]:
    """Every figure that was measured."""
    ours = results.get("console")
    if ours:
        yield from _ours(ours, f"{results['transporters']:,} moving transporters on the console")
    for name, words in PEERS.items():
        if theirs := results.get(name):
            busy, frame = theirs["main_thread_busy"], theirs["frame_ms"]["p95"]
            longest = theirs["longest_task"]
            measured = (
                f"{busy:.1%}, a frame {frame:.1f} ms, longest task {longest['worked_ms']:.0f} ms of work "
                f"({longest['took_ms']:.0f} ms)"
            )
            yield f"the same by {words}, which jump where ours slide: main thread busy", measured, ""


def _ours(found: dict[str, Any], what: str) -> Iterator[Line]:
    frame = found["frame_ms"]
    measured = f"{frame['p95']:.1f} ms (median {frame['median']:.1f}, most {frame['most']:.1f})"
    yield f"{what}: a frame is taken in, 95 of 100", measured, f"at most {FRAME_MUST_STAY_UNDER_MS:g} ms"
    yield f"{what}: main thread busy", f"{found['main_thread_busy']:.1%}", f"at most {BUSY_MUST_STAY_UNDER:.0%}"
    longest = found["longest_task"]
    measured = f"{longest['worked_ms']:.0f} ms of work ({longest['took_ms']:.0f} ms with software drawing)"
    yield f"{what}: longest task, drawing excluded", measured, f"at most {TASK_MUST_STAY_UNDER_MS:g} ms"
    if heap := found.get("heap"):
        (kept, kept_then), (compiled, compiled_then) = heap["kept_mb"], heap["compiled_mb"]
        measured = (
            f"what the page keeps {kept_then - kept:+.2f} MB of {kept:.1f} MB, "
            f"compiled code {compiled_then - compiled:+.1f} MB of {compiled:.1f} MB"
        )
        yield f"{what}: heap over {heap['minutes']:g} minutes", measured, "what is kept is flat"
