"""Tasks that end: the jobs of one connection together, and work in the background when it is asked to."""

import asyncio
from collections.abc import Coroutine

ASK_AGAIN_AFTER_S = 1.0


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel them and wait until they have ended.

    Cancelled again until they have: a library may swallow it. ``asyncio.wait_for`` of Python 3.11 does where what it
    waits for arrives at the same moment (https://github.com/python/cpython/issues/86296), and a loop that works until
    it is cancelled would then work for ever.
    """
    while rest := [task for task in tasks if not task.done()]:
        for task in rest:
            task.cancel()
        await asyncio.wait(rest, timeout=ASK_AGAIN_AFTER_S)
    # What they raised was told where it was raised; asking for it here keeps asyncio from telling it again.
    await asyncio.gather(*tasks, return_exceptions=True)


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
        await end(*jobs)
        # The exception holds this frame. With the task that raised it in sight the two would hold each other, and
        # with them everything of the connection until the garbage collector looks.
        jobs.clear()
        del job
