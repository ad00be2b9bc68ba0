"""A courier's phone in a simulated day: one WebSocket, pings out, and what the server says in.

It lives in the day's time and talks when it is told to, so it has no timers. It never loses its connection: a day
measures decisions, not networks, and a lost connection ends the run with its name.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from api.simulation.days.day import Spot
from api.simulation.days.errors import DayStuck
from realtime.protocol import BEARER_PREFIX, SUBPROTOCOL, Hello, Ping, encode

ANSWERS_WITHIN_S = 30.0
OPEN_WITHIN_S = 30.0
CLOSE_WITHIN_S = 1.0
ACCURACY_M = 5.0
FOR_US = frozenset({"assignment", "withdrawal", "offer", "offer_end", "duty"})

Frame = dict[str, Any]
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class DayPhone:
    """``now``: the day's time. What the server says of deliveries, offers and duty waits in ``heard``."""

    def __init__(self, name: str, url: str, now: Callable[[], datetime]) -> None:
        self._name = name
        self._url = url
        self._now = now
        self._seq = 0
        self._acked = 0
        self._news = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lost: str | None = None
        self.heard: deque[Frame] = deque()
        self.answered: deque[Frame] = deque()

    @property
    def is_on(self) -> bool:
        """Whether it has a connection."""
        return self._socket is not None

    async def switch_on(self, token: str) -> None:
        """Connect and say hello; returns when it is welcome. Raises DayStuck."""
        protocols = [Subprotocol(SUBPROTOCOL), Subprotocol(BEARER_PREFIX + token)]
        try:
            socket = await connect(
                self._url,
                subprotocols=protocols,
                compression=None,
                proxy=None,
                ping_interval=None,
                open_timeout=OPEN_WITHIN_S,
                close_timeout=CLOSE_WITHIN_S,
            )
            await socket.send(encode(Hello(self._name, "day", self._now())).decode())
            welcome = _decode(await asyncio.wait_for(socket.recv(), ANSWERS_WITHIN_S))
        except (OSError, WebSocketException, TimeoutError) as error:
            raise DayStuck(f"The phone of {self._name} has no connection: {type(error).__name__} {error}") from None
        if welcome.get("type") != "welcome":
            raise DayStuck(f"The phone of {self._name} is not welcome: {welcome}")
        self._socket, self._lost = socket, None
        self._reading = asyncio.create_task(self._read(socket), name=f"phone {self._name}")

    async def switch_off(self) -> None:
        """Close the connection."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()
        if self._reading is not None:
            await self._reading
            self._reading = None

    async def ping(self, spot: Spot) -> None:
        """Say where it is; ``acknowledged`` waits for the answer. Raises DayStuck."""
        self._seq += 1
        fix = Ping(self._seq, round(spot.lat, 7), round(spot.lon, 7), self._now(), accuracy_m=ACCURACY_M)
        await self._send(encode(fix).decode())

    async def answer(self, offer_id: int, *, accept: bool) -> Frame:
        """Answer an offer; how it stands then. Raises DayStuck."""
        frame: Frame = {"type": "offer_answer", "offer_id": offer_id, "answer": "accept" if accept else "decline"}
        if not accept:
            frame["reason"] = "other"
        await self._send(msgspec.json.encode(frame).decode())
        await self._until(lambda: bool(self.answered), "an answer about an offer")
        return self.answered.popleft()

    async def acknowledged(self) -> None:
        """Wait until all that was pinged is safe. Raises DayStuck."""
        await self._until(lambda: self._acked >= self._seq, "an acknowledgement")

    async def _until(self, done: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                while not done():
                    if self._lost is not None:
                        raise DayStuck(f"The phone of {self._name} lost its connection: {self._lost}")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise DayStuck(f"The phone of {self._name} waited for {what} in vain.") from None

    async def _send(self, text: str) -> None:
        if self._socket is None:
            raise DayStuck(f"The phone of {self._name} is off.")
        try:
            await self._socket.send(text)
        except WebSocketException as error:
            raise DayStuck(f"The phone of {self._name} lost its connection: {error}") from None

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for raw in socket:
                self._take(_decode(raw))
            self._lost = "closed"
        except WebSocketException as error:
            self._lost = str(error)
        self._news.set()

    def _take(self, frame: Frame) -> None:
        kind = frame["type"]
        if kind == "ack":
            self._acked = max(self._acked, frame["seq"])
        elif kind == "offer_answered":
            self.answered.append(frame)
        elif kind in FOR_US:
            self.heard.append(frame)
        elif kind in {"reject", "error"}:
            self._lost = str(frame)
        self._news.set()
