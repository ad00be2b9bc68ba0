"""Connections that hold a descriptor and have not asked anything yet, or nothing more."""

import resource
from typing import Protocol

import structlog

from dispatch.settings import Settings

log = structlog.get_logger(__name__)

LEAST = 64
WARN_EVERY = 1_000


class Closable(Protocol):
    """A connection."""

    @property
    def transport(self) -> "Transport":
        """Where it is closed."""
        ...


class Transport(Protocol):
    """What is used of a transport."""

    def abort(self) -> None:
        """Close at once."""
        ...


class IdleConnections:
    """The idle connections of this process, oldest first; beyond their share the oldest is cut off.

    Idle are those that have sent nothing, half a head or half a body, and those between two requests. WebSockets
    and event streams are none: they have asked, and are limited by user and address.
    """

    def __init__(self, *, most: int, head_within_s: float, body_within_s: float) -> None:
        self.head_within_s = head_within_s
        self.body_within_s = body_within_s
        self._most = most
        self._connections: dict[Closable, None] = {}
        self._cut_off = 0

    @classmethod
    def of(cls, settings: Settings) -> "IdleConnections":
        """As the settings say; the share is of the descriptors that this process may have."""
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        most = max(LEAST, int(descriptors * settings.silent_share))
        return cls(most=most, head_within_s=settings.head_within_s, body_within_s=settings.body_within_s)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._connections)

    def enter(self, connection: Closable) -> None:
        """It waits for its client; one that does already keeps its place."""
        if connection in self._connections:
            return
        self._connections[connection] = None
        if len(self._connections) > self._most:
            oldest = next(iter(self._connections))
            del self._connections[oldest]
            oldest.transport.abort()
            if self._cut_off % WARN_EVERY == 0:
                log.warning("too many silent connections, the oldest are cut off", most=self._most)
            self._cut_off += 1

    def leave(self, connection: Closable) -> None:
        """It waits for us, or is gone."""
        self._connections.pop(connection, None)
