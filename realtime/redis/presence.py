"""Who is online, who is stale, who is gone."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from redis.asyncio import Redis

from dispatch.ports import Presence
from realtime.redis.client import load_script
from realtime.redis.keys import Keys

MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class PresenceLimits:
    """Silences in seconds: from the first on a transporter is stale, from the second on offline."""

    stale_after_s: float
    offline_after_s: float

    def oldest_online_ms(self, now_s: float) -> float:
        """Who was heard of before is offline; ms since 1970."""
        return (now_s - self.offline_after_s) * 1000

    def of(self, heard_ms: float | None, now_s: float) -> Presence:
        """Presence of somebody who was last heard of then; None for never, or swept."""
        silence_s = None if heard_ms is None else now_s - heard_ms / 1000
        if silence_s is None or silence_s > self.offline_after_s:
            return Presence.OFFLINE
        return Presence.STALE if silence_s > self.stale_after_s else Presence.ONLINE


class PresenceSweeper:
    """Takes transporters that went offline out of the index. Several may sweep at once."""

    def __init__(self, redis: Redis, keys: Keys, limits: PresenceLimits, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._now = now
        self._limits = limits
        self._script = redis.register_script(load_script("sweep"))

    async def sweep(self) -> list[int]:
        """Who went offline since the last sweep. Raises RedisError."""
        swept: list[int] = []
        while True:
            oldest_ms = self._limits.oldest_online_ms(self._now())
            gone = await self._script(keys=[self._keys.last_seen, self._keys.geo], args=[oldest_ms, MOST_AT_ONCE])
            swept += [int(transporter) for transporter in gone]
            if len(gone) < MOST_AT_ONCE:
                return swept
