"""What others notice while the server is busy: phones that ping once a second, and how long its event loop stands."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import websockets
from websockets.asyncio.client import ClientConnection

from benchmarks.dispatch.city import CENTRE
from benchmarks.live.peers import Peer

PING_EVERY_S = 1.0
LOOK_EVERY_S = 0.005


@dataclass
class Noticed:
    """Times in seconds: of each ping until its ack, and of each control frame until its answer."""

    acks: list[float] = field(default_factory=list)
    loop: list[float] = field(default_factory=list)

    @property
    def ack_p99_ms(self) -> float:
        """99 of 100 pings were acknowledged sooner; due → acknowledged."""
        return sorted(self.acks)[int(len(self.acks) * 0.99)] * 1000

    @property
    def longest_pause_ms(self) -> float:
        """The slowest answer to a control frame, which the event loop gives without asking anybody."""
        return max(self.loop) * 1000


@asynccontextmanager
async def noticing(peer: Peer, phones: Sequence[int]) -> AsyncIterator[Noticed]:
    """Let so many phones ping, one ping a frame, each acknowledged; the first connection also asks the loop."""
    noticed = Noticed()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_phone(peer, number, noticed)) for number in phones]
        tasks.append(group.create_task(_ask_loop(peer, len(phones), noticed)))
        try:
            yield noticed
        finally:
            for task in tasks:
                task.cancel()


async def _greeted(peer: Peer, number: int) -> ClientConnection:
    socket = await websockets.connect(
        f"ws://127.0.0.1:{peer.port}/ws/transporter",
        subprotocols=[websockets.Subprotocol(one) for one in ("dispatch.v1", f"bearer.{peer.tokens[number]}")],
        compression=None,
    )
    await socket.send(json.dumps({"type": "hello", "device": f"bench-{number}", "epoch": os.urandom(6).hex()}))
    await socket.recv()
    return socket


async def _phone(peer: Peer, number: int, noticed: Noticed) -> None:
    socket = await _greeted(peer, number)
    due, seq = time.monotonic() + number % 50 / 50 * PING_EVERY_S, 0
    while True:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        seq += 1
        when = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        place = {"lat": CENTRE[0] + seq * 5e-5, "lon": CENTRE[1] + number * 1e-3}
        await socket.send(json.dumps({"type": "ping", "seq": seq, "recorded_at": when, **place}))
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == "ack" and frame["seq"] >= seq:
                break
        noticed.acks.append(time.monotonic() - due)
        due += PING_EVERY_S


async def _ask_loop(peer: Peer, number: int, noticed: Noticed) -> None:
    socket = await _greeted(peer, number)
    while True:
        asked = time.monotonic()
        await (await socket.ping())
        noticed.loop.append(time.monotonic() - asked)
        await asyncio.sleep(LOOK_EVERY_S)
