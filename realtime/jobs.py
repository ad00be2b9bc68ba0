"""The jobs of one connection: they run side by side and end together."""

import asyncio
from collections.abc import Coroutine


async def run_until_one_ends(*work: Coroutine[object, object, None]) -> None:
    """Run them as tasks until the first of them ends, then end the others. Raises what the first one raised."""
    jobs = [asyncio.create_task(one) for one in work]
    job: asyncio.Task[None] | None = None
    try:
        await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        for job in jobs:
            if job.done():
                job.result()
    finally:
        for one in jobs:
            one.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        # The exception holds this frame. With the task that raised it in sight the two would hold each other, and
        # with them everything of the connection until the garbage collector looks.
        jobs.clear()
        del job, one
