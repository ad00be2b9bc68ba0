"""``POST /api/auto-assign/`` for one delivery: everybody within its radius is online, at rest and while all move.

And what a buyer asks before paying of the same city: when the parcel would come, which looks at everybody as well.
"""

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
from api.server.services import Services
from api.simulation.accounts.drivers import find_or_make_drivers
from benchmarks.dispatch.beside import noticing
from benchmarks.dispatch.bulk import LIFE, READY_WITHIN_S
from benchmarks.dispatch.city import CENTRE, City, settle
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
    settled = {"DISPATCH_OFFLINE_AFTER_S": str(ONLINE_S), "DISPATCH_ESTIMATES_PER_MINUTE": str(ASKED * 60)}
    async with ours(folder, 0, settled) as started:
        settings = Settings(data_dir=folder, port=started.port)
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{started.port}", timeout=60, trust_env=False) as http,
            operating(settings) as services,
        ):
            (await http.get("/health/ready/", timeout=READY_WITHIN_S)).raise_for_status()
            await settle(services.database, services.redis, services.keys, city)
            drivers = await find_or_make_drivers(services, ["load-1"])
            waiting = await _waiting(services)
            admin, buyer = await _signed_in(services, "admin"), await _signed_in(services, "customer")
            http.headers["Authorization"] = f"Bearer {admin}"
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
            await asyncio.sleep(6)
            http.headers["Authorization"] = f"Bearer {buyer}"
            estimating = await _estimate(http)
    return {
        "city": f"{city.transporters:,} online within its radius",
        "median_ms": statistics.median(at_rest) * 1000,
        "p95_ms": float(np.quantile(at_rest, 0.95)) * 1000,
        "must_stay_under": must_stay_under,
        "worker_cpu_ms": cpu_s / ASKED * 1000,
        "longest_pause_ms": noticed.longest_pause_ms,
        "all_moved_median_ms": statistics.median(moving) * 1000,
        "first_ms": first_ms,
        "estimate_median_ms": statistics.median(estimating) * 1000,
        "estimate_p95_ms": float(np.quantile(estimating, 0.95)) * 1000,
    }


async def _signed_in(services: Services, role: str) -> str:
    """The token of somebody who may do what the role may."""
    async with services.database.work() as work:
        user = User(email=f"{role}@bench.invalid", password_hash="none", name=role.title(), roles=[role])  # noqa: S106
        work.session.add(user)
        await work.session.flush()
        return Accounts(work, services.accounts.tokens, services.clock).open_sign_in(user).access


async def _waiting(services: Services) -> list[int]:
    """The parcels that nobody has."""
    async with services.database.work() as work:
        return list(await work.session.scalars(select(Delivery.id).order_by(Delivery.id)))


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


async def _estimate(http: httpx.AsyncClient) -> list[float]:
    """Seconds of each answer to a buyer who has one thing in the cart and looks at one place after the other."""
    found = (await http.get("/api/v1/marketplace/products/")).raise_for_status().json()
    cart = (await http.post("/api/v1/marketplace/carts/")).raise_for_status().json()["id"]
    item = {"product_id": found["results"][0]["id"]}
    (await http.post(f"/api/v1/marketplace/carts/{cart}/items/", json=item)).raise_for_status()
    seconds = []
    for turn in range(ASKED):
        door = {"latitude": CENTRE[0] + turn / 10_000, "longitude": CENTRE[1]}
        begun = time.monotonic()
        answer = await http.post(f"/api/v1/marketplace/carts/{cart}/delivery-estimate/", json=door)
        seconds.append(time.monotonic() - begun)
        [parcel] = answer.raise_for_status().json()["parcels"]
        if parcel["way_minutes"] is None:
            raise RuntimeError(f"nothing was estimated: {parcel}")
    return seconds
