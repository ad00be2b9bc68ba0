"""Rounds of background work over many items, of which a bad one never holds up the next."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import structlog

log = structlog.get_logger(__name__)

Item = TypeVar("Item")

AT_ONCE = 5


async def each_alone(
    items: Iterable[Item], work: Callable[[Item], Awaitable[object]], *, at_once: int = AT_ONCE
) -> None:
    """Do ``work`` for each item, a few at once, so that a slow one holds up only its own place.

    ``work`` deals with what goes wrong with its item, in a transaction of its own. What it raises nevertheless is not
    the item's fault (the database is away, say): items that have not begun are left to the next round, those that
    have are ended in peace, and then the first error is raised.
    """
    waiting = iter(items)
    errors: list[Exception] = []

    async def take() -> None:
        for item in waiting:
            error = await attempt(work(item))
            if error is not None:
                errors.append(error)
            if errors:
                return

    round_task = asyncio.current_task()
    name = round_task.get_name() if round_task else None  # who looks at tasks sees whose they are
    await asyncio.gather(*(asyncio.create_task(take(), name=name) for _ in range(at_once)))
    if errors:
        raise errors[0]


async def attempt(work: Awaitable[object]) -> Exception | None:
    """Do it, and say what it raised, whatever that is; where exactly is logged for whoever looks for defects."""
    try:
        await work
    except Exception as error:
        log.debug("failed alone", exc_info=True)
        return error
    return None


def in_a_line(error: Exception) -> str:
    """What is kept of an error that nobody expected: its kind; its text may hold anything."""
    return f"{type(error).__name__} at {_place(error)}"


def _place(error: Exception) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return "an unknown place"
    return f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}"
