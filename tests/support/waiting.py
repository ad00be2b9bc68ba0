"""Waiting for what becomes so, without sleeping longer than it takes."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

# As long as a whole server takes to start where six processes share two processors, and more.
PATIENCE_S = 120.0
FIRST_PAUSE_S = 0.005
LONGEST_PAUSE_S = 0.05


async def until(
    condition: Callable[[], Any],  # any: what it answers is what is returned
    what: str = "",
    *,
    despite: type[Exception] | tuple[type[Exception], ...] = (),
) -> Any:
    """Ask until the answer is true, and return it; ``condition`` may be a coroutine function.

    Fails after two minutes, saying what never came. An error of ``despite`` is "not yet"; every other one goes through.
    """
    deadline, pause = time.monotonic() + PATIENCE_S, FIRST_PAUSE_S
    while True:
        last: Exception | None = None
        try:
            answer = condition()
            if inspect.isawaitable(answer):
                answer = await answer
        except despite as error:
            answer, last = None, error
        if answer:
            return answer
        assert time.monotonic() < deadline, f"never came: {what or condition} {last or ''}"
        await asyncio.sleep(pause)
        pause = min(pause * 1.3, LONGEST_PAUSE_S)


async def stays(condition: Callable[[], Any], what: str = "") -> None:
    """Ask again and again until this is cancelled; fails at once where the answer is not true.

    ``condition`` may be a coroutine function.
    """
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        assert answer, f"no longer so: {what or condition}"
        await asyncio.sleep(LONGEST_PAUSE_S)


def wait_until(condition: Callable[[], object], what: str = "", *, patience_s: float = PATIENCE_S) -> None:
    """The same for a thread that runs no loop."""
    deadline, pause = time.monotonic() + patience_s, FIRST_PAUSE_S
    while not condition():
        assert time.monotonic() < deadline, f"never came: {what or condition}"
        time.sleep(pause)
        pause = min(pause * 1.3, LONGEST_PAUSE_S)
