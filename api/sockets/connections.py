"""Sockets as ``realtime`` knows connections."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from litestar import WebSocket
from litestar.connection.base import empty_receive, empty_send
from litestar.exceptions import WebSocketDisconnect

from api.sockets.websocket_protocol import EXTENSION, SocketWriter, WebSocketProtocol
from realtime.protocol import SUBPROTOCOL, Close, Error, encode
from realtime.sockets.connection import Connection, Disconnected
from realtime.sockets.outgoing_frame import Message, text_message

log = structlog.get_logger(__name__)

AnySocket = WebSocket[Any, Any, Any]
CLOSE_WITHIN_S = 5.0


class WireConnection(SocketWriter):
    """A socket of our own server, adopted: messages go straight to the transport."""

    __slots__ = ("_wire",)

    def __init__(self, wire: WebSocketProtocol) -> None:
        super().__init__()
        self._wire = wire
        wire.adopt(self)

    async def receive(self) -> bytes:
        """See Connection."""
        return (await self._some(1))[0]

    async def receive_all(self) -> list[bytes]:
        """See Connection."""
        return await self._some(None)

    def hear(self, take: Callable[[list[bytes]], bool] | None) -> bool:
        """See Connection."""
        received = self._wire.received
        if received is not None:
            received.offer_to(take)
        return received is not None

    @property
    def has_received(self) -> bool:
        """See Connection."""
        received = self._wire.received
        return received is None or received.is_ready

    async def _some(self, most: int | None) -> list[bytes]:
        messages = await self._wire.receive_some(most)
        if not messages:
            raise Disconnected
        return messages

    async def send(self, frame: bytes) -> None:
        """See Connection."""
        message = text_message(frame)
        while self.transport is None:
            if not self._wire.is_open:
                raise Disconnected
            await self._wire.room()
        self.transport.write(message)

    def detach(self, gone: Callable[[], None]) -> bool:
        """See Connection."""
        self._wire.detach(gone)
        return True

    def send_now(self, frame: Message) -> bool:
        """See Connection."""
        transport = self.transport
        if transport is None:
            return not self._wire.is_open
        transport.write(frame.wire)
        return True

    async def close(self, code: int, reason: str) -> None:
        """See Connection."""
        self._wire.close_surely(code, reason)


class AsgiConnection:
    """A socket of any ASGI server."""

    def __init__(self, socket: AnySocket) -> None:
        self._socket = socket
        self._open = True

    async def receive_all(self) -> list[bytes]:
        """See Connection."""
        return [await self.receive()]

    def hear(self, take: Callable[[list[bytes]], bool] | None) -> bool:
        """See Connection: ASGI hands out messages one by one, to who waits."""
        del take
        return False

    @property
    def has_received(self) -> bool:
        """See Connection."""
        return not self._open

    async def receive(self) -> bytes:
        """See Connection."""
        if not self._open:
            raise Disconnected
        try:
            return _content(await self._socket.receive())
        except Disconnected:
            self._open = False
            raise

    async def send(self, frame: bytes) -> None:
        """See Connection."""
        if not self._open:
            raise Disconnected
        try:
            await self._socket.send({"type": "websocket.send", "bytes": None, "text": frame.decode()})
        except (WebSocketDisconnect, RuntimeError, OSError) as error:
            self._open = False
            raise Disconnected from error

    def detach(self, gone: Callable[[], None]) -> bool:
        """See Connection: for ASGI it is over when the call returns."""
        del gone
        return False

    def send_now(self, frame: Message) -> bool:
        """See Connection: ASGI cannot, so a task will."""
        del frame
        return not self._open

    async def close(self, code: int, reason: str) -> None:
        """See Connection."""
        if self._open:
            self._open = False
            try:
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await self._socket.close(code, reason)
            except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError):
                log.debug("the socket was gone before it was closed", code=code)


def _content(message: Mapping[str, Any]) -> bytes:
    """Raises Disconnected."""
    if message["type"] == "websocket.disconnect":
        raise Disconnected
    text: str | None = message.get("text")
    return text.encode() if text is not None else message.get("bytes") or b""


async def accept(socket: AnySocket) -> Connection:
    """Accept first, whatever comes: a close before that would reach apps as a bare HTTP 403."""
    offered = socket.scope.get("subprotocols") or []
    await socket.accept(subprotocols=SUBPROTOCOL if SUBPROTOCOL in offered else None)
    extensions: dict[str, Any] = socket.scope.get("extensions") or {}
    wire = extensions.get(EXTENSION)
    if not isinstance(wire, WebSocketProtocol):
        return AsgiConnection(socket)
    # Litestar's own hold the socket, and the socket holds them: a circle around everything of this connection.
    socket.receive, socket.send = empty_receive, empty_send
    return WireConnection(wire)


async def turn_away(connection: Connection, code: Close, name: str, detail: str) -> None:
    """Say why, then close."""
    try:
        await connection.send(encode(Error(name, detail)))
    except Disconnected:
        return
    await connection.close(code, name)
