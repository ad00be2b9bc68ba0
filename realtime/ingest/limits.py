"""How much of Redis pings may take: a transporter's a day, and all together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Quota:
    """What one transporter may have stored in a day of UTC; 0 is no limit.

    ``bitmaps``: each new epoch and each 4,096 seqs of one begin a new one, which is kept for 40 days.
    """

    fixes: int
    bitmaps: int


UNLIMITED = Quota(0, 0)


def left_of_day_s(now: datetime) -> int:
    """Whole seconds until the next day of UTC."""
    tomorrow = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    return max(1, int((tomorrow - now).total_seconds()))


def why_full(memory: Mapping[str, Any], reserve: float) -> str:
    """Why nothing more may be stored, by ``INFO memory``; empty where there is room, or Redis knows no limit."""
    most, used = int(memory.get("maxmemory", 0)), int(memory.get("used_memory", 0))
    if not most or used <= most * (1 - reserve):
        return ""
    return f"Redis is full: {used // MIB} of {most // MIB} MiB are used, and {reserve:.0%} are kept free"
