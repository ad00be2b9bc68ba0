"""What consoles look at: the newest state of every transporter and open delivery, with the order of their changes.

One for a process, however many consoles: each console remembers how far it has read. A slow one skips states in
between and costs no memory; one that was too slow for what has vanished meanwhile starts over.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import Raw

FORGET_AFTER_S = 60.0

Key = tuple[str, int]
TRANSPORTER = "transporter"
DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing at its newest: where it is seen (degrees), how it is told, and whether this is the last of it.

    ``transporter_id``: of whom it speaks, if of anybody.
    """

    version: int
    points: tuple[tuple[float, float], ...]
    told: Raw
    last: bool
    transporter_id: int | None


class FleetState:
    """Entries in the order of their newest change."""

    def __init__(self) -> None:
        self.version = 0
        self.forgotten = 0
        """Whoever has not read up to here cannot be told what vanished."""
        self.profiles: dict[int, Raw] = {}
        """Who the transporters are, as it is told; another object where it has changed."""
        self.runs: dict[int, bytes] = {}
        """Frames of bulk runs that go on or have just ended; another object where something has changed."""
        self.searches: dict[int, bytes] = {}
        """The same of searches for a transporter."""
        self.looked_at = time.monotonic()
        """When it was compared with the stores last."""
        self._entries: dict[Key, Entry] = {}
        self._vanishing: deque[tuple[float, Key, int]] = deque()

    def put(
        self,
        key: Key,
        points: tuple[tuple[float, float], ...],
        told: bytes,
        *,
        last: bool = False,
        transporter_id: int | None = None,
    ) -> None:
        """A new state; with ``last`` it is told once more and then forgotten. The same state again is no change."""
        before = self._entries.get(key)
        if before is not None and bytes(before.told) == told and before.last == last:
            return
        self._entries.pop(key, None)  # it goes to the end
        self.version += 1
        self._entries[key] = Entry(self.version, points, Raw(told), last, transporter_id)
        if last:
            self._vanishing.append((time.monotonic(), key, self.version))

    def forget_old(self) -> None:
        """Let go of what vanished a while ago; the end of a round."""
        self.looked_at = time.monotonic()
        oldest = time.monotonic() - FORGET_AFTER_S
        while self._vanishing and self._vanishing[0][0] < oldest:
            _, key, version = self._vanishing.popleft()
            entry = self._entries.get(key)
            if entry is not None and entry.version == version:
                del self._entries[key]
                self.forgotten = max(self.forgotten, version)

    def present(self) -> Iterator[tuple[Key, Entry]]:
        """Everything that has not vanished."""
        return ((key, entry) for key, entry in self._entries.items() if not entry.last)

    def changes_since(self, version: int) -> list[tuple[Key, Entry]]:
        """What changed after a version, oldest change first."""
        found = []
        for key, entry in reversed(self._entries.items()):
            if entry.version <= version:
                break
            found.append((key, entry))
        found.reverse()
        return found
