"""Thousands of reading WebSockets in one process: plain sockets and epoll, so that the server is what is measured."""

import base64
import os
import resource
import select
import socket
import time
from collections.abc import Iterable, Sequence

PING, PONG, CLOSE, TEXT = 0x89, 0x8A, 0x88, 0x81
SHORT = 126
OTHER_FILES = 200
ANSWERS_WITHIN_S = 30.0
_HEAD_END = b"\r\n\r\n"


def allow_sockets(sockets: int) -> None:
    """Raise the limit of open files. Raises RuntimeError where it may not be so high."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + OTHER_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise RuntimeError(f"{sockets} sockets need {wanted} open files and {hard} are allowed: ulimit -n {wanted}")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # The servers are started after this and inherit it.
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Reader:
    """One connected, upgraded socket, and what has come of a frame so far."""

    __slots__ = ("frames", "last", "rest", "socket")

    def __init__(self, port: int, path: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWERS_WITHIN_S)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while _HEAD_END not in head:
            head += self._more()
        status, _, _ = head.partition(b"\r\n")
        if b" 101 " not in status:
            raise ConnectionError(head.decode(errors="replace"))
        self.frames = 0
        self.last = b""
        self.rest = head.partition(_HEAD_END)[2]
        self.socket.setblocking(False)  # the standard library's own
        self._take()

    def _more(self) -> bytes:
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("closed")
        return data

    def read(self) -> None:
        """What has come; text frames are counted, pings answered. Raises ConnectionError."""
        self.rest += self._more()
        self._take()

    def _take(self) -> None:
        while len(self.rest) >= 2:
            size, at = self.rest[1], 2
            if size == SHORT:
                size, at = int.from_bytes(self.rest[2:4], "big"), 4
            if len(self.rest) < at + size:
                return
            kind, payload, self.rest = self.rest[0], self.rest[at : at + size], self.rest[at + size :]
            if kind == TEXT:
                self.frames += 1
                self.last = payload
            elif kind == PING:
                self.socket.send(bytes((PONG, 0x80 | size)) + bytes(4) + payload)
            elif kind == CLOSE:
                raise ConnectionError(repr(payload))


class Readers:
    """Many of them, and how long an update takes to reach them all."""

    def __init__(self, port: int, paths: Iterable[str]) -> None:
        """Each has read its first frame on return."""
        self._epoll = select.epoll()
        self.all: dict[int, Reader] = {}
        for path in paths:
            reader = Reader(port, path)
            self.all[reader.socket.fileno()] = reader
            self._epoll.register(reader.socket, select.EPOLLIN)
        self._count = 0

    def read_until(self, frames: int) -> tuple[float, float]:
        """Until each has had so many frames in all: when the first of this call came, and the last one."""
        left = {fd for fd, reader in self.all.items() if reader.frames < frames}
        first = last = 0.0
        deadline = time.perf_counter() + ANSWERS_WITHIN_S
        while left:
            ready = self._epoll.poll(1.0, len(self.all))
            if not first and ready:
                first = time.perf_counter()
            for fd, _ in ready:
                reader = self.all[fd]
                reader.read()
                if reader.frames >= frames:
                    left.discard(fd)
            last = time.perf_counter()
            if last > deadline:
                raise TimeoutError(f"{len(left)} of {len(self.all)} readers wait in vain")
        return first, last

    def answer_pings(self) -> None:
        """Stay alive while others are measured."""
        for fd, _ in self._epoll.poll(0, len(self.all)):
            self.all[fd].read()

    @property
    def frames(self) -> Sequence[int]:
        """How many each has had."""
        return [reader.frames for reader in self.all.values()]

    def close(self) -> None:
        """Close them all."""
        for reader in self.all.values():
            reader.socket.close()
        self._epoll.close()
