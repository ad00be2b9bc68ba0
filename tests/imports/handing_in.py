"""What the tests of imports are given."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx

HandIn = Callable[..., Awaitable[httpx.Response]]
MakeWorkbook = Callable[[Sequence[Sequence[Any]]], bytes]
