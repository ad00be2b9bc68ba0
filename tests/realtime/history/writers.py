"""What several tests of the history are given: fixes as rows and as logged, a writer at work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import select

from api.server.serving import RunningServer
from dispatch.database.engine import Database
from dispatch.tracking.models import StoredFix
from dispatch.tracking.store import FixStore
from realtime.fixes import LoggedRun
from realtime.history.log_reader import GROUP
from realtime.history.writer import HistoryWriter
from realtime.protocol import Fix
from realtime.redis.keys import Keys
from tests.support.fixes import run_of
from tests.support.waiting import until

# Beyond every real transporter of the run.
NOBODY = 900_000


def row(seq: int, at: datetime, *, who: int = NOBODY, device: str = "phone", epoch: str = "e") -> LoggedRun:
    return run_of(who, [Fix(seq, 27.7, 85.3, at, 8.0)], device=device, epoch=epoch)


def logged(seq: int, *, device: str = "phone", epoch: str = "e", who: int = NOBODY, minutes: int = 0) -> LoggedRun:
    now = datetime.now(UTC)
    fix = Fix(seq, 27.7, 85.3, now - timedelta(minutes=minutes))
    return LoggedRun(who, device, epoch, int(now.timestamp() * 1000), {}, [fix])


async def stored(database: Database, epoch: str) -> list[int]:
    async with database.work() as work:
        found = await work.session.scalars(select(StoredFix.seq).where(StoredFix.epoch == epoch))
        return sorted(found)


async def put_in_log(server: RunningServer, keys: Keys, *entries: list[LoggedRun] | bytes) -> None:
    redis = server.services.redis
    for entry in entries:
        raw = entry if isinstance(entry, bytes) else msgspec.json.encode(entry)
        count = 0 if isinstance(entry, bytes) else sum(len(run.fixes) for run in entry)
        await redis.xadd(keys.log, {"runs": raw, "n": count})
        await redis.incrby(keys.backlog, count)


async def nothing(_: object) -> None:
    """Nothing follows."""


@asynccontextmanager
async def writer(server: RunningServer, keys: Keys) -> AsyncIterator[None]:
    services = server.services
    history = HistoryWriter(services.redis, keys, FixStore(services.database), nothing)
    history.start()
    try:
        yield
    finally:
        await history.stop()


async def until_log_is_empty(server: RunningServer, keys: Keys) -> None:
    async def is_empty() -> bool:
        return await server.services.redis.xlen(keys.log) == 0

    await until(is_empty)
    assert int(await server.services.redis.get(keys.backlog) or 0) == 0
    assert (await server.services.redis.xpending(keys.log, GROUP))["pending"] == 0
