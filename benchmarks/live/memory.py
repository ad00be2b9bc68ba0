"""Memory of an idle watcher, beside an idle socket of bare uvicorn (websockets-sansio, deflate off).

Every round starts both servers afresh, warms them with some connections, and counts the bytes that the process has of
its own before and after thousands of connections open. They stay silent while that is measured.
"""

import asyncio
import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from benchmarks.live.followed import followed
from benchmarks.live.peers import Peer, idle
from benchmarks.live.readers import Readers, allow_sockets

WATCHERS = 4_000
WARM = 300
PARCELS = 20
ROUNDS = 5
SETTLE_S = 1.0
MUST_STAY_UNDER = 1.3


async def bytes_a_watcher(peer: Peer, paths: Sequence[str], watchers: int) -> float:
    """How much the process grows for each of so many."""
    warm = await asyncio.to_thread(_opened, peer, paths, WARM)
    warm.close()
    await asyncio.sleep(SETTLE_S)
    before = peer.rss_bytes()
    readers = await asyncio.to_thread(_opened, peer, paths, watchers)
    await asyncio.sleep(SETTLE_S)
    grown = peer.rss_bytes() - before
    readers.close()
    return grown / watchers


def _opened(peer: Peer, paths: Sequence[str], count: int) -> Readers:
    """So many, each with its first frame read."""
    readers = Readers(peer.port, [paths[number % len(paths)] for number in range(count)])
    readers.read_until(1)
    return readers


async def measure(folder: Path, rounds: int = ROUNDS, watchers: int = WATCHERS) -> dict[str, Any]:
    """Both and their ratio."""
    allow_sockets(watchers)
    grown: dict[str, list[float]] = {"dispatch": [], "uvicorn": []}
    for _ in range(rounds):
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(followed(folder / "dispatch", PARCELS, PARCELS))
            paths = [f"/ws/track/{parcel}" for parcel in server.parcels]
            grown["dispatch"].append(await bytes_a_watcher(server.peer, paths, watchers))
        async with idle() as bare:
            grown["uvicorn"].append(await bytes_a_watcher(bare, ["/ws/idle"], watchers))
    medians = {name: statistics.median(values) for name, values in grown.items()}
    return {
        "watchers": watchers,
        "bytes_a_watcher": medians,
        "against_uvicorn": {"ratio": medians["dispatch"] / medians["uvicorn"], "must_stay_under": MUST_STAY_UNDER},
        "rounds": grown,
    }
