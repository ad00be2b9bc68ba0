"""``POST /api/auto-assign/`` for one delivery: everybody within its radius is online, at rest and while all move."""

import asyncio
import dataclasses
import statistics
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from redis.asyncio import Redis
from sqlalchemy import select

from api.cli.context import operating
from api.simulation.accounts.drivers import find_or_make_drivers
from benchmarks.dispatch.beside import noticing
from benchmarks.dispatch.bulk import LIFE, READY_WITHIN_S
from benchmarks.dispatch.city import City, settle
from benchmarks.live.peers import ours
from dispatch.accounts.models import User
from dispatch.accounts.service import Accounts
from dispatch.deliveries.models import Delivery
from dispatch.settings import Settings
from realtime.redis.keys import Keys

CITIES = {"single": (City(200, 10_000), 25.0), "single-large": (City(200, 50_000), 80.0)}
"""Each with how many milliseconds the median may take."""
ASKED = 60
MOST_PAUSE_MS = 20.0
ONLINE_S = 7_200
HEARD_AT_ONCE = 2_000


async def measure(folder: Path, figure: str) -> dict[str, Any]:
    """One city on a server of its own."""
    city, must_stay_under = CITIES[figure]
    async with ours(folder, 0, {"DISPATCH_OFFLINE_AFTER_S": str(ONLINE_S)}) as started:
        settings = Settings(data_dir=folder, port=started.port)
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{started.port}", timeout=60, trust_env=False) as http,
            operating(settings) as services,
        ):
            (await http.get("/health/ready/", timeout=READY_WITHIN_S)).raise_for_status()
            await settle(services.database, services.redis, services.keys, city)
            drivers = await find_or_make_drivers(services, ["load-1"])
            async with services.database.work() as work:
                admin = User(email="admin@bench.invalid", password_hash="none", name="Admin", roles=["admin"])  # noqa: S106
                work.session.add(admin)
                await work.session.flush()
                access = Accounts(work, services.accounts.tokens, services.clock).open_sign_in(admin).access
                waiting = list(await work.session.scalars(select(Delivery.id).order_by(Delivery.id)))
            http.headers["Authorization"] = f"Bearer {access}"
            tokens = tuple(driver.token(services.accounts.tokens, LIFE) for driver in drivers)
            peer = dataclasses.replace(started, tokens=tokens)
            await _hear_all(services.redis, services.keys)
            begun = time.monotonic()
            await _ask(http, [waiting.pop()])
            first_ms = (time.monotonic() - begun) * 1000
            await asyncio.sleep(6)  # until nobody was heard of lately
            async with noticing(peer, []) as noticed:
                cpu_s = peer.cpu_s()
                at_rest = await _ask(http, [waiting.pop() for _ in range(ASKED)])
                cpu_s = peer.cpu_s() - cpu_s
            moving = []
            for _ in range(ASKED // 3):
                await _hear_all(services.redis, services.keys)
                moving += await _ask(http, [waiting.pop()])
    return {
        "city": f"{city.transporters:,} online within its radius",
        "median_ms": statistics.median(at_rest) * 1000,
        "p95_ms": float(np.quantile(at_rest, 0.95)) * 1000,
        "must_stay_under": must_stay_under,
        "worker_cpu_ms": cpu_s / ASKED * 1000,
        "longest_pause_ms": noticed.longest_pause_ms,
        "all_moved_median_ms": statistics.median(moving) * 1000,
        "first_ms": first_ms,
    }


async def _hear_all(redis: Redis, keys: Keys) -> None:
    """As if each phone had just sent a ping."""
    members = [str(int(member)) for member in await redis.hkeys(keys.live)]
    now_ms = int(time.time() * 1000)
    for start in range(0, len(members), HEARD_AT_ONCE):
        await redis.zadd(keys.last_seen, dict.fromkeys(members[start : start + HEARD_AT_ONCE], now_ms))


async def _ask(http: httpx.AsyncClient, deliveries: list[int]) -> list[float]:
    """Seconds of each answer, one after the other."""
    seconds = []
    for delivery in deliveries:
        begun = time.monotonic()
        answer = await http.post("/api/auto-assign/", json={"delivery_id": delivery})
        seconds.append(time.monotonic() - begun)
        answer.raise_for_status()
    return seconds
