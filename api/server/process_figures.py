"""What one process tells of itself, once a second, so that whichever answers has everybody's figures."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.pool import QueuePool

from api.monitoring import counters
from api.server.services import Services
from dispatch.jobs.repeated_failures import RepeatedFailures
from realtime.background import end

TELL_EVERY_S = 1.0
LOOK_EVERY_S = 0.05
PAUSES_OVER_S = 60.0


class LoopPauses:
    """The longest pause of the event loop in the last minute."""

    def __init__(self) -> None:
        self._longest: deque[tuple[float, float]] = deque()
        """(when, how long): later ones are shorter, or the earlier would not matter."""

    def note(self, at_s: float, pause_s: float) -> None:
        """A pause that ended then."""
        while self._longest and self._longest[-1][1] <= pause_s:
            self._longest.pop()
        self._longest.append((at_s, pause_s))

    def longest_s(self, now_s: float) -> float:
        """The longest of the last minute."""
        while self._longest and now_s - self._longest[0][0] > PAUSES_OVER_S:
            self._longest.popleft()
        return self._longest[0][1] if self._longest else 0.0

    async def look(self) -> None:
        """Notice pauses for ever, by waking up late."""
        while True:
            before_s = time.monotonic()
            await asyncio.sleep(LOOK_EVERY_S)
            now_s = time.monotonic()
            self.note(now_s, max(0.0, now_s - before_s - LOOK_EVERY_S))


class ProcessFigures:
    """Makes metrics of what a process has counted."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pauses = LoopPauses()
        self._told: dict[str, int] = {}

    async def look(self) -> None:
        """See ``LoopPauses.look``."""
        await self._pauses.look()

    async def tell_for_ever(self) -> None:
        """Once a second."""
        failures = RepeatedFailures(
            failed="telling metrics failed",
            waits="metrics not told",
            is_defect=lambda error: not isinstance(error, OSError),
        )
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            with failures.noted():  # a full disk now must not freeze the figures for ever
                self.tell()

    def tell(self) -> None:
        """Bring this process' metrics up to now."""
        services, name = self._services, self._services.part.name
        self._tell_pings()
        if services.part.answers:
            counters.phones.labels(name).set(services.sockets.sessions.phones)
            counters.watchers.labels(name).set(services.sockets.watchers.followers)
            counters.connections.labels(name).set(services.sockets.sessions.count)
        pool = services.database.engine.pool
        if isinstance(pool, QueuePool):
            counters.database_in_use.labels(name).set(pool.checkedout())
            counters.database_pool_size.labels(name).set(services.settings.database_pool_size)
        counters.loop_pause_seconds.labels(name).set(self._pauses.longest_s(time.monotonic()))

    def _tell_pings(self) -> None:
        counts = self._services.sockets.ingest.counts
        counters.pings_received.inc(self._since("received", counts.received))
        counters.pings_stored.inc(self._since("stored", counts.stored))
        counters.pings_failed.inc(self._since("failed", counts.failed))
        for reason, count in list(counts.rejected.items()):
            counters.pings_rejected.labels(reason).inc(self._since(f"rejected {reason}", count))
        for wait_s in counts.taken_waits():
            counters.ping_ack_seconds.observe(wait_s)

    def _since(self, name: str, count: int) -> int:
        """How many more than were told before."""
        before, self._told[name] = self._told.get(name, 0), count
        return count - before


@asynccontextmanager
async def telling(services: Services) -> AsyncIterator[ProcessFigures]:
    """Keep this process' metrics up to date while the body runs."""
    figures = ProcessFigures(services)
    figures.tell()
    tasks = [
        asyncio.create_task(figures.look(), name="loop pauses"),
        asyncio.create_task(figures.tell_for_ever(), name="metrics"),
    ]
    try:
        yield figures
    finally:
        await end(*tasks)
        figures.tell()
