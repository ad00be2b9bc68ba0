"""How long an item that failed waits before its next try, and when it is left to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """``pauses``: before the second try, the third, …; an item whose last pause is used up is dead."""

    pauses: Sequence[timedelta]

    @classmethod
    def doubling(cls, first: timedelta, longest: timedelta, *, most_tries: int) -> "Backoff":
        """Pauses that double from the first up to the longest, between ``most_tries`` tries."""
        doublings = (min(place, 30) for place in range(most_tries - 1))  # beyond that the calendar ends
        return cls([min(first * 2**doubled, longest) for doubled in doublings])

    @property
    def most_tries(self) -> int:
        """How often an item is tried by itself."""
        return len(self.pauses) + 1

    def pause_after(self, tries: int) -> timedelta:
        """How long an item waits that was tried so often; beyond the last pause as long as that."""
        return self.pauses[min(max(tries, 1), len(self.pauses)) - 1]

    def is_last(self, tries: int) -> bool:
        """Whether there is no next try."""
        return tries >= self.most_tries
