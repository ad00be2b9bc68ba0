"""A process whose upkeep has neither Redis nor a database, and a job with a defect; it writes the server's log.

    python upkeep_without_stores.py DATA_DIR

It ends when each job has failed for nine rounds, and worked again.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import text

from api.server.logs import configure_logs
from api.server.upkeep import Job, upkeep
from dispatch.database.engine import Database
from dispatch.settings import Settings

ROUNDS = 9


async def main(folder: Path) -> None:
    """Run the jobs."""
    configure_logs(Settings(data_dir=folder))
    redis = Redis.from_url(f"unix://{folder / 'no-redis'}")
    database = Database(f"postgresql+asyncpg://nobody@/nothing?host={folder}")
    rounds: Counter[str] = Counter()

    async def ask_database() -> None:
        async with database.work() as work:
            await work.session.execute(text("SELECT 1"))

    async def fail() -> None:
        raise KeyError("a defect")

    def counted(name: str, run: Callable[[], Awaitable[object]]) -> Job:
        async def run_some() -> None:
            rounds[name] += 1
            if rounds[name] <= ROUNDS:
                await run()

        return Job(name, 0.01, run_some, at_once=True)

    async with upkeep([counted("redis", redis.ping), counted("database", ask_database), counted("defect", fail)]):
        while len(rounds) < 3 or min(rounds.values()) <= ROUNDS:  # noqa: ASYNC110  both only grow
            await asyncio.sleep(0.01)


asyncio.run(main(Path(sys.argv[1])))
