"""What a connection has received, between its protocol and its session."""

import asyncio
from collections.abc import Callable
from typing import Any

# What may wait for a session; a read brings as much at most.
RECEIVE_BUFFER_BYTES = 262_144


class ReceiveBuffer:
    """What a connection has received and nobody has taken yet; stands in for uvicorn's queue of ASGI events."""

    __slots__ = ("_gone", "_left", "_messages", "_offer", "_on_gone", "_size", "_waiter")

    def __init__(self) -> None:
        self._messages: list[bytes] = []
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self._gone = False
        self._left = False
        self._on_gone: Callable[[], None] | None = None
        self._offer: Callable[[list[bytes]], bool] | None = None

    def put_nowait(self, event: dict[str, Any]) -> None:
        """As uvicorn hands in: a message, or the end."""
        if event["type"] == "websocket.receive":
            text = event.get("text")
            self.add([event["bytes"] if text is None else text.encode()])
        elif event["type"] == "websocket.disconnect" and not self._gone:
            self._gone = True
            self._wake()
            offer, self._offer = self._offer, None
            if offer is not None:
                offer([])
            self._tell_end()

    def offer_to(self, take: Callable[[list[bytes]], bool] | None) -> None:
        """Offer what arrives while nothing waits; see ``Connection.hear``."""
        self._offer = None if self._gone else take

    @property
    def is_ready(self) -> bool:
        """Whether ``wait`` would return at once."""
        return bool(self._messages) or self._gone

    def leave_to(self, on_gone: Callable[[], None]) -> None:
        """Nobody waits here any more: messages are dropped, and the end is told."""
        self._messages, self._size, self._left, self._on_gone = [], 0, True, on_gone
        if self._gone:
            self._tell_end()

    def _tell_end(self) -> None:
        # Once and never again: who is told holds the connection, which holds this buffer.
        on_gone, self._on_gone = self._on_gone, None
        if on_gone is not None:
            on_gone()

    def add(self, messages: list[bytes]) -> None:
        """Take messages in."""
        if self._left:
            return
        if self._offer is not None and not self._messages and self._offer(messages):
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
        return self._size >= RECEIVE_BUFFER_BYTES or self._left

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
