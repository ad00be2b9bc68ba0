"""A reader that does not read hurts only itself; many watchers of one parcel cost little more than their writes."""

import asyncio
import base64
import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psutil
import pytest
from websockets.frames import Frame
from websockets.streams import StreamReader

from api.sockets.websocket_protocol import KERNEL_BUFFER_BYTES
from realtime.protocol import Close
from realtime.sockets.connection import Disconnected
from realtime.sockets.outgoing_frame import Message, Outgoing, text_message
from realtime.watching.send_queue import MAX_BYTES, MAX_FRAMES, SendQueue
from realtime.watching.watcher import Watcher
from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import another_world, next_frame, under_way, watch
from tests.support.world import World, ping


@asynccontextmanager
async def _raw(world: World, path: str, *headers: str) -> AsyncIterator[socket.socket]:
    """A socket that asked for a path and reads nothing unless told to; its receive window is tiny."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    host, port = "127.0.0.1", world.server.settings.port
    await loop.sock_connect(raw, (host, port))
    request = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}:{port}", *headers, "", ""])
    await loop.sock_sendall(raw, request.encode())
    try:
        yield raw
    finally:
        raw.close()


def _upgrade() -> tuple[str, ...]:
    key = base64.b64encode(os.urandom(16)).decode()
    return ("Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13")


async def _cut_off(raw: socket.socket) -> bytes:
    """What the server had managed to send when it gave up."""
    loop = asyncio.get_running_loop()
    received = b""
    async with asyncio.timeout(PATIENCE_S):
        try:
            while chunk := await loop.sock_recv(raw, 65536):
                received += chunk
        except ConnectionError:
            pass
    return received


@pytest.mark.parametrize("way", ["socket", "events"])
async def test_a_reader_that_never_reads_is_cut_off_and_nobody_else_notices(world: World, way: str) -> None:
    delivery, driver = await under_way(world)
    number = delivery["tracking_number"]
    path = f"/ws/track/{number}" if way == "socket" else f"/api/deliveries/{number}/events/"
    headers = _upgrade() if way == "socket" else ()
    async with (
        another_world(world.server, send_timeout_s=0.5) as other,
        _raw(other, path, *headers) as deaf,
        watch(other, number) as reader,
        other.phone(driver) as phone,
    ):
        await next_frame(reader)
        await until(lambda: other.server.services.sockets.sessions.count == 3)
        seq = 0
        async with asyncio.timeout(PATIENCE_S):
            while other.server.services.sockets.sessions.count > 2:
                pings = [ping(seq + i, 27.6 + (seq + i) % 1000 / 1e4, 85.4) for i in range(1, 21)]
                for one in pings:
                    await phone.send(one)
                seq += 20
                await phone.until_ack(seq)
                last = pings[-1]
                while (frame := await next_frame(reader))["lat"] != last["lat"]:
                    assert frame["type"] == "position"
        assert len(await _cut_off(deaf)) < 2_000_000
        await phone.send(ping(seq + 1, 27.5, 85.4))
        while (await next_frame(reader))["lat"] != 27.5:
            pass


class Pipe:
    """A connection whose reader reads when it is told to."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.room = asyncio.Event()
        self.closed: int | None = None
        self.gone = asyncio.Event()

    async def receive(self) -> bytes:
        await self.gone.wait()
        raise Disconnected

    async def receive_all(self) -> list[bytes]:
        return [await self.receive()]

    def detach(self, gone: Callable[[], None]) -> bool:
        del gone
        return False

    async def send(self, frame: bytes) -> None:
        await self.room.wait()
        self.sent.append(frame)

    def hear(self, take: Callable[[list[bytes]], bool] | None) -> bool:
        del take
        return False

    @property
    def has_received(self) -> bool:
        return self.gone.is_set()

    def send_now(self, frame: Message) -> bool:
        if self.room.is_set():
            self.sent.append(frame.payload)
        return self.room.is_set()

    async def close(self, code: int, reason: str) -> None:
        del reason
        self.closed = code
        self.gone.set()


def _frame(number: int, *, size: int = 10) -> Outgoing:
    return Outgoing(f"{number:0{size}d}".encode(), number, f"e:{number}")


async def test_a_reader_that_falls_behind_gets_every_status_and_of_positions_the_newest_in_order() -> None:
    pipe = Pipe()
    watcher = Watcher(pipe, send_within_s=20)
    running = asyncio.create_task(watcher.run())
    for number in range(1, 1001):
        if number % 100 == 0:
            watcher.status(_frame(number), over=False)
        else:
            watcher.position(_frame(number))
    pipe.room.set()
    await until(lambda: len(pipe.sent) == 20)
    numbers = [int(frame) for frame in pipe.sent]
    assert numbers == sorted(set(numbers))
    assert [number for number in numbers if number % 100 == 0] == list(range(100, 1001, 100))
    assert [number for number in numbers if number % 100] == list(range(99, 1000, 100))
    watcher.position(_frame(1001))
    assert pipe.sent[-1] == _frame(1001).payload
    pipe.gone.set()
    await running


@pytest.mark.parametrize("size", [10, 30_000])
async def test_a_reader_that_lets_too_many_statuses_gather_is_closed_and_memory_stays_bounded(size: int) -> None:
    pipe = Pipe()
    watcher = Watcher(pipe, send_within_s=0.05)
    running = asyncio.create_task(watcher.run())
    for number in range(1, 10_001):
        watcher.status(_frame(number, size=size), over=False)
    async with asyncio.timeout(PATIENCE_S):
        await running
    assert pipe.closed == Close.TOO_SLOW


def test_an_outbox_keeps_no_more_than_its_bounds() -> None:
    for size in (1, 1000, 40_000):
        queue = SendQueue()
        for number in range(1, 1001):
            queue.put(_frame(number, size=size))
        assert queue.overrun
        kept = []
        while (frame := queue.take()) is not None:
            kept.append(frame)
        assert len(kept) <= MAX_FRAMES
        assert sum(len(frame.payload) for frame in kept) <= MAX_BYTES


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
def test_messages_of_every_size_are_whole_for_a_strict_reader(size: int) -> None:
    payload = json.dumps("x" * (size - 2)).encode() if size > 1 else b"1" * size
    reader = StreamReader()
    reader.feed_data(text_message(payload) + text_message(b"{}"))
    for expected in (payload, b"{}"):
        frame = _parsed(reader)
        assert (frame.opcode, frame.fin, bytes(frame.data)) == (1, True, expected)


def _parsed(reader: StreamReader) -> Frame:
    parsing = Frame.parse(reader.read_exact, mask=False, max_size=None)
    try:
        next(parsing)
    except StopIteration as whole:
        frame: Frame = whole.value
        return frame
    raise AssertionError("the message is not whole")


async def test_many_who_never_read_take_little_memory_and_the_one_who_reads_is_served(world: World) -> None:
    delivery, driver = await under_way(world)
    number = delivery["tracking_number"]
    before = psutil.Process().memory_info().rss
    deaf = 200
    raws: list[socket.socket] = []
    async with watch(world, number) as reader, world.phone(driver) as phone:
        await next_frame(reader)
        try:
            loop = asyncio.get_running_loop()
            for _ in range(deaf):
                raw = socket.socket()
                raw.setblocking(False)
                raws.append(raw)
                await loop.sock_connect(raw, ("127.0.0.1", world.server.settings.port))
                lines = [f"GET /ws/track/{number} HTTP/1.1", "Host: localhost", *_upgrade(), "", ""]
                await loop.sock_sendall(raw, "\r\n".join(lines).encode())
            for seq in range(1, 101):
                await phone.send(ping(seq, 27.6 + seq / 1e4, 85.4))
                while (await next_frame(reader))["lat"] != 27.6 + seq / 1e4:
                    pass
            await phone.until_ack(100)
            grown = psutil.Process().memory_info().rss - before
            assert grown < deaf * 2 * KERNEL_BUFFER_BYTES
        finally:
            for raw in raws:
                raw.close()


async def test_a_watcher_that_floods_does_not_delay_the_others(world: World) -> None:
    delivery, driver = await under_way(world)
    number = delivery["tracking_number"]
    flooder = watch(world, number, close_timeout=0.1)
    async with flooder as flooding, watch(world, number) as reader, world.phone(driver) as phone:
        await next_frame(reader)
        await next_frame(flooding)

        async def flood() -> None:
            while True:
                await flooding.send("x" * 60_000)

        task = asyncio.create_task(flood())
        for seq in range(1, 51):
            await phone.send(ping(seq, 27.6 + seq / 1e4, 85.4))
            while (await next_frame(reader))["lat"] != 27.6 + seq / 1e4:
                pass
        await phone.until_ack(50)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
