"""The app's side under faults: numbered pings, kept until they are acknowledged, sent again after every reconnect."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from tests.support.process_worlds import ANSWERED_WITHIN_S
from tests.support.world import Driver, World, ping

PINGS_AGAIN_AT_ONCE = 200
MOVES_DEGREES = 1e-6  # 0.1 m a ping
RECONNECT_AFTER_S = 0.1
START = (27.6710, 85.4298)


@dataclass
class LoadPhone:
    """One transporter under way to the north, ``rate`` pings a second until it is told to stop."""

    world: World
    driver: Driver
    epoch: str
    rate: float = 50.0
    sent: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Every ping that was ever sent, by seq."""
    promised: set[int] = field(default_factory=set)
    """What the server said is safe, in an ack or in the welcome after a reconnect."""
    rejected: dict[int, str] = field(default_factory=dict)
    closes: list[int] = field(default_factory=list)
    """The close codes that it saw."""
    refused: list[str] = field(default_factory=list)
    """Handshakes that came to nothing."""
    welcomes: int = 0
    _kept: dict[int, dict[str, Any]] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def newest(self) -> dict[str, Any]:
        """The ping that was made last."""
        return self.sent[max(self.sent)]

    def stop(self) -> None:
        """Make no more pings; ``run`` ends once all are acknowledged."""
        self._stopping.set()

    async def run(self) -> None:
        """Until it was told to stop and nothing is open."""
        while not (self._stopping.is_set() and not self._kept):
            try:
                async with self._connection() as socket:
                    await self._converse(socket)
            except InvalidHandshake as error:
                self.refused.append(str(error))
            except ConnectionClosed as error:
                self.closes.append(error.rcvd.code if error.rcvd else 1006)
            except OSError as error:
                self.refused.append(repr(error))
            await asyncio.sleep(RECONNECT_AFTER_S)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[ClientConnection]:
        async with (
            asyncio.timeout(None) as patience,
            websockets.connect(
                f"{self.world.ws_url}/ws/transporter",
                subprotocols=[Subprotocol("dispatch.v1"), Subprotocol(f"bearer.{self.driver.access}")],
                open_timeout=ANSWERED_WITHIN_S,
                close_timeout=2,
            ) as socket,
        ):
            patience.reschedule(asyncio.get_running_loop().time() + ANSWERED_WITHIN_S)
            await socket.send(json.dumps({"type": "hello", "device": self.driver.device, "epoch": self.epoch}))
            welcome = json.loads(await socket.recv())
            if welcome["type"] != "welcome":
                await socket.recv()  # an error announces a close
            patience.reschedule(None)
            self.welcomes += 1
            self._take(welcome["last_seq"])
            yield socket

    async def _converse(self, socket: ClientConnection) -> None:
        listening = asyncio.create_task(self._listen(socket))
        sending = asyncio.create_task(self._send(socket))
        try:
            await asyncio.wait({listening, sending}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and not listening.done():
                sending.result()
                await listening
            listening.result()
        finally:
            for job in (listening, sending):
                job.cancel()
            await asyncio.gather(listening, sending, return_exceptions=True)

    async def _send(self, socket: ClientConnection) -> None:
        again = [self._kept[seq] for seq in sorted(self._kept)]
        for start in range(0, len(again), PINGS_AGAIN_AT_ONCE):
            await socket.send(json.dumps({"type": "pings", "pings": again[start : start + PINGS_AGAIN_AT_ONCE]}))
        while not self._stopping.is_set():
            seq = len(self.sent) + 1
            made = ping(seq, round(START[0] + seq * MOVES_DEGREES, 7), START[1], datetime.now(UTC))
            self.sent[seq] = self._kept[seq] = made
            await socket.send(json.dumps(made))
            await asyncio.sleep(1 / self.rate)

    async def _listen(self, socket: ClientConnection) -> None:
        while not (self._stopping.is_set() and not self._kept):
            try:
                async with asyncio.timeout(0.2):
                    frame = json.loads(await socket.recv())
            except TimeoutError:
                continue  # to look whether it is over
            if frame["type"] == "ack":
                self._take(frame["seq"])
            elif frame["type"] == "reject":
                self.rejected[frame["seq"]] = frame["reason"]

    def _take(self, seq: int) -> None:
        for one in [one for one in self._kept if one <= seq]:
            del self._kept[one]
            self.promised.add(one)
