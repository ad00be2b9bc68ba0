"""One phone's connection on a bare transport: as little client as can be, so that the server is what is measured."""

import asyncio
import base64
import json
import os
import time
from array import array
from typing import cast

from benchmarks.live.phones.frames import SHORT, TEXT, masked_frame

PING, PONG, CLOSE = 0x89, 0x8A, 0x88
_ACK = b'{"type":"ack","seq":'
_HEAD_END = b"\r\n\r\n"


class PhoneSocket(asyncio.Protocol):
    """Connects, says hello, sends what it is told to, and notes when each ping was acknowledged."""

    def __init__(self, port: int, number: int, subprotocols: str) -> None:
        self._request = _upgrade(port, subprotocols)
        self._hello = {"type": "hello", "device": f"bench-{number}", "epoch": os.urandom(6).hex()}
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rest = b""
        self._upgraded = False
        self.sent = 0
        self.acked = 0
        self.due = array("d")
        """When each ping was due by the clock of ``perf_counter``, from seq 1 on."""
        self.waited: list[float] = []
        """Seconds from due to acknowledged, since it was last emptied."""
        self.trouble = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Only where the phone did not end it itself is that a trouble."""
        self._fail(f"the connection ended: {exc}")

    def data_received(self, data: bytes) -> None:
        """Frames, once the upgrade is through."""
        if self._rest:
            data = self._rest + data
        if not self._upgraded:
            data = self._upgrade(data)
        at, size = 0, len(data)
        while size - at >= 2:
            length, begin = data[at + 1], at + 2
            if length >= SHORT:  # no frame that a phone gets is longer than 64 KiB
                length, begin = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if size < begin + length:
                break
            kind, at = data[at], begin + length
            self._take(kind, data[begin:at])
        self._rest = data[at:]

    def _upgrade(self, data: bytes) -> bytes:
        """What stands behind the head of the answer; nothing while it has not come whole."""
        head, end, behind = data.partition(_HEAD_END)
        if not end:
            self._rest = data
            return b""
        if b" 101 " not in head.partition(b"\r\n")[0]:
            self._fail(head.decode(errors="replace"))
            return b""
        self._upgraded = True
        self.transport.write(masked_frame(json.dumps(self._hello).encode()))
        return behind

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == TEXT and payload.startswith(_ACK):
            self._acknowledged(int(payload[len(_ACK) : -1]))
        elif kind == PING:
            self.transport.write(masked_frame(payload, PONG))
        elif kind == TEXT and not self.greeted.done() and b'"welcome"' in payload:
            self.greeted.set_result(None)
        else:
            self._fail(payload.decode(errors="replace"))

    def _acknowledged(self, seq: int) -> None:
        now, due, waited = time.perf_counter(), self.due, self.waited
        for acked in range(self.acked, seq):
            waited.append(now - due[acked])
        self.acked = max(self.acked, seq)

    def _fail(self, trouble: str) -> None:
        self.trouble = self.trouble or trouble
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError(trouble))


def _upgrade(port: int, subprotocols: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    protocols = f"Sec-WebSocket-Protocol: {subprotocols}\r\n" if subprotocols else ""
    return (
        f"GET /ws/transporter HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{protocols}\r\n"
    ).encode()
