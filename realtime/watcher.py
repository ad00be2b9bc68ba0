"""One watcher's outbox: statuses in order, of positions only the newest, and a limit on patience."""

import asyncio
from collections import deque

from realtime.connection import Connection, Disconnected
from realtime.protocol import Close

# A reader that takes longer for one frame is gone or hostile.
SEND_WITHIN_S = 10.0
MAX_WAITING = 64


class Watcher:
    """Stores what is to be sent and sends it at the reader's pace."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._outbox: deque[bytes] = deque()
        self._position: bytes | None = None
        self._over = False
        self._overrun = False
        self._wake = asyncio.Event()

    def start_again(self, snapshot: bytes, *, over: bool) -> None:
        """A fresh snapshot, in its place among the statuses; an older position need not be sent any more."""
        self._outbox.append(snapshot)
        self._position = None
        self._over = over
        self._wake.set()

    def status(self, frame: bytes, *, over: bool) -> None:
        """A status is never dropped; a reader that lets too many gather is closed."""
        self._outbox.append(frame)
        self._overrun = len(self._outbox) > MAX_WAITING
        self._over = over
        self._wake.set()

    def position(self, frame: bytes) -> None:
        """The newest position replaces one that was not sent yet."""
        self._position = frame
        self._wake.set()

    async def run(self) -> None:
        """Send until the reader leaves, falls behind, or the delivery is over."""
        try:
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(self._watch_for_close())
                await self._send_all()
                reader.cancel()
        except* Disconnected:
            pass

    async def _send_all(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                async with asyncio.timeout(SEND_WITHIN_S):
                    await self._send_waiting()
            except TimeoutError:
                self._overrun = True
            if self._overrun:
                await self._connection.close(Close.TOO_SLOW, "reader too slow")
                return
            if self._over and not self._outbox:
                await self._connection.close(Close.OVER, "the delivery is over")
                return

    async def _send_waiting(self) -> None:
        while self._outbox:
            await self._connection.send(self._outbox.popleft())
        if self._position is not None:
            frame, self._position = self._position, None
            await self._connection.send(frame)

    async def _watch_for_close(self) -> None:
        """Watchers have nothing to say; reading tells us when they leave."""
        while True:
            await self._connection.receive()
