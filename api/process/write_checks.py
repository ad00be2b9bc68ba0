"""Whether what must be written can be: to the data folder, to PostgreSQL, to Redis and to where pictures are kept.

A full disk lets everything answer and nothing be kept. Each is tried every few seconds at most, by one check at a time,
however many ask.
"""

import asyncio
import errno
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asyncpg.exceptions import InsufficientPrivilegeError
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from api.process.private_files import FILE_MODE
from dispatch.database.engine import Database
from dispatch.ports import PhotoStore
from realtime.redis.keys import Keys

TRY_EVERY_S = 3.0
ANSWER_WITHIN_S = 3.0
# More than a file system hides in an inode or in the rest of a block.
TRIAL_BYTES = 65_536
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

BEAT = "UPDATE database_incarnations SET beat = beat WHERE zone = $1"
TABLE = "CREATE TEMPORARY TABLE IF NOT EXISTS dispatch_trial (filler text STORAGE EXTERNAL) ON COMMIT DELETE ROWS"
FILL = "INSERT INTO pg_temp.dispatch_trial SELECT repeat('x', 1000) FROM generate_series(1, 64)"


class WriteCheck:
    """One thing that is tried, and what came of it last."""

    def __init__(self, name: str, run: Callable[[], Awaitable[str | None]]) -> None:
        self._name = name
        self._run = run
        self._task: asyncio.Task[str | None] | None = None
        self._before: asyncio.Task[str | None] | None = None
        self._begun_at = 0.0

    async def problem(self, within_s: float = ANSWER_WITHIN_S) -> str | None:
        """What is wrong with writing; None where nothing is. Never raises, and answers within so many seconds.

        What was found last stands while the next try is under way, for as long as a try may take.
        """
        task = self._task
        if task is None or (task.done() and time.monotonic() - self._begun_at > TRY_EVERY_S):
            self._begun_at = time.monotonic()
            self._before = task
            task = self._task = asyncio.create_task(self._tried(), name=f"try writing to {self._name}")
        done, _ = await asyncio.wait({task}, timeout=within_s)
        if done:
            return task.result()
        # One that does not end is not begun a second time: it may hold a thread or a connection.
        if self._before is not None and time.monotonic() - self._begun_at < ANSWER_WITHIN_S:
            return self._before.result()
        return f"{self._name}: no answer to a write within {within_s:g} s"

    async def _tried(self) -> str | None:
        try:
            return await self._run()
        except (OSError, RedisError, SQLAlchemyError) as error:
            return f"{self._name} takes no writes: {_in_words(error)}"


@dataclass(frozen=True, slots=True)
class WriteChecks:
    """The trials of one process."""

    folder: WriteCheck
    database: WriteCheck
    redis: WriteCheck
    pictures: WriteCheck


def build_write_checks(
    data_dir: Path, database: Database, redis: Redis, keys: Keys, stores: Sequence[PhotoStore] = ()
) -> WriteChecks:
    """Tries nothing yet. ``stores``: where pictures are kept."""

    async def try_stores() -> str | None:
        await asyncio.gather(*(store.check() for store in stores))
        return None

    async def try_folder() -> str | None:
        await asyncio.to_thread(write_to, data_dir)
        return None

    async def try_redis() -> str | None:
        await redis.set(keys.mark, "")
        return None

    async def try_database() -> str | None:
        await _write_rows(database, keys.zone)
        return None

    return WriteChecks(
        WriteCheck("the data folder", try_folder),
        WriteCheck("PostgreSQL", try_database),
        WriteCheck("Redis", try_redis),
        WriteCheck("the store of pictures", try_stores),
    )


def write_to(folder: Path) -> None:
    """Write some blocks and take them away again. Raises OSError."""
    trial = folder / f".trial-{os.getpid()}"
    trial.unlink(missing_ok=True)
    file = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        if os.write(file, b"\0" * TRIAL_BYTES) < TRIAL_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file)
    finally:
        os.close(file)
        trial.unlink(missing_ok=True)


async def _write_rows(database: Database, zone: str) -> None:
    """A row that is committed, and a file that grows. Raises SQLAlchemyError."""
    async with database.transaction() as driver:
        await driver.execute(BEAT, zone)
    try:
        async with database.transaction() as driver:
            await driver.execute(TABLE)
            await driver.execute(FILL)
    except DBAPIError as error:
        if not isinstance(error.driver_exception, InsufficientPrivilegeError):  # temporary tables may be forbidden
            raise


def _in_words(error: BaseException) -> str:
    cause = error.driver_exception if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(cause, OSError) and cause.errno in FULL:
        return f"the disk is full ({cause.strerror})"
    return f"{type(cause).__name__}: {cause}".partition("\n")[0][:200]
