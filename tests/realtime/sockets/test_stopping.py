"""A server that stops: acks flushed, clients closed in order, nothing lost."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from api.server.serving import RunningServer
from realtime.protocol import Close
from tests.support.commands import Command, begin_aloud
from tests.support.server_process import free_port
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import another_world, beside, close_code, frames_until, next_frame, step, under_way, watch
from tests.support.world import World, ping


@asynccontextmanager
async def _server_process(world: World, log: Path) -> AsyncIterator[tuple[Command, World]]:
    """`dispatch serve` on the database and Redis of the run."""
    settings = beside(world.server)
    port = free_port()
    environment = os.environ | {
        "DISPATCH_DATA_DIR": str(settings.data_dir),
        "DISPATCH_DATABASE_URL": str(settings.database_url),
        "DISPATCH_REDIS_URL": str(settings.redis_url),
        "DISPATCH_KHALTI_BASE_URL": str(settings.khalti_base_url),
        "DISPATCH_PORT": str(port),
    }
    with log.open("wb") as output:
        process = begin_aloud("serve", environment=environment, out=output.fileno(), err=output.fileno())
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
            await _answering(http, process, log)
            server = RunningServer(settings.model_copy(update={"port": port}), world.server.services, asyncio.Event())
            yield process, World(server, http)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


async def _answering(http: httpx.AsyncClient, process: Command, log: Path) -> None:
    async def is_there() -> bool:
        assert process.poll() is None, _text(log)
        return (await http.get("/health/live")).is_success

    await until(is_there, despite=httpx.TransportError)


def _text(log: Path) -> str:
    return log.read_text()


@pytest.mark.slow
async def test_sigterm_under_load_loses_no_acknowledged_ping_and_every_client_is_told_to_come_back(
    world: World, tmp_path: Path
) -> None:
    delivery, driver = await under_way(world)
    log = tmp_path / "serve.log"
    async with _server_process(world, log) as (process, other):
        acked = 0
        async with watch(other, delivery["tracking_number"]) as watcher, other.phone(driver, epoch="one") as phone:
            seen = (await next_frame(watcher))["offset"]

            async def stream() -> None:
                for seq in range(1, 100_000):
                    await phone.send(ping(seq, 27.6 + seq % 1000 / 1e4, 85.4))

            streaming = asyncio.create_task(stream())
            stopped = False
            while True:
                try:
                    frame = await next_frame_of(phone.socket)
                except websockets.ConnectionClosed:
                    break
                if frame["type"] == "ack":
                    acked = frame["seq"]
                if acked > 200 and not stopped:
                    process.send_signal(signal.SIGTERM)
                    stopped = True
            await asyncio.gather(streaming, return_exceptions=True)
            assert phone.socket.close_code == Close.RESTARTING
            while True:
                try:
                    seen = (await next_frame_of(watcher))["offset"]
                except websockets.ConnectionClosed:
                    break
            assert watcher.close_code == Close.RESTARTING
        assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0, _text(log)
    assert "Traceback" not in _text(log)
    async with world.phone(driver, epoch="one") as phone:
        assert phone.welcome["last_seq"] >= acked
        await step(driver, delivery, "pickup")
        async with watch(world, delivery["tracking_number"], resume=seen) as watcher:
            frames = await frames_until(watcher, status="picked_up")
            assert all(frame["type"] != "snapshot" for frame in frames)


async def next_frame_of(socket: websockets.ClientConnection) -> dict[str, Any]:
    """The next frame; raises ConnectionClosed."""
    async with asyncio.timeout(PATIENCE_S):
        frame: dict[str, Any] = json.loads(await socket.recv())
    return frame


async def test_many_watchers_are_all_told_to_come_back_and_resume_elsewhere(world: World) -> None:
    delivery, driver = await under_way(world)
    number = delivery["tracking_number"]
    async with another_world(world.server) as other:
        watchers = [await watch(other, number) for _ in range(50)]
        seen = [(await next_frame(watcher))["offset"] for watcher in watchers]
        other.server.stop.set()
        assert {await close_code(watcher) for watcher in watchers} == {Close.RESTARTING}
    await step(driver, delivery, "pickup")
    for offset in set(seen):
        async with watch(world, number, resume=offset) as watcher:
            frame = await next_frame(watcher)
            assert (frame["type"], frame["status"], frame["recovered"]) == ("status", "picked_up", True)


async def test_a_stopping_server_takes_no_new_connections(world: World) -> None:
    async with another_world(world.server) as other:
        driver = await world.driver()
        async with other.phone(driver) as phone:
            other.server.stop.set()
            assert await close_code(phone.socket) == Close.RESTARTING
            with pytest.raises((OSError, websockets.InvalidHandshake, EOFError)):
                await websockets.connect(f"{other.ws_url}/ws/transporter", open_timeout=5)
