"""The bare loop: whatever the sender sends is written to every watcher's transport, as it is. Nothing else.

``python -m benchmarks.peers.broadcast PORT``
"""

import asyncio
import base64
import hashlib
import re
import sys
from typing import cast

import uvloop

from realtime.sockets.outgoing_frame import text_message

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY = re.compile(rb"sec-websocket-key: *(\S+)", re.IGNORECASE)
SHORT, MEDIUM = 126, 127
watchers: list[asyncio.Transport] = []


class Socket(asyncio.Protocol):
    """One connection: a watcher, or the one that sends."""

    def __init__(self) -> None:
        self.head = b""
        self.upgraded = False
        self.frame = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Write to it no more."""
        del exc
        if self.transport in watchers:
            watchers.remove(self.transport)

    def data_received(self, data: bytes) -> None:
        """Upgrade, then pass on."""
        if self.upgraded:
            self.pass_on(data)
            return
        self.head += data
        if b"\r\n\r\n" not in self.head:
            return
        self.upgraded = True
        found = _KEY.search(self.head)
        key = found.group(1) if found else b""
        accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        if b"GET /ws/track/" in self.head:
            watchers.append(self.transport)

    def pass_on(self, data: bytes) -> None:
        """A masked frame, as the benchmark's client sends it, to everybody."""
        self.frame += data
        size, at = self.frame[1] & 0x7F, 6
        if size == SHORT:
            size, at = int.from_bytes(self.frame[2:4], "big"), 8
        if size == MEDIUM or len(self.frame) < at + size:
            return
        mask = (self.frame[at - 4 : at] * (size // 4 + 1))[:size]
        payload = int.from_bytes(self.frame[at : at + size], "big") ^ int.from_bytes(mask, "big")
        message = text_message(payload.to_bytes(size, "big"))
        self.frame = self.frame[at + size :]
        for watcher in watchers:
            watcher.write(message)


async def serve(port: int) -> None:
    """Until killed."""
    server = await asyncio.get_running_loop().create_server(Socket, "127.0.0.1", port, backlog=2048)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        uvloop.run(serve(int(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(0)
