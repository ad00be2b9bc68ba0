"""Pings a second on one server process, and CPU a ping, beside three peers in the same run.

Each round measures every peer once, in turn, so that a noisy moment hits all alike; the medians count.
"""

import asyncio
import statistics
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.live.peers import Peer, channels, node, ours, sink
from benchmarks.live.pipelined import SPACING, pump, writes_of

CONNECTIONS = 4
WINDOW = 2_000
ROUNDS = 5
PINGS = {"dispatch": 200_000, "sink": 200_000, "node": 60_000, "channels": 8_000}
LIMITS = {"sink": 0.5, "node": 1.0, "channels": 8.0}
CPU_LIMIT = 2.0


async def measure_once(peer: Peer, pings: int, rounds_to_come: int, *, first: int = 0) -> tuple[float, float]:
    """``(pings a second, CPU seconds a ping of the server's process)`` over fresh connections from phone ``first`` on.

    The times of a round end where those of the next begin, and the last with now: phones do not go back in time.
    """
    sockets = [await peer.open(number) for number in range(first, first + CONNECTIONS)]
    each = pings // CONNECTIONS
    writes = writes_of(each, datetime.now(UTC) - SPACING * each * (rounds_to_come + 1))
    before = peer.cpu_s()
    sent = await asyncio.gather(*(pump(reader, writer, writes, window=WINDOW) for reader, writer in sockets))
    cpu_s = peer.cpu_s() - before
    for _, writer in sockets:
        writer.close()
    total = sum(part.pings for part in sent)
    elapsed_s = max(part.ended for part in sent) - min(part.started for part in sent)
    return total / elapsed_s, cpu_s / total


async def measure(folder: Path, redis_socket: str, rounds: int = ROUNDS) -> dict[str, Any]:
    """Rates and ratios; peers that cannot run here are named with the reason."""
    rates: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    missing: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        peers = [
            await stack.enter_async_context(ours(folder / "dispatch", CONNECTIONS)),
            await stack.enter_async_context(sink()),
        ]
        for name, other in (("node", node(folder, redis_socket)), ("channels", channels(folder, redis_socket))):
            try:
                peers.append(await stack.enter_async_context(other))
            except RuntimeError as error:
                missing[name] = str(error)
        for left in reversed(range(rounds)):
            for peer in peers:
                rate, cpu_s = await measure_once(peer, PINGS[peer.name], left)
                rates.setdefault(peer.name, []).append(rate)
                cpu.setdefault(peer.name, []).append(cpu_s)
    return _summary(rates, cpu, missing)


def _summary(rates: dict[str, list[float]], cpu: dict[str, list[float]], missing: dict[str, str]) -> dict[str, Any]:
    rate = {name: statistics.median(values) for name, values in rates.items()}
    cpu_us = {name: statistics.median(values) * 1e6 for name, values in cpu.items()}
    ratios = {
        name: {"ratio": rate["dispatch"] / rate[name], "must_reach": limit}
        for name, limit in LIMITS.items()
        if name in rate
    }
    return {
        "pings_per_s": rate,
        "server_cpu_us_per_ping": cpu_us,
        "rate_against": ratios,
        "cpu_against_sink": {"ratio": cpu_us["dispatch"] / cpu_us["sink"], "must_stay_under": CPU_LIMIT},
        "rounds": rates,
        "missing": missing,
    }
