"""A history writer that stops between storing and forgetting, to be killed there: ``zone database-url redis-url``."""

import asyncio
import sys

from dispatch.database.engine import Database
from dispatch.tracking.store import FixStore
from realtime.history.writer import HistoryWriter
from realtime.redis.client import connect_redis
from realtime.redis.keys import Keys


async def main(zone: str, database_url: str, redis_url: str) -> None:
    async def say_and_wait(_: object) -> None:
        sys.stdout.write("stored\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    HistoryWriter(connect_redis(redis_url), Keys(zone), FixStore(Database(database_url)), say_and_wait).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
