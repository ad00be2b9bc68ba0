"""WebSockets closer to the wire than ASGI: writing without waiting, and cutting off readers who do not read."""

import asyncio
import socket
from asyncio.transports import BaseTransport, Transport
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request

EXTENSION = "dispatch.wire"
"""Key of a connection's WireProtocol among the extensions of its ASGI scope."""

# What may wait for one reader, in our buffer and in the kernel's. Enough for many updates, too little to matter
# when thousands do not read; and what waits there can no longer be replaced by something newer.
WRITE_BUFFER_BYTES = 32_768
KERNEL_BUFFER_BYTES = 65_536
CUT_OFF_AFTER_S = 5.0


class WireProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with three more doors: write now, wait for room, close for certain.

    Messages may be written past its state machine because compression is off, so that it keeps no state of them.
    """

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound the buffers."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        wire: socket.socket | None = transport.get_extra_info("socket")
        if wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)

    def handle_connect(self, event: Request) -> None:
        """Put ourselves where the application finds us."""
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)  # missing where the handshake was refused
        if scope is not None:
            scope["extensions"][EXTENSION] = self

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and self.initial_response is None
            and not self.transport.is_closing()
        )

    def write_now(self, message: bytes) -> bool:
        """Write a whole encoded message, if the connection is open and there is room."""
        if not self.writable.is_set() or not self.is_open:
            return False
        self.transport.write(message)
        return True

    async def room(self) -> None:
        """Wait until there is room, or the connection is lost."""
        await self.writable.wait()

    def close_surely(self, code: int, reason: str) -> None:
        """Say why and close; a peer that does not take it is cut off after some seconds."""
        if not self.is_open:
            return
        try:
            self.conn.send_close(code, reason)
        except InvalidState:
            self.transport.abort()
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = asyncio.get_running_loop().call_later(CUT_OFF_AFTER_S, _abort, self.transport)


def _abort(transport: Transport) -> None:
    transport.abort()
