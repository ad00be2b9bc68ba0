"""Work in the background ends when it is asked to, also where a library swallows the first request."""

import asyncio

from realtime.background import end, run_until_one_ends
from tests.support.waiting import PATIENCE_S


async def _work(swallows: int) -> None:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallows -= 1
            if swallows < 0:
                raise


async def test_a_task_that_swallows_a_cancellation_ends_all_the_same() -> None:
    tasks = [asyncio.create_task(_work(swallows)) for swallows in (0, 2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        await end(*tasks)
    assert all(task.cancelled() for task in tasks)


async def test_a_task_that_has_failed_or_ended_is_no_reason_to_wait_or_to_fail() -> None:
    async def fail() -> None:
        raise ValueError("told where it was raised")

    async def finish() -> None:
        return

    tasks = [asyncio.create_task(fail()), asyncio.create_task(finish())]
    await asyncio.wait(tasks)
    async with asyncio.timeout(PATIENCE_S):
        await end(*tasks)
        await end()


async def test_jobs_end_together_although_one_of_them_swallows_a_cancellation() -> None:
    async def finish() -> None:
        return

    async with asyncio.timeout(PATIENCE_S):
        await run_until_one_ends(finish(), _work(1))
