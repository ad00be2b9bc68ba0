"""WebSockets closer to the wire than ASGI: messages read by the read, written without waiting, and a sure close."""

import asyncio
import socket
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame
from websockets.http11 import Request

from api.sockets.receive_buffer import ReceiveBuffer
from api.sockets.websocket_frames import frame_size, leaves_message_open, take_text

EXTENSION = "dispatch.wire"
"""Key of a connection's WebSocketProtocol among the extensions of its ASGI scope."""

# What may wait for one reader, in our buffer and in the kernel's. Enough for many updates, too little to matter
# when thousands do not read; and what waits there can no longer be replaced by something newer.
WRITE_BUFFER_BYTES = 32_768
KERNEL_BUFFER_BYTES = 65_536
CUT_OFF_AFTER_S = 5.0
MOST_HEADER_BYTES = 14
# Who only listens here has nothing to say. One that talks all the same is read this slowly and fills its own buffers.
PAUSE_AFTER_DROPPED_S = 0.05


class SocketWriter:
    """Where whole messages are written without waiting.

    An update to thousands of watchers is thousands of writes, and each of them begins with what the processor's cache
    has lost by then. So this is all of a connection that such a write touches, beside the transport.
    """

    __slots__ = ("transport",)

    def __init__(self) -> None:
        self.transport: Transport | None = None
        """None while there is no room, and for good when the connection ends."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with more doors: messages by the read, write now, wait for room, close for certain.

    Once a connection is adopted, plain text messages are read and written past its state machine, which keeps no
    state of them because compression is off. It stands at the begin of a frame whenever we do, and gets every other
    frame whole.
    """

    received: ReceiveBuffer | None = None
    _writer: SocketWriter | None = None
    _detached = False
    _unfinished = b""
    _message_open = False
    _left_to_library = False

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound the buffers."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        wire: socket.socket | None = transport.get_extra_info("socket")
        if wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn's, and the parser, which holds what it parses for, is let go."""
        super().connection_lost(exc)
        self.conn.parser.close()
        self._shut()
        self._writer = None

    def pause_writing(self) -> None:
        """As uvicorn's: there is no room."""
        super().pause_writing()
        self._shut()

    def resume_writing(self) -> None:
        """As uvicorn's: there is room again."""
        super().resume_writing()
        if self._writer is not None and self.is_open:
            self._writer.transport = self.transport

    def shutdown(self) -> None:
        """As uvicorn's; nothing follows its close frame."""
        self._shut()
        super().shutdown()

    def handle_close(self, event: Frame) -> None:
        """As uvicorn's; nothing follows its close frame."""
        self._shut()
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        """As uvicorn's; nothing follows its close frame."""
        self._shut()
        super().handle_parser_exception()

    def keepalive_timeout(self) -> None:
        """As uvicorn's; nothing follows its close frame."""
        super().keepalive_timeout()
        if self.close_sent:
            self._shut()

    def _shut(self) -> None:
        if self._writer is not None:
            self._writer.transport = None

    def handle_connect(self, event: Request) -> None:
        """Put ourselves where the application finds us."""
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)  # missing where the handshake was refused
        if scope is not None:
            scope["extensions"][EXTENSION] = self

    def adopt(self, writer: SocketWriter) -> ReceiveBuffer:
        """Take the accepted connection over from ASGI; its ``receive`` is not called any more.

        The request and our answer to it are let go: kilobytes a connection, and nobody asks for them again.
        """
        del self.request, self.response
        received = self.received = ReceiveBuffer()
        queue: Any = self.queue
        while not queue.empty():
            received.put_nowait(queue.get_nowait())
        self.queue = received  # type: ignore[assignment]  # all that uvicorn does with it from here on is to put and look
        self._writer = writer
        if self.is_open and self.writable.is_set():
            writer.transport = self.transport
        return received

    def detach(self, gone: Callable[[], None]) -> None:
        """Let the adopted connection outlive its ASGI call; what is received is dropped, ``gone`` is told of its end.

        Thousands of watchers wait for hours: without the call they take less memory than a bare ASGI socket.
        """
        if self.received is not None:
            self._detached = True
            self._read_on()
            self.received.leave_to(gone)

    async def run_asgi(self) -> None:
        """As uvicorn's, but what was detached stays open when the application is done with it."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
        else:
            if not self.handshake_complete:
                self.send_500_response()
        del self.scope
        if self.close_timer is None and not self._detached:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Take a read apart; whole text messages go to the session together."""
        if self.received is None:
            # Who talks before we have answered leaves the library inside a frame, perhaps.
            self._left_to_library |= self.handshake_initiated or not data.endswith(b"\r\n\r\n")
        if self.received is None or self._left_to_library:
            super().data_received(data)
        else:
            self._take_apart(data)
        if self._detached and self.read_paused:
            self.loop.call_later(PAUSE_AFTER_DROPPED_S, self._read_on)

    def _take_apart(self, data: bytes) -> None:
        if self._unfinished:
            data, self._unfinished = self._unfinished + data, b""
        at = 0
        while at < len(data) and not self._left_to_library:
            if not self._message_open:
                messages, at, unfinished = take_text(data, at, self.config.ws_max_size)
                if messages:
                    self._hand_over(messages)
                if unfinished:
                    self._unfinished = data[at:]
                    return
            at = self._pass_on(data, at)

    def _pass_on(self, data: bytes, at: int) -> int:
        """Give the library the frame at ``at``, if it is all there; where the next one begins."""
        size = frame_size(data, at)
        if size is not None and size > self.config.ws_max_size + MOST_HEADER_BYTES:
            self._left_to_library = True  # which closes the connection for it
            size = len(data) - at
        if size is None or at + size > len(data):
            self._unfinished = data[at:]
            return len(data)
        self._message_open = leaves_message_open(data[at], was_open=self._message_open)
        super().data_received(data[at : at + size])
        return at + size

    def _hand_over(self, messages: list[bytes]) -> None:
        if self.close_sent or self.received is None:
            return  # nobody will read it, as uvicorn has it
        self.received.add(messages)
        if self.received.is_full and not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _read_on(self) -> None:
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    async def receive_some(self, most: int | None = None) -> list[bytes]:
        """Messages that wait, at least one; none where the connection is gone."""
        received = self.received
        if received is None or not await received.wait():
            return []
        messages = received.take(most)
        if received.empty():
            self._read_on()
        return messages

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

    async def room(self) -> None:
        """Wait until there is room, or the connection is lost."""
        await self.writable.wait()

    def close_surely(self, code: int, reason: str) -> None:
        """Say why and close; a peer that does not take it is cut off after some seconds."""
        if not self.is_open:
            return
        self._shut()
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
