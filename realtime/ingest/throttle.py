"""How fast one connection may talk: token buckets for pings and bytes, as arithmetic on a clock that is handed in.

A connection that exceeds them is not read for a while, so that its network, not ours, holds what it sends. One that
leaves the server no pause for ``flood_after_s`` is closed.
"""

from dataclasses import dataclass

BURST_S = 5.0


@dataclass(frozen=True, slots=True)
class Rates:
    """What a connection may send for long; for ``BURST_S`` worth of it at once."""

    pings_per_s: float
    bytes_per_s: float
    flood_after_s: float = 60.0


class TokenBucket:
    """Fills by ``rate_per_s`` up to ``burst``; may be overdrawn once, and is then paid back by waiting."""

    __slots__ = ("_at", "_burst", "_level", "_rate_per_s", "rested")

    def __init__(self, rate_per_s: float, burst: float, now: float) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._level = burst
        self._at = now
        self.rested = True
        """Whether it was half full at least when it was last taken from."""

    def take(self, amount: float, now: float) -> float:
        """Take and tell how many seconds to wait until nothing is owed; 0 for none. ``now`` in seconds."""
        level = self._level + (now - self._at) * self._rate_per_s
        level = min(level, self._burst)
        self.rested = level >= self._burst / 2
        self._level, self._at = level - amount, now
        return 0.0 if level >= amount else (amount - level) / self._rate_per_s


class Throttle:
    """Both buckets of one connection."""

    __slots__ = ("_bytes", "_calm_at", "_flood_after_s", "_pings")

    def __init__(self, rates: Rates, now: float) -> None:
        self._pings = TokenBucket(rates.pings_per_s, rates.pings_per_s * BURST_S, now)
        self._bytes = TokenBucket(rates.bytes_per_s, rates.bytes_per_s * BURST_S, now)
        self._flood_after_s = rates.flood_after_s
        self._calm_at = now

    def wait_s(self, pings: int, size: int, now: float) -> float:
        """Count a frame that was read; seconds to wait before the next is read."""
        wait_s = max(self._pings.take(pings, now), self._bytes.take(size, now))
        if self._pings.rested and self._bytes.rested:
            self._calm_at = now
        return wait_s

    def flooded(self, now: float) -> bool:
        """Whether the connection left no pause for too long."""
        return now - self._calm_at > self._flood_after_s
