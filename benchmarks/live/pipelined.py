"""Pipelined WebSocket clients on bare sockets: as little client as can be, so that the server is what is measured.

Frames are encoded before the clock starts and sent a hundred a write; at most ``window`` pings are unacknowledged.
"""

import asyncio
import base64
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.live.phones.frames import masked_frame

FRAMES_A_WRITE = 100
_ACK = re.compile(rb'"type": ?"ack", ?"seq": ?(\d+)')


def ping_payload(seq: int, recorded: datetime) -> bytes:
    """A ping as a phone sends it, with all optional fields."""
    lat, lon = 27.7 + (seq % 1000) / 1e4, 85.3 + (seq % 777) / 1e4
    when = recorded.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        f'{{"type":"ping","seq":{seq},"lat":{lat:.5f},"lon":{lon:.5f},"recorded_at":"{when}",'
        f'"accuracy_m":8.0,"speed_mps":6.1,"heading_deg":120.0}}'
    ).encode()


SPACING = timedelta(milliseconds=10)


def writes_of(pings: int, begin: datetime, *, a_write: int = FRAMES_A_WRITE) -> list[tuple[int, bytes]]:
    """``(highest seq, bytes)`` of each write; one ping a frame, recorded at ``begin`` and then every ``SPACING``."""
    writes = []
    for first in range(1, pings + 1, a_write):
        last = min(first + a_write, pings + 1)
        frames = [masked_frame(ping_payload(seq, begin + SPACING * seq)) for seq in range(first, last)]
        writes.append((last - 1, b"".join(frames)))
    return writes


@dataclass(frozen=True)
class Sent:
    """One connection's part: pings acknowledged, and when the first left and the last was acknowledged."""

    pings: int
    started: float
    ended: float


async def open_socket(
    host: str, port: int, path: str, subprotocols: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connected, upgraded socket."""
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    key = base64.b64encode(os.urandom(16)).decode()
    protocols = f"Sec-WebSocket-Protocol: {subprotocols}\r\n" if subprotocols else ""
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{protocols}\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        raise ConnectionError(head.decode())
    return reader, writer


async def pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, writes: list[tuple[int, bytes]], *, window: int
) -> Sent:
    """Send everything, never more than ``window`` unacknowledged; ends with the last ack."""
    total = writes[-1][0]
    acked = 0
    tail = b""
    left: Iterator[tuple[int, bytes]] = iter(writes)
    pending = next(left, None)
    started = time.perf_counter()
    while acked < total:
        while pending is not None and pending[0] - acked <= window:
            writer.write(pending[1])
            pending = next(left, None)
        data = await reader.read(1 << 16)
        if not data:
            raise ConnectionError(f"closed after ack {acked}: {tail[-200:]!r}")
        tail = (tail + data)[-256:]
        found = _ACK.findall(tail if len(data) < len(tail) else data)
        if found:
            acked = max(acked, int(found[-1]))
    return Sent(total, started, time.perf_counter())
