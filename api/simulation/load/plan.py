"""What a load run is asked to be."""

from dataclasses import dataclass

from api.terminal.errors import CommandError
from realtime.protocol import MAX_PINGS_A_FRAME

MOST_PARCELS = 50
MOST_TRANSPORTERS = 10_000
MOST_WATCHERS = 20_000
"""With the transporters about as many as one address has ports to connect from."""
MOST_RATE = 200_000.0
LONGEST_S = 3_600.0
MOST_A_TRANSPORTER = 1_000.0
"""Pings a second: times have milliseconds, and two pings of one phone must not share one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``rate``: pings a second of all transporters together. ``batch``: pings a frame, 1 is a ``ping`` frame each.

    ``churn``: share of the connections that is lost and made again each minute. ``sse``: share of the watchers that
    follow over server-sent events.
    """

    transporters: int
    watchers: int
    rate: float
    seconds: float
    batch: int = 1
    churn: float = 0.0
    sse: float = 0.0

    @property
    def parcels(self) -> int:
        """How many transporters are watched; the watchers share them evenly."""
        return min(self.transporters, self.watchers, MOST_PARCELS)

    @property
    def frame_ms(self) -> float:
        """Time between two frames of one transporter."""
        return 1000 * self.transporters * self.batch / self.rate

    def phase_ms(self, index: int) -> float:
        """When a transporter's first frame is due: they take turns, so the load is even."""
        return self.frame_ms * index / self.transporters

    def check(self) -> None:
        """Raises CommandError where it cannot be what it says."""
        if not 1 <= self.batch <= MAX_PINGS_A_FRAME:
            raise CommandError(f"--batch must be 1 to {MAX_PINGS_A_FRAME}, the most that a frame may hold")
        if self.rate / self.transporters > MOST_A_TRANSPORTER:
            raise CommandError(
                f"{self.rate:,.0f} pings a second are more than {MOST_A_TRANSPORTER:,.0f} for each of "
                f"{self.transporters:,} transporters; name more --transporters"
            )
        if self.phase_ms(self.transporters - 1) >= self.seconds * 1000:
            needed = (self.transporters - 1) * self.batch / self.rate
            raise CommandError(
                f"In {self.seconds:g} s not every one of {self.transporters:,} transporters would send a frame; "
                f"that takes {needed:,.1f} s at this rate and batch"
            )
