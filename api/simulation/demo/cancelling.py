"""Ending tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any

PATIENCE_S = 1.5
"""Longer than a socket takes to say goodbye."""


async def cancel_all(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel tasks and wait until they have ended; what they raise is not of interest any more.

    Again and again, because a cancellation that meets an HTTP connection in the moment it is made gets lost in the
    client library, and the task goes on as if nothing had happened.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        ended, waiting = await asyncio.wait(waiting, timeout=PATIENCE_S)
        for task in ended:
            if not task.cancelled():
                task.exception()  # heard, so that nobody complains about it later
