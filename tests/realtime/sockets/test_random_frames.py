"""Random and mutated frames: a documented close or a reject by name, and nobody else notices."""

import asyncio
import json
from uuid import uuid4

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from realtime.ingest.app_frames import Received, decode_frame
from realtime.protocol import BadFrame, Close, Hello
from tests.support.frames import frames
from tests.support.waiting import PATIENCE_S
from tests.support.world import THAMEL, Driver, World, ping


def test_ten_thousand_frames_are_decoded_or_refused() -> None:
    seen = {"refused": 0, "hello": 0, "received": 0}
    for raw in frames(1, 10_000):
        try:
            found = decode_frame(raw)
        except BadFrame:
            seen["refused"] += 1
            continue
        if isinstance(found, Hello):
            seen["hello"] += 1
        elif isinstance(found, Received):
            seen["received"] += 1
            assert all(bad.seq >= 1 and bad.detail for bad in found.malformed)
    assert seen["refused"] > 1000
    assert seen["received"] > 1000


class OddFrameSender:
    """A phone that sends odd frames, and reconnects whenever it is thrown out."""

    def __init__(self, world: World, driver: Driver) -> None:
        self._world, self._driver = world, driver
        self._socket: ClientConnection | None = None
        self.codes: set[int | None] = set()

    async def send(self, raw: bytes, *, text: bool) -> None:
        if self._socket is None:
            self._socket = await self._open()
        try:
            await self._socket.send(raw, text=text)
            await self._socket.send('{"type":"pings","pings":[]}')  # wakes a socket that was closed meanwhile
        except websockets.ConnectionClosed:
            self.codes.add(self._socket.close_code)
            self._socket = None

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _open(self) -> ClientConnection:
        names = [websockets.Subprotocol("dispatch.v1"), websockets.Subprotocol(f"bearer.{self._driver.access}")]
        address = f"{self._world.ws_url}/ws/transporter"
        socket = await websockets.connect(address, subprotocols=names, max_queue=None, open_timeout=PATIENCE_S)
        hello = {"type": "hello", "device": f"hail-{uuid4().hex[:8]}", "epoch": uuid4().hex}
        await socket.send(json.dumps(hello))
        assert json.loads(await socket.recv())["type"] == "welcome"
        return socket


async def _hail(world: World, seed: int, count: int, caplog: pytest.LogCaptureFixture) -> None:
    driver, bystander = await world.driver(), await world.driver()
    hail = OddFrameSender(world, driver)
    raws = frames(seed, count)
    acked = 0
    async with world.phone(bystander) as phone:
        for number, raw in enumerate(raws, 1):
            await hail.send(raw, text=_is_text(raw))
            if number % 50 == 0:
                await phone.send(ping(number, *THAMEL))
                await phone.until_ack(number)
                acked += 1
    await hail.close()
    await world.stored_fixes(bystander, acked)
    # 1000: closed by us; 1007: said to be text, and is none.
    assert hail.codes <= {Close.BAD_FRAME, 1007, None}
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]
    assert (await world.http.get("/health/ready")).status_code == 200


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


async def test_hundreds_of_frames_over_sockets_disturb_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await _hail(world, 2, 400, caplog)


@pytest.mark.heavy
@pytest.mark.timeout(900)
async def test_ten_thousand_frames_over_sockets_disturb_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await _hail(world, 3, 10_000, caplog)
