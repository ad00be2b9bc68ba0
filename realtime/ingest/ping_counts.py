"""What became of pings, counted where they pass: plain numbers, so that counting costs a ping next to nothing.

Somebody else takes them every second and makes metrics of them.
"""

from collections.abc import Iterable

from realtime.protocol import Reject, Rejected

# Batches between two looks; what is beyond is counted in the sums and not in the spread.
MOST_WAITS = 10_000


class PingCounts:
    """Counters of one process since its start, and the waits since they were last taken."""

    __slots__ = ("failed", "received", "rejected", "stored", "waits_s")

    def __init__(self) -> None:
        self.received = 0
        self.stored = 0
        """Acknowledged: safe in Redis, those among them that were there before too."""
        self.failed = 0
        """Could not be made safe; their phones send them again."""
        self.rejected: dict[str, int] = {}
        self.waits_s: list[float] = []
        """For each batch the time from the handing-in of its first frame until it was safe."""

    def take(self, pings: int, rejected: Iterable[Rejected]) -> None:
        """Pings that came in, and which of them were turned down."""
        self.received += pings
        for one in rejected:
            self.rejected[one.reason] = self.rejected.get(one.reason, 0) + 1

    def malformed(self, pings: int) -> None:
        """Pings that could not be read."""
        self.received += pings
        self.rejected[Reject.MALFORMED] = self.rejected.get(Reject.MALFORMED, 0) + pings

    def safe(self, pings: int, wait_s: float) -> None:
        """A batch that was stored."""
        self.stored += pings
        if len(self.waits_s) < MOST_WAITS:
            self.waits_s.append(wait_s)

    def taken_waits(self) -> list[float]:
        """The waits since this was last called."""
        waits, self.waits_s = self.waits_s, []
        return waits
