"""Connections that end: what they held is given back at once, however they end."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import websockets

from realtime.protocol import Close
from tests.support.uncollected import uncollected
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import close_code, next_frame, under_way, watch
from tests.support.world import THAMEL, World, ping

TIMES = 3
Opened = AbstractAsyncContextManager[Callable[[], None]]


def kept(world: World) -> dict[str, int]:
    """How much each of the server's registers of who is there holds."""
    sessions, watchers, hub = (getattr(world.server.services.sockets, name) for name in ("sessions", "watchers", "hub"))
    registers: dict[str, Any] = {
        **{name: getattr(sessions, name) for name in ("_open", "_users", "_addresses", "_devices", "_tasks")},
        **{f"watchers{name}": getattr(watchers, name) for name in ("_topics", "_users", "_closing")},
        **{f"hub{name}": getattr(hub, name) for name in ("_channels", "_leaving")},
    }
    return {name: len(register) for name, register in registers.items()}


async def _phone(world: World) -> Callable[[], Opened]:
    driver = await world.driver()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Callable[[], None]]:
        async with world.phone(driver) as phone:
            await phone.send(ping(1, *THAMEL))
            await phone.until_ack(1)
            yield phone.socket.transport.abort

    return opened


async def _watcher(world: World) -> Callable[[], Opened]:
    delivery, _ = await under_way(world)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Callable[[], None]]:
        async with watch(world, delivery["tracking_number"]) as socket:
            await next_frame(socket)
            yield socket.transport.abort

    return opened


async def _stream(world: World) -> Callable[[], Opened]:
    delivery, _ = await under_way(world)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Callable[[], None]]:
        address = f"{world.server.settings.public_url}/api/deliveries/{delivery['tracking_number']}/events/"
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http, http.stream("GET", address) as response:
            async for _ in response.aiter_lines():
                break
            wire = response.extensions["network_stream"].get_extra_info("socket")
            yield lambda: wire.shutdown(2)

    return opened


async def _console(world: World) -> Callable[[], Opened]:
    admin = await world.admin()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Callable[[], None]]:
        protocols = [websockets.Subprotocol(name) for name in ("dispatch.v1", f"bearer.{admin.access}")]
        address = f"{world.ws_url}/ws/console"
        async with websockets.connect(address, subprotocols=protocols, open_timeout=PATIENCE_S) as socket:
            await socket.send(json.dumps({"type": "subscribe"}))
            await next_frame(socket)
            yield socket.transport.abort

    return opened


@pytest.mark.parametrize("who", [_phone, _watcher, _stream, _console])
async def test_a_connection_that_ends_leaves_nothing_for_the_garbage_collector(world: World, who: Any) -> None:
    opened = await who(world)
    registered = kept(world)
    with uncollected() as left_over:
        for _ in range(TIMES):
            async with opened():
                assert left_over()
        for _ in range(TIMES):
            async with opened() as cut_off:
                cut_off()
        with suppress(AssertionError):  # what is left over says more
            await until(lambda: not left_over())
        assert left_over() == Counter()
    await until(lambda: all(count <= registered[name] for name, count in kept(world).items()))


async def test_a_connection_that_the_server_closes_leaves_nothing_for_the_garbage_collector(world: World) -> None:
    driver = await world.driver()
    registered = kept(world)
    with uncollected() as left_over:
        async with world.phone(driver) as first, world.phone(driver):
            assert await close_code(first.socket) == Close.REPLACED
        async with world.phone(driver) as phone:
            await phone.socket.send("no frame")
            assert await close_code(phone.socket) == Close.BAD_FRAME
        async with watch(world, "TRK-NONE-SUCH") as nowhere:
            assert await close_code(nowhere) == Close.NOT_FOUND
        with suppress(AssertionError):  # what is left over says more
            await until(lambda: not left_over())
        assert left_over() == Counter()
    await until(lambda: all(count <= registered[name] for name, count in kept(world).items()))
