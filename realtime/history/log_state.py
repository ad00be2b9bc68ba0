"""How the durable log stands: what waits in it, what was set aside, and whether anybody works it off."""

from typing import Any

from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from realtime.history.log_reader import GROUP
from realtime.redis.client import load_script
from realtime.redis.keys import Keys

# A writer asks for work every second, but for one that stores a lot or waits for the database.
ACTIVE_WITHIN_S = 30.0
# Every process that ever wrote history is a name in the group, until it has been silent for so long.
GONE_AFTER_S = 3_600.0


class LogState(Struct, frozen=True):
    """The log of one zone, whoever asks.

    ``backlog``: fixes that wait for PostgreSQL. ``dead``: fixes that it will never take, set aside.
    ``history_seen_s``: seconds since any history writer last asked for work; None where none ever did.
    """

    backlog: int
    dead: int
    history_seen_s: float | None

    @property
    def history_is_active(self) -> bool:
        """Whether a history writer was there lately."""
        return self.history_seen_s is not None and self.history_seen_s <= ACTIVE_WITHIN_S


async def read_log_state(redis: Redis, keys: Keys) -> LogState:
    """As it is now. Raises RedisError."""
    backlog = int(await redis.get(keys.backlog) or 0)
    dead = int(await redis.xlen(keys.dead))
    return LogState(backlog, dead, await _history_seen_s(redis, keys))


async def forget_gone_writers(redis: Redis, keys: Keys, *, silent_s: float = GONE_AFTER_S) -> int:
    """Take the names of ended writers out of the group; returns how many. Raises RedisError."""
    script = redis.register_script(load_script("forget_writers"))
    return int(await script(keys=[keys.log], args=[GROUP, round(silent_s * 1000)]))


async def _history_seen_s(redis: Redis, keys: Keys) -> float | None:
    try:
        writers: list[Any] = await redis.xinfo_consumers(keys.log, GROUP)
    except ResponseError as error:
        if "no such key" in str(error) or "NOGROUP" in str(error):  # nobody has begun yet
            return None
        raise
    return min((float(writer["idle"]) / 1000 for writer in writers), default=None)
