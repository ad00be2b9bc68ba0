"""The phones' figures by name, in one run on one server of ours."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.live.phones import connecting, history, pinging
from benchmarks.live.phones.field import Field, field
from benchmarks.live.phones.pinging import EACH_SECOND, STEADY, Said

EACH_SECOND_NAME, CONNECTS, UPKEEP, HISTORY = "phones-each-second", "connects", "steward", "history"
BESIDE_PEERS = (*STEADY, CONNECTS)
FIGURES = (*BESIDE_PEERS, EACH_SECOND_NAME, UPKEEP, HISTORY)

_ALONE: dict[str, Callable[[Field, Said], Awaitable[dict[str, Any]]]] = {
    EACH_SECOND_NAME: pinging.each_second,
    UPKEEP: pinging.upkeep,
    HISTORY: history.history,
    CONNECTS: connecting.connects,
}


async def measure(folder: Path, redis_socket: str, figures: Sequence[str], say: Said) -> dict[str, Any]:
    """Those of ``figures`` that are about phones."""
    wanted = [name for name in FIGURES if name in figures]
    if not wanted:
        return {}
    phones = EACH_SECOND.phones if EACH_SECOND_NAME in wanted else max(drive.phones for drive in STEADY.values())
    with_peers = any(name in BESIDE_PEERS for name in wanted)
    say(f"starting servers and making {phones:,} accounts")
    results: dict[str, Any] = {}
    async with field(folder, redis_socket, phones, with_peers=with_peers) as found:
        for name in wanted:
            results[name] = (
                await pinging.steady(found, STEADY[name], say) if name in STEADY else await _ALONE[name](found, say)
            )
    return results
