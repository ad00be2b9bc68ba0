"""What runs beside the requests and the pings, round after round: sweeping, refunds, messages, forgetting."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from api.http.errors import is_unavailability
from dispatch.jobs.items import NOBODY_COUNTS, ItemJob, JobObserver
from dispatch.jobs.repeated_failures import QUIET_S, RepeatedFailures
from realtime.background import end

# A job that failed is as it was before after so many rounds without that.
GOOD_ROUNDS = 10


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

    async def run(self, counts: JobObserver = NOBODY_COUNTS) -> None:
        """A round."""
        if isinstance(self.work, ItemJob):
            await self.work.run(counts)
        else:
            await self.work()


@asynccontextmanager
async def upkeep(jobs: Sequence[Job], counts: JobObserver = NOBODY_COUNTS) -> AsyncIterator[None]:
    """Run the jobs while the body runs. A round that fails is followed by the next."""
    tasks = [asyncio.create_task(_for_ever(job, counts), name=job.name) for job in jobs]
    try:
        yield
    finally:
        await end(*tasks)


async def _for_ever(job: Job, counts: JobObserver) -> None:
    quiet_s = max(QUIET_S, GOOD_ROUNDS * job.every_s)
    failures = RepeatedFailures(
        failed="upkeep failed",
        waits="upkeep waits",
        is_defect=lambda error: not is_unavailability(error),
        quiet_s=quiet_s,
        job=job.name,
    )
    if not job.at_once:
        await asyncio.sleep(job.every_s)
    while True:
        failed = True
        with failures.noted():
            await job.run(counts)
            failed = False
        counts.round_ended(job.name, failed=failed)
        await asyncio.sleep(job.every_s)
