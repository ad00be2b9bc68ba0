"""How often a user may do something, counted in Redis, so that all workers count together."""

import math

from redis.asyncio import Redis

from api.http.middleware.rate_limit_headers import Allowance, note
from realtime.redis.keys import Keys

MINUTE_MS = 60_000

# The generic cell rate algorithm: one number a key, the moment at which the allowance is whole again.
# Redis' own clock, since hosts disagree.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local interval = tonumber(ARGV[1])
local allowance = tonumber(ARGV[2]) * interval
local whole = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + interval
if whole - now > allowance then
  return {math.ceil(whole - now - allowance), math.ceil(whole - now - interval)}
end
redis.call('SET', KEYS[1], string.format('%.0f', whole), 'PX', math.ceil(whole - now))
return {0, math.ceil(whole - now)}
"""


class RateLimiter:
    """Takes one from an allowance, and has the answer say what is left of it."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._keys = keys
        self._take = redis.register_script(_TAKE)

    async def take(self, name: str, who: int | str, *, per_minute: int) -> int:
        """0, or after how many whole seconds one may try again. Raises RedisError."""
        return await self.take_of(name, who, per_minute, MINUTE_MS // 1000)

    async def take_of(self, name: str, who: int | str, quota: int, window_s: int, *, told: bool = True) -> int:
        """The same of ``quota`` in any window. ``told``: the answer says what is left of it."""
        interval_ms = window_s * 1000 / quota
        wait_ms, used_ms = await self._take(keys=[self._keys.limit(name, who)], args=[interval_ms, quota])
        remaining = 0 if wait_ms else int((window_s * 1000 - used_ms) / interval_ms)
        if told:
            note(Allowance(name, quota, window_s, remaining, used_ms / 1000))
        return math.ceil(int(wait_ms) / 1000)
