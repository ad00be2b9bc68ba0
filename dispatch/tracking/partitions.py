"""A partition of ``stored_fixes`` for each day, made before it is needed and dropped whole when it is old."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

log = structlog.get_logger(__name__)

# A schema of their own: they are storage, not tables of the model.
SCHEMA = "fixes_by_day"
PREFIX = "day_"
DAYS_AHEAD = 3
# Any fixed number: the lock under which one process makes or drops partitions while the others wait.
ADVISORY_LOCK = 7_274_002
# Dropping waits for whoever reads, and whoever comes after waits for the drop: not for long.
DROP_LOCK_TIMEOUT = "2s"


def partition_name(day: date) -> str:
    """Name of a day's partition, with its schema."""
    return f"{SCHEMA}.{PREFIX}{day:%Y%m%d}"


def day_of(moment: datetime) -> date:
    """The UTC day of an aware time."""
    return moment.astimezone(UTC).date()


def existing_days(connection: Connection) -> set[date]:
    """The days that have a partition."""
    names = connection.execute(
        text(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "WHERE inhparent = 'stored_fixes'::regclass"
        )
    ).scalars()
    return {datetime.strptime(name.removeprefix(PREFIX), "%Y%m%d").replace(tzinfo=UTC).date() for name in names}


def make_partitions(connection: Connection, days: Iterable[date]) -> None:
    """Make what is missing, inside the caller's transaction.

    Attaching takes a lock that lets readers and writers pass; ``PARTITION OF`` would stop them all.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    for day in sorted(set(days) - existing_days(connection)):
        name, until = partition_name(day), day + timedelta(days=1)
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {name} "
                "(LIKE stored_fixes INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)"
            )
        )
        connection.execute(
            text(
                f"ALTER TABLE stored_fixes ATTACH PARTITION {name} "
                f"FOR VALUES FROM ('{day} 00:00:00+00') TO ('{until} 00:00:00+00')"
            )
        )


class Partitions:
    """Makes and drops partitions; remembers which there are."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: set[date] = set()

    async def ensure(self, days: Iterable[date]) -> None:
        """Make the partitions of these days where they are missing."""
        missing = set(days) - self._known
        if not missing:
            return
        async with self._engine.begin() as connection:
            await connection.run_sync(make_partitions, missing)
        self._known |= missing

    async def make_ahead(self, now: datetime) -> None:
        """Make yesterday's, today's and the next days' partitions."""
        today = day_of(now)
        await self.ensure(today + timedelta(days=step) for step in range(-1, DAYS_AHEAD + 1))

    def forget(self) -> None:
        """Look again at the next ``ensure``: another process dropped one."""
        self._known.clear()

    async def drop_before(self, first_kept: date) -> list[date]:
        """Drop the days before ``first_kept``; those that somebody reads right now wait for the next round."""
        async with self._engine.connect() as connection:
            old = sorted(day for day in await connection.run_sync(existing_days) if day < first_kept)
        dropped = []
        for day in old:
            try:
                await self._drop(day)
            except DBAPIError as error:
                log.warning("an old day could not be dropped now", day=str(day), error=type(error.orig).__name__)
            else:
                dropped.append(day)
        self._known -= set(dropped)
        return dropped

    async def _drop(self, day: date) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL lock_timeout = '{DROP_LOCK_TIMEOUT}'"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            await connection.execute(text(f"DROP TABLE IF EXISTS {partition_name(day)}"))
