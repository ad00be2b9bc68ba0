"""What a session needs of a WebSocket, so that the sessions know no web framework."""

from typing import Protocol


class Disconnected(Exception):
    """The other side is gone."""


class Connection(Protocol):
    """An accepted WebSocket."""

    async def receive(self) -> str | bytes:
        """The next message. Raises Disconnected."""
        ...

    async def send(self, frame: bytes) -> None:
        """Send a text message. Raises Disconnected. Waits while the other side does not read."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close; a second close does nothing."""
        ...
