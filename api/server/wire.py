"""WebSockets closer to the wire than ASGI: messages read by the read, written without waiting, and a sure close."""

import asyncio
import socket
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request

from api.server.frames import frame_size, leaves_message_open, take_text

EXTENSION = "dispatch.wire"
"""Key of a connection's WireProtocol among the extensions of its ASGI scope."""

# What may wait for one reader, in our buffer and in the kernel's. Enough for many updates, too little to matter
# when thousands do not read; and what waits there can no longer be replaced by something newer.
WRITE_BUFFER_BYTES = 32_768
KERNEL_BUFFER_BYTES = 65_536
CUT_OFF_AFTER_S = 5.0
MOST_HEADER_BYTES = 14
# What may wait for a session; a read brings as much at most.
INBOX_BYTES = 262_144
# Who only listens here has nothing to say. One that talks all the same is read this slowly and fills its own buffers.
PAUSE_AFTER_DROPPED_S = 0.05


class Inbox:
    """What a connection has received and nobody has taken yet; stands in for uvicorn's queue of ASGI events."""

    __slots__ = ("_gone", "_left", "_messages", "_on_gone", "_size", "_waiter")

    def __init__(self) -> None:
        self._messages: list[bytes] = []
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self._gone = False
        self._left = False
        self._on_gone: Callable[[], None] | None = None

    def put_nowait(self, event: dict[str, Any]) -> None:
        """As uvicorn hands in: a message, or the end."""
        if event["type"] == "websocket.receive":
            text = event.get("text")
            self.add([event["bytes"] if text is None else text.encode()])
        elif event["type"] == "websocket.disconnect" and not self._gone:
            self._gone = True
            self._wake()
            self._tell_end()

    def leave_to(self, on_gone: Callable[[], None]) -> None:
        """Nobody waits here any more: messages are dropped, and the end is told."""
        self._messages, self._size, self._left, self._on_gone = [], 0, True, on_gone
        if self._gone:
            self._tell_end()

    def _tell_end(self) -> None:
        # Once and never again: who is told holds the connection, which holds this inbox.
        on_gone, self._on_gone = self._on_gone, None
        if on_gone is not None:
            on_gone()

    def add(self, messages: list[bytes]) -> None:
        """Take messages in."""
        if self._left:
            return
        if self._messages:
            self._messages += messages
        else:
            self._messages = messages
        self._size += sum(map(len, messages))
        self._wake()

    def empty(self) -> bool:
        """Whether there is none."""
        return not self._messages

    @property
    def is_full(self) -> bool:
        """Whether the network should keep what comes next."""
        return self._size >= INBOX_BYTES or self._left

    async def wait(self) -> bool:
        """Wait for a message; False where none will come."""
        while not self._messages:
            if self._gone:
                return False
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return True

    def take(self, most: int | None = None) -> list[bytes]:
        """The oldest messages; all where it is not said how many at most."""
        if most is None:
            taken, self._messages, self._size = self._messages, [], 0
        else:
            taken, self._messages = self._messages[:most], self._messages[most:]
            self._size -= sum(map(len, taken))
        return taken

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class WireProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol with more doors: messages by the read, write now, wait for room, close for certain.

    Once a connection is adopted, plain text messages are read and written past its state machine, which keeps no
    state of them because compression is off. It stands at the begin of a frame whenever we do, and gets every other
    frame whole.
    """

    inbox: Inbox | None = None
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

    def handle_connect(self, event: Request) -> None:
        """Put ourselves where the application finds us."""
        super().handle_connect(event)
        scope: Any = getattr(self, "scope", None)  # missing where the handshake was refused
        if scope is not None:
            scope["extensions"][EXTENSION] = self

    def adopt(self) -> Inbox:
        """Take the accepted connection over from ASGI; its ``receive`` is not called any more.

        The request and our answer to it are let go: kilobytes a connection, and nobody asks for them again.
        """
        del self.request, self.response
        inbox = self.inbox = Inbox()
        queue: Any = self.queue
        while not queue.empty():
            inbox.put_nowait(queue.get_nowait())
        self.queue = inbox  # type: ignore[assignment]  # all that uvicorn does with it from here on is to put and look
        return inbox

    def detach(self, gone: Callable[[], None]) -> None:
        """Let the adopted connection outlive its ASGI call; what is received is dropped, ``gone`` is told of its end.

        Thousands of watchers wait for hours: without the call they take less memory than a bare ASGI socket.
        """
        if self.inbox is not None:
            self._detached = True
            self._read_on()
            self.inbox.leave_to(gone)

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
        if self.inbox is None:
            # Who talks before we have answered leaves the library inside a frame, perhaps.
            self._left_to_library |= self.handshake_initiated or not data.endswith(b"\r\n\r\n")
        if self.inbox is None or self._left_to_library:
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
        if self.close_sent or self.inbox is None:
            return  # nobody will read it, as uvicorn has it
        self.inbox.add(messages)
        if self.inbox.is_full and not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _read_on(self) -> None:
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    async def receive_some(self, most: int | None = None) -> list[bytes]:
        """Messages that wait, at least one; none where the connection is gone."""
        inbox = self.inbox
        if inbox is None or not await inbox.wait():
            return []
        messages = inbox.take(most)
        if inbox.empty():
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

    def write_now(self, message: bytes) -> bool:
        """Write a whole encoded message, if the adopted connection is open and there is room."""
        if self.close_sent or self.disconnected or not self.writable.is_set() or self.transport.is_closing():
            return False  # `is_open` in short: thousands of times an update
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
