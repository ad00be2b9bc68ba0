"""What a session needs of a WebSocket, so that the sessions know no web framework."""

from collections.abc import Callable
from typing import Protocol

from realtime.sockets.outgoing_frame import Message


class Disconnected(Exception):
    """The other side is gone."""


class Connection(Protocol):
    """An accepted WebSocket."""

    async def receive(self) -> bytes:
        """The next message. Raises Disconnected."""
        ...

    async def receive_all(self) -> list[bytes]:
        """The messages that are there, in order; waits for the first. Raises Disconnected."""
        ...

    def hear(self, take: Callable[[list[bytes]], bool] | None) -> bool:
        """Offer to ``take`` what arrives while nothing waits, at once and without a task; None: to nobody any more.

        What it does not take waits for ``receive_all``. With an empty list it is told that the other side is gone.
        False where that cannot be; then everything waits.
        """
        ...

    @property
    def has_received(self) -> bool:
        """Whether ``receive_all`` would return or raise at once."""
        ...

    async def send(self, frame: bytes) -> None:
        """Send a text message. Raises Disconnected. Waits while the other side does not read."""
        ...

    def send_now(self, frame: Message) -> bool:
        """Send without waiting and without a task. False: there is no room now, and nothing was sent.

        True where the other side is gone as well: there is nothing left to do, and ``receive`` will say so.
        """
        ...

    def detach(self, gone: Callable[[], None]) -> bool:
        """Go on without a task: what is received is dropped, and ``gone`` is called once, when the other side is gone.

        False where that cannot be; then somebody must receive.
        """
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close; a second close does nothing. A reader that does not read is cut off after some seconds."""
        ...
