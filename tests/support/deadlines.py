"""A test that hangs fails by itself, saying where: it takes neither its process nor the run with it."""

import asyncio
import functools
import inspect
from typing import Any

import pytest

# Of the limit that pytest-timeout keeps; what is left is for what the test puts away.
SHARE = 0.8


def bound(item: pytest.Item) -> None:
    """End a test that awaits for too long from within its loop: what it waits for is named in its traceback.

    pytest-timeout comes after it, for what does not return to the loop.
    """
    function = getattr(item, "obj", None)
    if not isinstance(item, pytest.Function) or not inspect.iscoroutinefunction(function):
        return
    marker = item.get_closest_marker("timeout")
    limit = float(marker.args[0] if marker and marker.args else item.config.getini("timeout"))
    if limit:
        item.obj = _within(limit * SHARE, function)


def _within(seconds: float, function: Any) -> Any:
    @functools.wraps(function)
    async def within(*args: Any, **named: Any) -> None:
        async with asyncio.timeout(seconds):
            await function(*args, **named)

    return within
