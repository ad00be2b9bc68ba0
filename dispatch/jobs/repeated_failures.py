"""What an endless loop says of failures that come round after round."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import structlog

from dispatch.jobs.rounds import in_a_line

log = structlog.get_logger(__name__)

# A failure that did not come for so long is told like a new one.
QUIET_S = 600.0
# However often it comes, every so many times it is told.
TOLD_EVERY = 256
MOST_CHARACTERS = 300


@dataclass(slots=True)
class _Seen:
    times: int = 0
    at_s: float = 0.0


class RepeatedFailures:
    """Those of one loop: each kind is told whole once, then in a line with its number, ever more rarely.

    A kind is an exception's type and the place that raised it. Its first, second, fourth, eighth, … time is told, and
    that the loop works again.
    """

    def __init__(
        self,
        *,
        failed: str,
        waits: str,
        is_defect: Callable[[Exception], bool],
        quiet_s: float = QUIET_S,
        **about: object,
    ) -> None:
        """``failed`` and ``waits`` are what the log calls a defect and an outage; ``about`` stands in each line.

        A kind that did not come for ``quiet_s`` is new again.
        """
        self._failed = failed
        self._waits = waits
        self._is_defect = is_defect
        self._quiet_s = quiet_s
        self._log = log.bind(**about)
        self._seen: dict[str, _Seen] = {}
        self._told = 0

    def noted(self) -> "Noted":
        """Around a round of an endless loop: whatever it raises is noted here and goes no further."""
        return Noted(self)

    def note(self, error: Exception) -> None:
        """A round failed. Only a defect has a traceback, and that the first time."""
        now_s = time.monotonic()
        self._seen = {kind: seen for kind, seen in self._seen.items() if now_s - seen.at_s < self._quiet_s}
        seen = self._seen.setdefault(in_a_line(error), _Seen())
        seen.times, seen.at_s = seen.times + 1, now_s
        if seen.times % TOLD_EVERY and seen.times & (seen.times - 1):
            return
        self._told += 1
        if not self._is_defect(error):
            self._log.warning(self._waits, error=_told(error), times=seen.times)
        elif seen.times == 1:
            self._log.error(self._failed, exc_info=error)
        else:
            self._log.error(self._failed, error=in_a_line(error), times=seen.times)

    def well(self) -> None:
        """A round came to its end."""
        if self._told:
            self._told = 0
            self._log.warning("works again", after=self._failed)


class Noted:
    """See ``RepeatedFailures.noted``. What is no error, as a cancellation, passes."""

    def __init__(self, failures: RepeatedFailures) -> None:
        self._failures = failures

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if error is None:
            self._failures.well()
        if not isinstance(error, Exception):
            return False
        self._failures.note(error)
        return True


def _told(error: Exception) -> str:
    """The first line says it; what SQLAlchemy adds to it are statements and links."""
    return f"{type(error).__name__}: {error}".partition("\n")[0][:MOST_CHARACTERS]
