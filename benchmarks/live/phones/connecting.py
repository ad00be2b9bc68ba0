"""Connect → hello → welcome: CPU of the server and connections a second, beside the peers."""

import statistics
from typing import Any

from benchmarks.live.phones.field import Field
from benchmarks.live.phones.pinging import ROUNDS, Said
from benchmarks.live.phones.usage import SERVER

PHONES = 500
AT_ONCE = 50
LIMIT_MS = 0.8


async def connects(field: Field, say: Said, rounds: int = ROUNDS) -> dict[str, Any]:
    """Medians; the client opens so many at once, as phones do that lost their server."""
    cpu_ms: dict[str, list[float]] = {peer.name: [] for peer in field.peers}
    rates: dict[str, list[float]] = {peer.name: [] for peer in field.peers}
    for number in range(rounds):
        for peer in field.peers if number % 2 == 0 else reversed(field.peers):
            say(f"{PHONES} connections, {peer.name}, round {number + 1} of {rounds}")
            before = field.usage(peer)
            opened = await field.phones.connect(peer, range(PHONES), at_once=AT_ONCE)
            used = field.usage(peer).since(before)
            await field.phones.close()
            cpu_ms[peer.name].append(used[SERVER] / PHONES * 1000)
            rates[peer.name].append(opened["connects_per_s"])
    return {
        "phones": PHONES,
        "at_once": AT_ONCE,
        "cpu_ms": {name: statistics.median(some) for name, some in cpu_ms.items()},
        "connects_per_s": {name: statistics.median(some) for name, some in rates.items()},
        "must_stay_under_ms": LIMIT_MS,
        "rounds": {"cpu_ms": cpu_ms, "connects_per_s": rates},
        "missing": field.missing,
    }
