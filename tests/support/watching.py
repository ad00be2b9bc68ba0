"""Watchers for tests, and servers beside the one of the run."""

import asyncio
import itertools
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from api.embedded import running
from api.server.backing_services import find_sandbox
from api.server.serving import RunningServer, serving
from dispatch.settings import Settings
from tests.support.waiting import PATIENCE_S
from tests.support.world import BHAKTAPUR, Driver, Place, World, ok, ping


async def next_frame(socket: ClientConnection) -> dict[str, Any]:
    """The next frame; fails after two minutes without one."""
    async with asyncio.timeout(PATIENCE_S):
        frame: dict[str, Any] = json.loads(await socket.recv())
    return frame


async def frames_until(socket: ClientConnection, **wanted: object) -> list[dict[str, Any]]:
    """Frames up to and including the first that has these values; fails after a minute of others."""
    frames: list[dict[str, Any]] = []
    deadline = time.monotonic() + PATIENCE_S
    while True:
        frames.append(await next_frame(socket))
        if all(frames[-1].get(key) == value for key, value in wanted.items()):
            return frames
        assert time.monotonic() < deadline, f"never came: {wanted}; the last was {frames[-1]}"


async def close_code(socket: ClientConnection) -> int | None:
    """Read until the server closes; its code."""
    async with asyncio.timeout(PATIENCE_S):
        with suppress(websockets.ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


def watch(world: World, tracking_number: str, *, resume: str | None = None, **options: Any) -> websockets.connect:
    """A watcher's connection."""
    query = "" if resume is None else f"?resume={resume}"
    patient = {"open_timeout": PATIENCE_S} | options
    return websockets.connect(f"{world.ws_url}/ws/track/{tracking_number}{query}", **patient)


async def under_way(world: World) -> tuple[dict[str, Any], Driver]:
    """A delivery that a transporter has accepted."""
    delivery, driver = await world.delivery(), await world.driver()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/", {}))
    return delivery, driver


async def step(driver: Driver, delivery: dict[str, Any], *steps: str) -> None:
    """What the transporter does with the delivery."""
    for name in steps:
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{name}/", {}))


# So near to the pickup that a parcel which was taken there has not left yet.
AT_PICKUP = (BHAKTAPUR[0] + 0.0005, BHAKTAPUR[1])


def number(offset: str) -> int:
    """The number of an offset."""
    return int(offset.split(":")[1])


def beside(server: RunningServer, **changes: object) -> Settings:
    """Settings of another server on the same database, Redis and gateway; with a Redis of its own comes a zone.

    The database notes for each zone which Redis remembers it: of two with one zone, one would forget all that it knows.
    """
    urls = running(server.settings.data_dir)
    sandbox = find_sandbox(server.settings)
    assert urls is not None
    assert urls.database_url is not None
    assert sandbox is not None
    shared = {
        "database_url": urls.database_url,
        "redis_url": urls.redis_url,
        "khalti_base_url": sandbox.api_url,
        "port": 0,
    }
    apart = {"zone": "another-redis"} if "redis_url" in changes else {}
    return server.settings.model_copy(update=shared | apart | changes)


@asynccontextmanager
async def another_world(server: RunningServer, **changes: object) -> AsyncIterator[World]:
    """A second server, as on another host; its people and things are those of the first."""
    http_alone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # all certificates would take 30 ms of CPU to load
    async with (
        serving(beside(server, **changes)) as other,
        httpx.AsyncClient(base_url=other.settings.public_url, timeout=PATIENCE_S, verify=http_alone) as http,
    ):
        yield World(other, http)


@asynccontextmanager
async def speaking(world: World, driver: Driver, place: Place, *, every_s: float = 0.0) -> AsyncIterator[None]:
    """Its phone says where it is for as long as the block lasts, however long a slow server takes to tell of it."""

    async def speak() -> None:
        async with world.phone(driver) as phone:
            for seq in itertools.count(1):
                await phone.send(ping(seq, *place))
                await phone.until_ack(seq)
                await asyncio.sleep(every_s)

    speaking = asyncio.create_task(speak())
    try:
        yield
    finally:
        speaking.cancel()
        with suppress(asyncio.CancelledError):
            await speaking
