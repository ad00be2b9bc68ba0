"""Durations counted in buckets: any number of them in the same memory, each within 0.1 % of the truth."""

from collections.abc import Iterator

# Microseconds are exact up to 2,048; above, every power of two has 1,024 buckets.
_EXACT = 2_048
_SHIFT_FREE_BITS = _EXACT.bit_length() - 1
_HALF = _EXACT // 2
_LONGEST_US = 1 << 33
"""Two hours and more are one bucket."""


class Latencies:
    """A high dynamic range histogram of durations, in seconds where it is spoken to."""

    __slots__ = ("_buckets", "_longest_us", "_total_us", "count")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self._longest_us = 0
        self._total_us = 0
        self.count = 0

    def record(self, seconds: float, count: int = 1) -> None:
        """So many that took so long. Clocks that disagree by a moment may say less than nothing: that is nothing."""
        us = max(0, round(seconds * 1e6))
        bucket = _bucket(min(us, _LONGEST_US))
        self._buckets[bucket] = self._buckets.get(bucket, 0) + count
        self.count += count
        self._total_us += us * count
        self._longest_us = max(self._longest_us, us)

    def within_ms(self, share: float) -> float | None:
        """The time in ms that this share of them stayed within (nearest rank); None where there are none."""
        if not self.count:
            return None
        wanted, reached = share * self.count, 0
        for bucket in sorted(self._buckets):
            reached += self._buckets[bucket]
            if reached >= wanted:
                return min(_upper_us(bucket), self._longest_us) / 1000
        return self._longest_us / 1000

    @property
    def longest_ms(self) -> float | None:
        """The longest, ms."""
        return self._longest_us / 1000 if self.count else None

    @property
    def mean_ms(self) -> float | None:
        """The mean, ms."""
        return self._total_us / self.count / 1000 if self.count else None

    def buckets(self) -> Iterator[tuple[float, int]]:
        """``(upper edge in ms, count)`` of every bucket that is not empty, shortest first."""
        for bucket in sorted(self._buckets):
            yield _upper_us(bucket) / 1000, self._buckets[bucket]


def _bucket(us: int) -> int:
    shift = max(0, us.bit_length() - _SHIFT_FREE_BITS)
    return (us >> shift) + shift * _HALF


def _upper_us(bucket: int) -> int:
    """The longest duration that falls into a bucket."""
    if bucket < _EXACT:
        return bucket
    shift = (bucket - _EXACT) // _HALF + 1
    return ((bucket - shift * _HALF + 1) << shift) - 1
