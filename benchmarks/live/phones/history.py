"""How fast a backlog of the log reaches PostgreSQL: alone, and while phones go on pinging.

The backlog is made by phones that send what they kept, while the history finds its tables locked.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from api.cli.context import operating
from benchmarks.live.phones.field import Field
from benchmarks.live.phones.pinging import Said
from benchmarks.live.phones.usage import POSTGRES, REDIS, SERVER, STEWARD, Usage

PHONES = 500
PINGS_A_FRAME = 10
KEPT_PINGS = {"alone": 200_000, "beside": 300_000}
KEPT_PER_S = 30_000
BESIDE_PER_S = 10_000
BESIDE_S = 15.0
NEARLY_NONE = 20_000
"""Below it the history is no longer held to its best: it lingers for more."""
LIMIT_ROWS_PER_S = 30_000
LOOK_EVERY_S = 0.02
BEGUN_WITHIN_S = 15.0
LOCK = "SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE stored_seqs IN EXCLUSIVE MODE"


async def history(field: Field, say: Said) -> dict[str, Any]:
    """Rows a second, and the cores that each kind of process used for them."""
    phones = field.phones
    await phones.connect(field.ours, range(PHONES))
    say(f"a backlog of {KEPT_PINGS['alone']:,} pings for the history alone")
    async with held(field):
        await _keep(field, KEPT_PINGS["alone"])
    alone = await _drained(field, 0.0)
    await field.worked_off()
    say(f"a backlog of {KEPT_PINGS['beside']:,} pings, and {BESIDE_PER_S:,} more a second")
    async with held(field):
        await _keep(field, KEPT_PINGS["beside"])
        await phones.make(rate=BESIDE_PER_S, seconds=BESIDE_S, pings_a_frame=PINGS_A_FRAME)
        driving = asyncio.create_task(phones.drive())
        await asyncio.sleep(1.0)
    beside = await _drained(field, BESIDE_PER_S, driving)
    driven = await driving
    await phones.close()
    await field.worked_off()
    acks = {name: driven[name] for name in ("p50_ms", "p99_ms", "client_late_p99_ms")}
    return {"alone": alone, "beside": beside | acks, "pings_per_s": BESIDE_PER_S, "must_reach": LIMIT_ROWS_PER_S}


async def _keep(field: Field, pings: int) -> None:
    await field.phones.make(rate=KEPT_PER_S, seconds=pings / KEPT_PER_S, pings_a_frame=PINGS_A_FRAME)
    await field.phones.drive()


async def _drained(field: Field, coming_per_s: float, driving: asyncio.Task[Any] | None = None) -> dict[str, Any]:
    """From the first step until next to nothing waits, or nothing comes any more."""
    await _begun(field)
    kept, began, before = await field.backlog(), time.perf_counter(), field.usage(field.ours)
    left = kept
    while left > NEARLY_NONE and not (driving and driving.done()):
        await asyncio.sleep(LOOK_EVERY_S)
        left = await field.backlog()
    seconds = time.perf_counter() - began
    return {"rows_per_s": (kept - left) / seconds + coming_per_s} | _cores(field.usage(field.ours), before, seconds)


async def _begun(field: Field) -> None:
    """Until something was moved: a history that gave up waiting for its table looks again a moment later."""
    before = await field.backlog()
    async with asyncio.timeout(BEGUN_WITHIN_S):
        while (left := await field.backlog()) >= before:
            before = left
            await asyncio.sleep(LOOK_EVERY_S)


def _cores(now: Usage, before: Usage, seconds: float) -> dict[str, float]:
    used = now.since(before)
    return {f"{kind}_cores": used.get(kind, 0.0) / seconds for kind in (SERVER, REDIS, STEWARD, POSTGRES)}


@asynccontextmanager
async def held(field: Field) -> AsyncIterator[None]:
    """The history waits meanwhile: somebody else has its table."""
    async with operating(field.settings) as services, services.database.transaction() as connection:
        await connection.execute(LOCK)
        yield
