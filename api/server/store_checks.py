"""Before a server answers: the database has this release's schema, and Redis remembers this database."""

import asyncio

import structlog
from redis.exceptions import RedisError

from api.server.startup_errors import RedisUnusable, redis_reason
from dispatch.database.engine import Database
from dispatch.database.migrate import migrate
from realtime.redis.client import connect_redis, is_defect
from realtime.redis.incarnation import ALIVE_MS, IncarnationWatch, MemoryMatch
from realtime.redis.keys import Keys

log = structlog.get_logger(__name__)

# Servers of another database that have just stopped are taken for running until their last beat is this old.
LOOK_EVERY_S = 1.0


async def ready_stores(database: Database, redis_url: str, zone: str) -> None:
    """Migrate, and compare. Raises OperatorError where one of the two cannot be used."""
    await migrate(database.engine)
    redis = connect_redis(redis_url, zone=zone, max_connections=2)
    try:
        await _compare(IncarnationWatch(redis, Keys(zone), database), zone)
    except (RedisError, OSError) as error:
        if isinstance(error, RedisError) and is_defect(error):
            raise
        raise RedisUnusable(redis_reason(error, redis_url)) from error
    finally:
        await redis.aclose()


async def _compare(watch: IncarnationWatch, zone: str) -> None:
    looks = 2 + round(ALIVE_MS / 1000 / LOOK_EVERY_S)
    for _ in range(looks):
        if await watch.beat() is not MemoryMatch.TAKEN:
            return
        await asyncio.sleep(LOOK_EVERY_S)
    raise RedisUnusable(
        f"Servers of another database use the zone {zone!r} of this Redis now. "
        "Stop them, or give these a zone of their own: DISPATCH_ZONE, or another Redis."
    )
