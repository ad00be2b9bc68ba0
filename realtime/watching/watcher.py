"""One watcher's socket: what there is room for is sent at once, the rest waits in a queue."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from realtime.protocol import Close
from realtime.sockets.connection import Connection, Disconnected
from realtime.sockets.logins import Login
from realtime.sockets.outgoing_frame import Outgoing
from realtime.watching.send_queue import SendQueue

# Watchers have nothing to say. One that talks all the same is read this slowly and fills its own buffers.
PAUSE_AFTER_MESSAGE_S = 0.05


class Follower(Protocol):
    """Somebody who follows a delivery. The calls return at once."""

    def start_again(self, snapshot: Outgoing, *, over: bool) -> None:
        """A snapshot replaces what was known. ``over``: nothing will follow."""
        ...

    def resume(self, after: int, missed: Iterable[Outgoing], *, over: bool) -> None:
        """Go on after an offset: first what was missed; whatever is not newer than ``after`` is known already."""
        ...

    def status(self, frame: Outgoing, *, over: bool) -> None:
        """A status: never dropped."""
        ...

    def position(self, frame: Outgoing) -> None:
        """A position: may be replaced by a newer one before it is sent."""
        ...

    async def end(self, code: int, reason: str) -> None:
        """End for a reason that lies outside the delivery."""
        ...


class Watcher:
    """A follower over a WebSocket.

    While the reader keeps up, a frame is written where it is heard: no task is woken, and a parcel with thousands
    of watchers costs little more than the writes themselves. When the socket is full a task takes over until the
    reader has caught up.
    """

    __slots__ = ("_after", "_catching_up", "_connection", "_over", "_queue", "_send_within_s", "login")

    def __init__(self, connection: Connection, *, send_within_s: float) -> None:
        """``send_within_s``: a reader that takes longer for one frame is gone or hostile."""
        self._connection = connection
        self._send_within_s = send_within_s
        self._queue: SendQueue | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._over = False
        self._after = 0
        self.login: Login | None = None

    def start_again(self, snapshot: Outgoing, *, over: bool) -> None:
        """See Follower."""
        self._over = over
        self._after = 0
        if self._catching_up is not None or over or not self._connection.send_now(snapshot):
            self._catch_up().start_again(snapshot)

    def resume(self, after: int, missed: Iterable[Outgoing], *, over: bool) -> None:
        """See Follower."""
        self._after = after
        for frame in missed:
            self.status(frame, over=False)
        self._over = over
        if over:
            self._catch_up()

    def status(self, frame: Outgoing, *, over: bool) -> None:
        """See Follower."""
        if frame.number <= self._after:
            return
        self._over = over
        if self._catching_up is not None or over or not self._connection.send_now(frame):
            self._catch_up().put(frame)

    def position(self, frame: Outgoing) -> None:
        """See Follower."""
        if frame.number <= self._after:
            return
        if self._catching_up is not None or not self._connection.send_now(frame):
            self._catch_up().put_position(frame)

    async def run(self) -> None:
        """Until the reader leaves, falls behind, or the delivery is over."""
        try:
            while True:
                await self._connection.receive_all()
                await asyncio.sleep(PAUSE_AFTER_MESSAGE_S)
        except Disconnected:
            pass
        finally:
            self.give_up()

    def detach(self, gone: Callable[[], None]) -> bool:
        """The same without a task of its own, where the connection can: most watchers only wait, and there are many.

        ``gone`` is called when it is over.
        """

        def over() -> None:
            self.give_up()
            gone()

        return self._connection.detach(over)

    def give_up(self) -> None:
        """There is nobody to send to any more."""
        if self._catching_up is not None:
            self._catching_up.cancel()

    async def end(self, code: int, reason: str) -> None:
        """Close for a reason that lies outside the delivery."""
        await self._connection.close(code, reason)

    def _catch_up(self) -> SendQueue:
        """The queue, and a task that sends what is put into it; most watchers never need either."""
        if self._queue is None or self._catching_up is None:
            self._queue = SendQueue()
            self._catching_up = asyncio.create_task(self._send_waiting(self._queue), name="watcher-catches-up")
        return self._queue

    async def _send_waiting(self, queue: SendQueue) -> None:
        try:
            while not queue.overrun and (frame := queue.take()) is not None:
                async with asyncio.timeout(self._send_within_s):
                    await self._connection.send(frame.payload)
        except TimeoutError:
            await self._connection.close(Close.TOO_SLOW, "reader too slow")
        except Disconnected:
            pass  # run() hears of it too
        else:
            if queue.overrun:
                await self._connection.close(Close.TOO_SLOW, "reader too slow")
            elif self._over:
                await self._connection.close(Close.OVER, "the delivery is over")
        finally:
            self._catching_up = self._queue = None
