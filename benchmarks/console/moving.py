"""A fleet that moves: written into the server's Redis as its ingest writes it, so that no phones share the machine.

Every transporter has a new position every five seconds; a tenth of them each half second, which is what a console's
server tells its consoles twice a second.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import numpy as np
import numpy.typing as npt
from redis.asyncio import Redis

from api.cli.context import operating
from api.server.backing_services import addresses_in_use
from api.simulation.accounts.demo import demo_password, ensure_accounts
from api.simulation.accounts.drivers import find_or_make_drivers
from api.simulation.demo.people import ADMIN
from benchmarks.live.peers import ours
from dispatch.settings import Settings
from realtime.fixes import LiveUpdate, LoggedFix
from realtime.redis.client import connect_redis
from realtime.redis.keys import Keys

TICK_S = 0.5
TICKS_A_FIX = 10
SPEED_MPS = 6.0
CITY, SPREAD_DEG = (27.70, 85.32), 0.04
METRES_A_DEGREE = 111_320.0


class MovingFleet:
    """Positions of transporters on their ways, in degrees."""

    def __init__(self, redis: Redis, ids: list[int]) -> None:
        draw = np.random.default_rng(7)
        self._redis = redis
        self._keys = Keys()
        self._ids = np.array(ids)
        self._lat = CITY[0] + draw.normal(0, SPREAD_DEG, len(ids))
        self._lon = CITY[1] + draw.normal(0, SPREAD_DEG, len(ids))
        self._heading = draw.uniform(0, 360, len(ids))
        self._draw = draw
        self._offset = 0

    async def put_all(self) -> None:
        """Everybody where they are now."""
        await self._write(np.arange(len(self._ids)))

    async def move(self) -> None:
        """On and on, until it is cancelled."""
        tick = 0
        while True:
            began = time.monotonic()
            rows = np.arange(tick % TICKS_A_FIX, len(self._ids), TICKS_A_FIX)
            self._drive(rows)
            await self._write(rows)
            tick += 1
            await asyncio.sleep(max(0.0, TICK_S - (time.monotonic() - began)))

    def _drive(self, rows: npt.NDArray[np.int64]) -> None:
        self._heading[rows] = (self._heading[rows] + self._draw.normal(0, 12, len(rows))) % 360
        step = SPEED_MPS * TICK_S * TICKS_A_FIX / METRES_A_DEGREE
        angle = np.radians(self._heading[rows])
        self._lat[rows] += step * np.cos(angle)
        self._lon[rows] += step * np.sin(angle) / np.cos(np.radians(CITY[0]))

    async def _write(self, rows: npt.NDArray[np.int64]) -> None:
        now_ms = int(time.time() * 1000)
        live: dict[str, bytes] = {}
        for row in rows:
            self._offset += 1
            transporter_id = int(self._ids[row])
            lat, lon, heading = (round(float(of[row]), 6) for of in (self._lat, self._lon, self._heading))
            fix = LoggedFix(
                transporter_id=transporter_id,
                device="bench",
                epoch="bench",
                seq=self._offset,
                lat=lat,
                lon=lon,
                recorded_ms=now_ms,
                received_ms=now_ms,
                accuracy_m=5.0,
                speed_mps=SPEED_MPS,
                heading_deg=heading,
                battery=0.8,
            )
            live[str(transporter_id)] = msgspec.json.encode(LiveUpdate(self._offset, fix))
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(self._keys.live, mapping=live)  # type: ignore[arg-type]  # its stubs know no dict of bytes
            pipe.zadd(self._keys.last_seen, dict.fromkeys(live, float(now_ms)))
            await pipe.execute()


@asynccontextmanager
async def moving_city(folder: Path, transporters: int) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """A server whose fleet moves; its address, and the tokens of a dispatcher."""
    async with ours(folder, 0) as peer:
        settings = Settings(data_dir=folder, port=peer.port)
        base = f"http://127.0.0.1:{peer.port}"
        addresses = addresses_in_use(settings)
        if addresses is None:
            raise RuntimeError("the server says not what it stands on")
        async with operating(settings) as services:
            password = demo_password(settings)
            await ensure_accounts(services, password)
            drivers = await find_or_make_drivers(services, [f"fleet-{number}" for number in range(1, transporters + 1)])
        redis = connect_redis(addresses.redis_url)
        fleet = MovingFleet(redis, [driver.transporter_id for driver in drivers])
        await fleet.put_all()
        moving = asyncio.create_task(fleet.move(), name="moving-fleet")
        try:
            yield base, await _tokens(base, password)
        finally:
            moving.cancel()
            await asyncio.gather(moving, return_exceptions=True)
            await redis.aclose()


async def _tokens(base: str, password: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=base, timeout=60, trust_env=False) as client:
        reply = await client.post("/api/v1/auth/token/", json={"email": ADMIN.email, "password": password})
        tokens: dict[str, str] = reply.raise_for_status().json()
        return tokens
