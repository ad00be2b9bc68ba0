"""A follower over server-sent events: the watcher's frames for those who cannot or will not open a socket."""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterable

from realtime.sockets.logins import Login
from realtime.sockets.outgoing_frame import Outgoing
from realtime.watching.send_queue import SendQueue

# Proxies close connections that are silent for a minute; clients notice a dead one by the missing comment.
HEARTBEAT_S = 15.0
HEARTBEAT = b": still here\n\n"
OVER = b"event: over\ndata: {}\n\n"
MOST_RETRY_MS = 5_000


class EventStream:
    """Stores what is to be sent; the response takes it at the reader's pace."""

    def __init__(self) -> None:
        self.login: Login | None = None
        self._queue = SendQueue()
        self._wake = asyncio.Event()
        self._after = 0
        self._over = False
        self._ended = False

    def start_again(self, snapshot: Outgoing, *, over: bool) -> None:
        """See Follower."""
        self._after, self._over = 0, over
        self._queue.start_again(snapshot)
        self._wake.set()

    def resume(self, after: int, missed: Iterable[Outgoing], *, over: bool) -> None:
        """See Follower."""
        self._after, self._over = after, over
        for frame in missed:
            self._queue.put(frame)
        self._wake.set()

    def status(self, frame: Outgoing, *, over: bool) -> None:
        """See Follower."""
        if frame.number > self._after:
            self._over = over
            self._queue.put(frame)
            self._wake.set()

    def position(self, frame: Outgoing) -> None:
        """See Follower."""
        if frame.number > self._after:
            self._queue.put_position(frame)
            self._wake.set()

    async def end(self, code: int, reason: str) -> None:
        """End the response; the client comes back after a moment of its own."""
        del code, reason
        self._ended = True
        self._wake.set()

    @property
    def nothing_left(self) -> bool:
        """Whether there is nothing to send and nothing will come."""
        return self._over and self._queue.is_empty

    async def chunks(self, *, heartbeat_s: float = HEARTBEAT_S) -> AsyncGenerator[bytes, None]:
        """Until the delivery is over, the server stops or the reader has let too much gather."""
        while True:
            while not self._queue.overrun and (frame := self._queue.take()) is not None:
                yield frame.event
            if self._ended or self._queue.overrun:
                yield b"retry: %d\n\n" % random.randrange(MOST_RETRY_MS)  # noqa: S311  # jitter, no secret
                return
            if self._over:
                yield OVER
                return
            self._wake.clear()
            try:
                async with asyncio.timeout(heartbeat_s):
                    await self._wake.wait()
            except TimeoutError:
                yield HEARTBEAT
