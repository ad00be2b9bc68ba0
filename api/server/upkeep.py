"""What runs beside the requests and the pings, round after round: sweeping, refunds, messages, forgetting."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from api.http.errors import is_unavailability
from dispatch.jobs.items import NOBODY_COUNTS, ItemJob, JobObserver
from realtime.background import end

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every so many seconds; ``at_once`` begins with a round instead of a wait."""

    name: str
    every_s: float
    work: ItemJob[Any] | Callable[[], Awaitable[object]]
    at_once: bool = False

    @classmethod
    def of(cls, items: ItemJob[Any], every_s: float, *, at_once: bool = False) -> "Job":
        """The rounds of a job with items, under its own name."""
        return cls(items.name, every_s, items, at_once)

    async def run(self, counts: JobObserver) -> None:
        """A round."""
        if isinstance(self.work, ItemJob):
            await self.work.run(counts)
        else:
            await self.work()


@asynccontextmanager
async def upkeep(jobs: Sequence[Job], counts: JobObserver = NOBODY_COUNTS) -> AsyncIterator[None]:
    """Run the jobs while the body runs. A round that fails is logged and followed by the next."""
    tasks = [asyncio.create_task(_for_ever(job, counts), name=job.name) for job in jobs]
    try:
        yield
    finally:
        await end(*tasks)


async def _for_ever(job: Job, counts: JobObserver) -> None:
    if not job.at_once:
        await asyncio.sleep(job.every_s)
    while True:
        failed = True
        try:
            await job.run(counts)
            failed = False
        except Exception as error:  # the next round tries again
            if is_unavailability(error):
                log.warning("upkeep waits", job=job.name, error=_in_a_line(error))
            else:
                log.exception("upkeep failed", job=job.name)
        counts.round_ended(job.name, failed=failed)
        await asyncio.sleep(job.every_s)


def _in_a_line(error: Exception) -> str:
    """The first line says it; what SQLAlchemy adds to it are statements and links."""
    return f"{type(error).__name__}: {error}".partition("\n")[0][:300]
