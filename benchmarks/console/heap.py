"""What a page's heap holds more after minutes, told apart: what the page keeps, and what the browser compiles for it.

A page that runs for minutes is compiled further and further, function by function, as it is found to be busy; a page
that keeps what it should let go of grows in objects. By two snapshots of the browser (https://v8.dev/docs/memory-leaks).
"""

import asyncio
import json
import statistics
from collections.abc import Callable
from typing import Any

from playwright.async_api import CDPSession

LOOK_EVERY_S = 30.0
# How the engine names what it has of a program itself: bytes of code, what it noted while running, how it reads them.
ENGINES_OWN = "system / "


async def watch_heap(session: CDPSession, minutes: float, tell: Callable[[float], None]) -> dict[str, Any]:
    """Apart from the rest, since clearing up for each look stops the page. MB throughout."""
    looks = max(4, round(minutes * 60 / LOOK_EVERY_S))
    heap = []
    first = await _kinds(session)
    for look in range(looks + 1):
        heap.append(await _used(session))
        tell(look / looks)
        if look < looks:
            await asyncio.sleep(minutes * 60 / looks)
    last = await _kinds(session)
    quarter = len(heap) // 4
    grows = statistics.mean(heap[-quarter:]) - statistics.mean(heap[:quarter])
    kept = {"kept_mb": [first["kept"], last["kept"]], "compiled_mb": [first["compiled"], last["compiled"]]}
    return {"minutes": minutes, "mb": heap, "grows_by_mb": grows} | kept


async def _used(session: CDPSession) -> float:
    """What is still used after everything that can go has gone."""
    await session.send("HeapProfiler.collectGarbage")
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "JSHeapUsedSize") / 1e6


async def _kinds(session: CDPSession) -> dict[str, float]:
    """What the page keeps (objects, arrays, text, closures and what the browser has for them), and what is compiled."""
    parts: list[str] = []

    def take(event: dict[str, str]) -> None:
        parts.append(event["chunk"])

    session.on("HeapProfiler.addHeapSnapshotChunk", take)
    try:
        await session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    finally:
        session.remove_listener("HeapProfiler.addHeapSnapshotChunk", take)
    return sizes_by_kind(json.loads("".join(parts)))


def sizes_by_kind(snapshot: dict[str, Any]) -> dict[str, float]:
    """MB of what is ``kept`` and of what is ``compiled``, of a heap snapshot as Chromium writes it."""
    meta, nodes, texts = snapshot["snapshot"]["meta"], snapshot["nodes"], snapshot["strings"]
    fields, kinds = meta["node_fields"], meta["node_types"][0]
    kind_at, name_at, size_at = (fields.index(name) for name in ("type", "name", "self_size"))
    sizes = {"kept": 0.0, "compiled": 0.0}
    for at in range(0, len(nodes), len(fields)):
        own = kinds[nodes[at + kind_at]] == "code" or texts[nodes[at + name_at]].startswith(ENGINES_OWN)
        sizes["compiled" if own else "kept"] += nodes[at + size_at] / 1e6
    return sizes
