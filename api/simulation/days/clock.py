"""The clock of a simulated day: it stands still while anybody works, and then jumps to what comes next.

So a day takes as long as its work takes, and a slow machine changes nothing of what is decided: no request is ever
late by the day's clock.
"""

import asyncio
import heapq
import math
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

Action = Callable[[], Awaitable[None]]
LONGEST_DAY = timedelta(hours=72)
"""A day lies so far in the past that it is over before now: nothing of it is in the future of any other clock."""


class DayClock:
    """Implements the Clock port. ``now_s``: seconds since the day began."""

    GOVERNS: ClassVar[Sequence[str]] = (
        "assignments, decisions and the times of steps",
        "offers and their deadlines",
        "presence, live positions and fixes",
        "duty and breaks",
        "ticks of zones",
        "tokens",
    )
    """What of the server goes by it."""
    LEAVES: ClassVar[Sequence[str]] = (
        "times that PostgreSQL and Redis put on rows by themselves",
        "time limits of requests",
        "payments, which are over before the day begins",
    )
    """What does not."""

    def __init__(self) -> None:
        begins = datetime.now(UTC) - LONGEST_DAY
        self.begins = begins.replace(hour=0, minute=0, second=0, microsecond=0)
        self.now_s = 0.0

    def now(self) -> datetime:
        """The moment of the day that it is."""
        return self.begins + timedelta(seconds=self.now_s)

    def at(self, minute: float) -> datetime:
        """The moment of a minute of the day."""
        return self.begins + timedelta(minutes=minute)


TINY = 1e-9
GRAIN_S = 5.0
"""Whatever happens happens at a multiple of this: what couriers do at about the same time they do at once."""


class Timeline:
    """What happens when.

    In a moment, what couriers do (``beside``) comes first, all at once, for nobody needs to wait for another; then what
    has an order (``at``), one after the other as it was put down.
    """

    def __init__(self, clock: DayClock) -> None:
        self._clock = clock
        self._waiting: list[tuple[float, bool, int, Action]] = []
        self._count = 0
        self.moments = 0

    def at(self, when_s: float, action: Action) -> None:
        """Do this then, in its order; now, where then is over."""
        self._put(when_s, action, in_order=True)

    def beside(self, when_s: float, action: Action) -> None:
        """Do this then, at once with others; now, where then is over."""
        self._put(when_s, action, in_order=False)

    def _put(self, when_s: float, action: Action, *, in_order: bool) -> None:
        self._count += 1
        grained_s = math.ceil(when_s / GRAIN_S - TINY) * GRAIN_S
        heapq.heappush(self._waiting, (max(grained_s, self._clock.now_s), in_order, self._count, action))

    def after(self, delay_s: float, action: Action) -> None:
        """Do this so much later, in its order."""
        self.at(self._clock.now_s + delay_s, action)

    @property
    def next_s(self) -> float | None:
        """When the next thing happens; None where nothing does."""
        return self._waiting[0][0] if self._waiting else None

    async def step(self) -> None:
        """Jump to the next moment and do all of it. Raises what an action raises."""
        when_s = self._waiting[0][0]
        self._clock.now_s = when_s
        self.moments += 1
        while self._waiting and self._waiting[0][0] <= when_s:
            at_once = list(self._take_beside(when_s))
            if at_once:
                for ended in await asyncio.gather(*(action() for action in at_once), return_exceptions=True):
                    if ended is not None:
                        raise ended
            else:
                await heapq.heappop(self._waiting)[-1]()

    def _take_beside(self, when_s: float) -> Iterator[Action]:
        while self._waiting and self._waiting[0][0] <= when_s and not self._waiting[0][1]:
            yield heapq.heappop(self._waiting)[-1]
