"""The numbers that an answer tells, in fields and in words, and none of those that its times are written with."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

NUMBER = re.compile(r"-?\d+\.\d+")
# 11 m: where a place is told less exactly than that, it is not told.
NEAR_DEG = 1e-4


def tells(answer: Any, degrees: float) -> bool:
    """Whether a latitude or longitude is among what an answer tells, to a few metres.

    Not looked for as text: a second and its fraction read like one, and one more digit reads like another.
    """
    return any(abs(number - degrees) < NEAR_DEG for number in told_numbers(answer))


def told_numbers(answer: Any) -> Iterator[float]:
    """All of them, in whatever lies within the answer."""
    if isinstance(answer, dict):
        for name, part in answer.items():
            yield from told_numbers(name)
            yield from told_numbers(part)
    elif isinstance(answer, list):
        for part in answer:
            yield from told_numbers(part)
    elif isinstance(answer, str):
        if not _is_time(answer):
            yield from map(float, NUMBER.findall(answer))
    elif isinstance(answer, int | float):
        yield float(answer)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text) is not None
    except ValueError:
        return False
