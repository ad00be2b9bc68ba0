"""Apps that do what the protocol asks of them: keep what no ack covers, come back, resume where they were."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import websockets
from sqlalchemy import text

from tests.support.waiting import PATIENCE_S, until
from tests.support.watching import watch
from tests.support.world import Driver, World, ping

LOST = (OSError, EOFError, websockets.WebSocketException, TimeoutError)
PAUSE_S = 0.05
# A steady load that leaves the processors to those who are tested.
BETWEEN_ACKS_S = 0.05
IN_FLIGHT = 20


@dataclass
class Sender:
    """A transporter's app under load."""

    world: World
    driver: Driver
    epoch: str = field(default_factory=lambda: uuid4().hex)
    sent: int = 0
    acked: int = 0
    connections: int = 0
    port: int = 0
    """Our end of the present connection."""
    close_codes: list[int | None] = field(default_factory=list)

    async def run(self) -> None:
        """Send and come back, until cancelled."""
        while True:
            with suppress(*LOST):
                async with self.world.phone(self.driver, epoch=self.epoch) as phone:
                    self.connections += 1
                    self.port = phone.socket.local_address[1]
                    assert phone.welcome["last_seq"] >= self.acked, "what was acknowledged is not known"
                    self.acked = self.sent = int(phone.welcome["last_seq"])
                    try:
                        await self._stream(phone.socket)
                    finally:
                        self.close_codes.append(phone.socket.close_code)
            await asyncio.sleep(PAUSE_S)

    async def _stream(self, socket: websockets.ClientConnection) -> None:
        while True:
            while self.sent < self.acked + IN_FLIGHT:
                self.sent += 1
                await socket.send(json.dumps(ping(self.sent, *place_of(self.sent))))
            async with asyncio.timeout(PATIENCE_S):
                frame = json.loads(await socket.recv())
            if frame["type"] == "ack":
                self.acked = frame["seq"]
                await asyncio.sleep(BETWEEN_ACKS_S)

    async def missing(self) -> set[int]:
        """Acknowledged seqs that are not in the database, once the log is worked off."""
        services = self.world.server.services

        async def is_worked_off() -> bool:
            return not await services.redis.xlen(services.keys.log)

        await until(is_worked_off)
        async with services.database.work() as work:
            rows = await work.session.execute(
                text("SELECT seq FROM stored_fixes WHERE epoch = :epoch"), {"epoch": self.epoch}
            )
            stored = [int(row.seq) for row in rows]
        assert len(stored) == len(set(stored)), "something is stored twice"
        return set(range(1, self.acked + 1)) - set(stored)


def place_of(seq: int) -> tuple[float, float]:
    """Where the ping of this number is: slowly north, so that no two are the same."""
    return (27.6 + seq / 1e6, 85.4)


@dataclass
class Follower:
    """A customer who resumes, and looks whether anything is missing."""

    world: World
    tracking_number: str
    frames: list[dict[str, Any]] = field(default_factory=list)
    seen: str | None = None
    firsts: list[dict[str, Any]] = field(default_factory=list)
    """The first frame after each time of coming back."""

    async def run(self) -> None:
        """Follow and come back, until cancelled."""
        while True:
            with suppress(*LOST):
                async with watch(self.world, self.tracking_number, resume=self.seen) as socket:
                    returned = self.seen is not None
                    async for message in socket:
                        frame: dict[str, Any] = json.loads(message)
                        if returned:
                            self.firsts.append(frame)
                            returned = False
                        self.frames.append(frame)
                        self.seen = frame["offset"]
            await asyncio.sleep(PAUSE_S)

    @property
    def statuses(self) -> list[str]:
        """In the order in which they came."""
        return [frame["status"] for frame in self.frames if frame["type"] in {"snapshot", "status"}]

    @property
    def newest_lat(self) -> float | None:
        """Of the newest position."""
        for frame in reversed(self.frames):
            position = frame.get("position") or frame
            if "lat" in position:
                return float(position["lat"])
        return None
