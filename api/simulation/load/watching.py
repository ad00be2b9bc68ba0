"""Watchers of the run: each follows one parcel and says how old the positions were when it heard of them."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

import httpx
import msgspec
from msgspec import UNSET
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from api.simulation.load.schedule import StartingLine
from api.simulation.replay.latencies import Latencies
from api.simulation.replay.reconnecting import Patience, delay_s, described, why_final
from realtime.protocol import Error, PositionFrame, Snapshot, StatusFrame

OPEN_WITHIN_S = 15.0
CLOSE_WITHIN_S = 2.0
# Longer than the server lets pass between two heartbeats.
SILENCE_S = 45.0
OVER = "event: over"
NO_CONTENT = 204

Frame = Snapshot | PositionFrame | StatusFrame | Error
_frame: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)


@dataclass(slots=True)
class Watched:
    """Counts over all watchers."""

    connected: int = 0
    """How many have been told at least once how their parcel stands."""
    frames: int = 0
    positions: int = 0
    reconnects: int = 0
    recovered: int = 0
    """Of them those who went on without a hole."""
    afresh: int = 0
    """Of them those who got a snapshot instead."""
    failed: dict[str, int] = field(default_factory=dict)
    """How many gave up, by reason."""
    latencies: Latencies = field(default_factory=Latencies)
    """From when a ping was due to when a watcher had the position."""


class DeliveryOver(Exception):
    """There is nothing left to watch."""


class WatchConnection(Protocol):
    """How a watcher follows: frames as they come, from ``resume`` on where one is given."""

    def frames(self, resume: str | None) -> AsyncGenerator[bytes, None]:
        """Until the connection ends. Raises what connections raise, and DeliveryOver."""
        ...

    def lose(self) -> None:
        """Lose the connection."""
        ...


class SocketConnection:
    """DeliveryOver a WebSocket."""

    def __init__(self, url: str, opening: asyncio.Semaphore) -> None:
        self._url = url
        self._opening = opening
        self._socket: ClientConnection | None = None

    async def frames(self, resume: str | None) -> AsyncGenerator[bytes, None]:
        """See WatchConnection."""
        connecting = connect(
            self._url if resume is None else f"{self._url}?resume={resume}",
            compression=None,
            ping_interval=None,  # the server asks
            open_timeout=OPEN_WITHIN_S,
            close_timeout=CLOSE_WITHIN_S,
            proxy=None,
        )
        async with self._opening:
            self._socket = await connecting
        try:
            while True:
                yield await self._socket.recv(decode=False)
        finally:
            socket, self._socket = self._socket, None
            await socket.close()

    def lose(self) -> None:
        """See WatchConnection."""
        if self._socket is not None:
            self._socket.transport.abort()


class StreamConnection:
    """DeliveryOver server-sent events."""

    def __init__(self, http: httpx.AsyncClient, url: str, opening: asyncio.Semaphore) -> None:
        self._http = http
        self._url = url
        self._opening = opening
        self._reading: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()

    async def frames(self, resume: str | None) -> AsyncGenerator[bytes, None]:
        """See WatchConnection."""
        self._lost.clear()
        request = self._http.build_request("GET", self._url, headers={"Last-Event-ID": resume} if resume else None)
        async with self._opening:
            reply = await self._http.send(request, stream=True)
        try:
            if reply.status_code == NO_CONTENT:
                raise DeliveryOver("the delivery is over")
            reply.raise_for_status()
            async for line in reply.aiter_lines():
                if line.startswith(OVER):
                    raise DeliveryOver("the delivery is over")
                if line.startswith("data: "):
                    yield line.removeprefix("data: ").encode()
                if self._lost.is_set():
                    return
        finally:
            await reply.aclose()

    def lose(self) -> None:
        """See WatchConnection: with the next line that comes."""
        self._lost.set()


class Watcher:
    """One of them: connects, listens, and comes back with the offset that it has seen."""

    def __init__(self, connection: WatchConnection, line: StartingLine, watched: Watched, patience: Patience) -> None:
        self._connection = connection
        self._line = line
        self._watched = watched
        self._patience = patience
        self._offset: str | None = None
        self._returning = False
        self._failures = 0
        self._last_error = ""
        self.told = asyncio.Event()
        """Set once it knows how its parcel stands, or has given up."""

    def lose_connection(self) -> None:
        """As in a tunnel."""
        self._connection.lose()

    async def run(self) -> None:
        """Until there is nothing to watch or it gives up, which ``watched`` then knows."""
        try:
            while (why := await self._follow()) is None:
                await asyncio.sleep(delay_s(self._failures))
                self._failures += 1
            self._watched.failed[why] = self._watched.failed.get(why, 0) + 1
        finally:
            self.told.set()

    async def _follow(self) -> str | None:
        """One connection; why there will be no other, None where there will."""
        try:
            async with aclosing(self._connection.frames(self._offset)) as frames:
                async for raw in frames:
                    self._hear(raw, time.monotonic())
            error: Exception = ConnectionError("the stream ended")
        except DeliveryOver as over:
            return str(over)
        except httpx.HTTPStatusError as refused:
            if refused.response.is_client_error:
                return f"the server answers with HTTP {refused.response.status_code}"
            error = refused
        except (OSError, InvalidHandshake, ConnectionClosed, httpx.HTTPError) as lost:
            final = why_final(lost)
            if final is not None:
                return f"{final}: {self._last_error}" if self._last_error else final
            error = lost
        self._returning = self.told.is_set()
        if self._patience.is_exhausted():
            return f"the server does not come back: {described(error)}"
        return None

    def _hear(self, raw: bytes, now_s: float) -> None:
        watched = self._watched
        watched.frames += 1
        try:
            frame = _frame.decode(raw)
        except msgspec.ValidationError:
            return  # a type that a later server may add
        if isinstance(frame, Error):
            self._last_error = frame.detail
            return
        self._offset = frame.offset
        self._failures = 0
        self._patience.progressed()
        if not self.told.is_set():
            watched.connected += 1
            self.told.set()
        if self._returning:
            self._returning = False
            watched.reconnects += 1
            if isinstance(frame, Snapshot):
                watched.afresh += 1
            else:
                watched.recovered += 1
        if isinstance(frame, PositionFrame) and frame.recovered is UNSET and self._line.started.is_set():
            due_ms = round(frame.recorded_at.timestamp() * 1000) - self._line.wall_ms
            if due_ms >= 0:  # otherwise of somebody else, or of the run before
                watched.positions += 1
                watched.latencies.record(now_s - self._line.due_s(due_ms))
