"""What searches go by, from the settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.offers.models import Exhausted, OfferMode
from dispatch.offers.search import WantedSearch

ONE_BY_ONE_MOST = 10
"""So many are asked one after the other: ten times half a minute is as long as a parcel may wait for an answer."""


@dataclass(frozen=True, slots=True)
class OfferRules:
    """``waves``: how many each wave asks; ``all_most``: how many at once; ``stagger_s``: between reveals of a wave.

    ``moving_s``: so much longer has whoever drives. ``strikes``: so many unanswered offers in a row put a transporter
    off duty.
    """

    mode: OfferMode
    deadline_s: int
    waves: Sequence[int]
    all_most: int
    stagger_s: float
    moving_s: int
    strikes: int
    on_exhausted: Exhausted

    def wanted(self, mode: OfferMode | str) -> WantedSearch:
        """A search in a mode that nobody says more about."""
        return WantedSearch(OfferMode(mode), self.deadline_s, self.on_exhausted)

    def size_of(self, mode: OfferMode, wave: int) -> int:
        """How many a wave asks, counted from 1; 0 where there is no such wave."""
        if mode is OfferMode.DIRECT:
            return 0
        if mode is OfferMode.ALL:
            return self.all_most if wave == 1 else 0
        if mode is OfferMode.ONE:
            return 1 if wave <= ONE_BY_ONE_MOST else 0
        return self.waves[wave - 1] if wave <= len(self.waves) else 0
