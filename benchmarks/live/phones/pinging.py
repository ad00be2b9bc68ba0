"""CPU a ping and due → acknowledged of phones that send one ping a frame, for ours and the peers in turn."""

import asyncio
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.live.peers import Peer
from benchmarks.live.phones.field import Field
from benchmarks.live.phones.usage import POSTGRES, REDIS, SERVER, STEWARD

ROUNDS = 3
SINK_LIMIT, NODE_LIMIT = 1.5, 1.0
REDIS_LIMIT_US = 15.0
P99_LIMIT_MS = 50.0
STEWARD_LIMIT_CORES = 0.1
STORED_EVERY_S = 0.6
"""A little more than the history lingers: what came last is moved within it and counts."""


@dataclass(frozen=True)
class Drive:
    """So many phones, all their pings in a second, and for how long."""

    phones: int
    pings_per_s: int
    seconds: float


STEADY = {"phones-2000": Drive(500, 2_000, 5.0), "phones-5000": Drive(500, 5_000, 5.0)}
EACH_SECOND = Drive(3_000, 3_000, 40.0)
"""Longer than the longest interval of what sessions are looked through for."""
BESIDE = {"500": Drive(500, 500, 10.0), "1000": Drive(500, 1_000, 10.0)}

Said = Callable[[str], None]


async def drive_once(field: Field, peer: Peer, drive: Drive) -> dict[str, Any]:
    """One drive over fresh connections; the server's CPU until all is acknowledged and stored."""
    phones = field.phones
    await phones.connect(peer, range(drive.phones))
    await phones.make(rate=drive.pings_per_s, seconds=drive.seconds)
    before = field.usage(peer)
    driven = await phones.drive()
    if peer is field.ours:
        await asyncio.sleep(STORED_EVERY_S)
    used = field.usage(peer).since(before)
    await phones.close()
    if peer is field.ours:
        await field.worked_off()
    a_ping = {kind: seconds / driven["pings"] * 1e6 for kind, seconds in used.items()}
    cores = {f"{kind}_cores": used.get(kind, 0.0) / driven["seconds"] for kind in (SERVER, REDIS, STEWARD, POSTGRES)}
    return driven | cores | {"cpu_us": a_ping.get(SERVER, 0.0), "redis_us": a_ping.get(REDIS, 0.0)}


async def steady(field: Field, drive: Drive, say: Said, rounds: int = ROUNDS) -> dict[str, Any]:
    """Ours and the peers, one after another in each round."""
    measured: dict[str, list[dict[str, Any]]] = {peer.name: [] for peer in field.peers}
    for number in range(rounds):
        for peer in field.peers if number % 2 == 0 else reversed(field.peers):
            say(f"{drive.pings_per_s:,} pings/s, {peer.name}, round {number + 1} of {rounds}")
            measured[peer.name].append(await drive_once(field, peer, drive))
    servers = {name: medians(some) for name, some in measured.items()}
    against = {
        name: {"ratio": servers["dispatch"]["cpu_us"] / servers[name]["cpu_us"], "must_stay_under": limit}
        for name, limit in (("sink", SINK_LIMIT), ("node", NODE_LIMIT))
        if name in servers
    }
    return {
        "phones": drive.phones,
        "pings_per_s": drive.pings_per_s,
        "servers": servers,
        "cpu_against": against,
        "redis": {"us": servers["dispatch"]["redis_us"], "must_stay_under": REDIS_LIMIT_US},
        "rounds": measured,
        "missing": field.missing,
    }


async def each_second(field: Field, say: Said) -> dict[str, Any]:
    """Every phone once a second, long enough that all that happens now and then happens; ours alone."""
    say(f"{EACH_SECOND.phones:,} phones, one ping a second, {EACH_SECOND.seconds:.0f} s")
    found = await drive_once(field, field.ours, EACH_SECOND)
    return found | {"phones": EACH_SECOND.phones, "p99": {"ms": found["p99_ms"], "must_stay_under": P99_LIMIT_MS}}


async def upkeep(field: Field, say: Said, rounds: int = ROUNDS) -> dict[str, Any]:
    """Cores of the steward and of PostgreSQL while little comes."""
    found: dict[str, Any] = {}
    for name, drive in BESIDE.items():
        measured = []
        for number in range(rounds):
            say(f"the steward at {drive.pings_per_s:,} pings/s, round {number + 1} of {rounds}")
            measured.append(await drive_once(field, field.ours, drive))
        found[name] = medians(measured) | {"must_stay_under": STEWARD_LIMIT_CORES, "rounds": measured}
    return found


def medians(rounds: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Of every number."""
    names = [name for name, value in rounds[0].items() if isinstance(value, int | float)]
    return {name: statistics.median(one[name] for one in rounds) for name in names}
