"""How much of a time limit is left."""

from time import perf_counter


class Clock:
    """Runs from when it is made.

    Parameters
    ----------
    limit_s
        Seconds, at least 0; None for no limit.
    """

    def __init__(self, limit_s: float | None) -> None:
        self._limit_s, self._start = limit_s, perf_counter()

    def spent(self) -> float:
        """Share of the limit that has passed, above 1 after it; always 0 without a limit."""
        if self._limit_s is None:
            return 0.0
        passed = perf_counter() - self._start
        return passed / self._limit_s if self._limit_s > 0 else 1.0

    def expired(self) -> bool:
        """Whether the limit has passed."""
        return self.spent() >= 1.0
