"""What one process stands on, whatever feature it serves: settings, clock, database and Redis."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from redis.asyncio import Redis

from api.process.process_roles import WHOLE, ProcessRole
from dispatch.clock import SystemClock
from dispatch.database.engine import Database
from dispatch.ports import Clock, Publisher
from dispatch.settings import Settings
from realtime.redis.client import RedisServers
from realtime.redis.keys import Keys
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.presence import PresenceLimits
from realtime.redis.publisher import RedisPublisher


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of this run are: those of the settings, or of the embedded servers."""

    database_url: str
    redis_url: str
    gateway_url: str
    gateway_key: str


@dataclass(frozen=True, slots=True)
class Resources:
    """What every feature of one process may use."""

    settings: Settings
    clock: Clock
    now_s: Callable[[], float]
    """The same clock for what asks at each frame: seconds since 1970."""
    database: Database
    redis_servers: RedisServers
    redis: Redis
    keys: Keys
    live: RedisLivePositions
    publisher: Publisher
    part: ProcessRole

    async def close(self) -> None:
        """Close the connections."""
        await self.redis.aclose()
        await self.database.close()


@dataclass(frozen=True, slots=True)
class Feature:
    """The parts of one feature, built once for a process; each feature adds its own to this."""

    resources: Resources

    @property
    def settings(self) -> Settings:
        """Those of this run."""
        return self.resources.settings

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.resources.clock

    @property
    def database(self) -> Database:
        """The pool of connections."""
        return self.resources.database

    @property
    def redis(self) -> Redis:
        """The connection to Redis."""
        return self.resources.redis

    @property
    def keys(self) -> Keys:
        """The keys of this zone."""
        return self.resources.keys

    @property
    def live(self) -> RedisLivePositions:
        """Where transporters are now."""
        return self.resources.live

    @property
    def publisher(self) -> Publisher:
        """What tells watchers and consoles."""
        return self.resources.publisher


def build_resources(
    settings: Settings, addresses: Addresses, *, clock: Clock | None = None, part: ProcessRole = WHOLE
) -> Resources:
    """From the settings and addresses of this run. Opens no connection yet."""
    keys = Keys(settings.zone)
    servers = RedisServers(addresses.redis_url, zone=settings.zone)
    redis = servers.connect()
    now_s = time.time if clock is None else lambda: clock.now().timestamp()
    return Resources(
        settings=settings,
        clock=clock or SystemClock(),
        now_s=now_s,
        database=Database(
            addresses.database_url, pool_size=settings.database_pool_size, timeout_s=settings.database_timeout_s
        ),
        redis_servers=servers,
        redis=redis,
        keys=keys,
        live=RedisLivePositions(
            redis, keys, limits=PresenceLimits(settings.stale_after_s, settings.offline_after_s), now=now_s
        ),
        publisher=RedisPublisher(redis, keys, now_s),
        part=part,
    )
