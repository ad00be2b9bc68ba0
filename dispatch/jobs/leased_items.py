"""Jobs whose items' rows have no place for tries: a table of the jobs keeps leases and failures."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar

import structlog

from dispatch.database.engine import Database
from dispatch.jobs.backoff import Backoff
from dispatch.jobs.items import ItemJob
from dispatch.jobs.rounds import in_a_line
from dispatch.jobs.statements import DONE, FAILED, FORGET_OLD, TAKE
from dispatch.ports import Clock

log = structlog.get_logger(__name__)

# Longer than one item takes; after it, whoever took the item is believed dead.
LEASE = timedelta(minutes=2)
# About a day.
BACKOFF = Backoff.doubling(timedelta(seconds=30), timedelta(hours=1), most_tries=30)
# The longest pause is shorter, so an item that was not taken again for so long is not due any more.
KEPT = timedelta(days=7)

Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Leased(Generic[Key]):
    """An item that is ours until ``until``, and how often it failed before."""

    key: Key
    tries: int
    until: datetime


class LeasedItemJob(ItemJob[Leased[Key]], Generic[Key]):
    """A feature says what is due (``find``) and what is to be done (``do_key``), and nothing of tries."""

    backoff: ClassVar[Backoff] = BACKOFF
    lease: ClassVar[timedelta] = LEASE

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @abstractmethod
    async def find(self, after: Key | None) -> Sequence[Key]:
        """A page of what is due, in the order of the keys, of those beyond ``after``; empty where there are no more.

        Those that wait or are dead may be among them: they are left out afterwards.
        """

    @abstractmethod
    async def do_key(self, key: Key) -> None:
        """Look at the item again under its locks and bring it to its end. Raises whatever goes wrong with it."""

    async def take(self) -> list[Leased[Key]]:
        """The first page of what is due."""
        return await self._lease(await self.find(None))

    async def do(self, item: Leased[Key]) -> bool:
        """See ``do_key``; then its lease ends."""
        await self.do_key(item.key)
        async with self._database.connection() as connection:
            await connection.execute(DONE, self.name, str(item.key), item.until)
        return True

    async def note_failure(self, item: Leased[Key], error: Exception) -> None:
        """Later and later, at last dead."""
        tries, now, reason = item.tries + 1, self._clock.now(), in_a_line(error)
        dead = self.backoff.is_last(tries)
        async with self._database.connection() as connection:
            await connection.execute(
                FAILED,
                self.name,
                str(item.key),
                item.until,
                tries,
                now + self.backoff.pause_after(tries),
                now,
                reason[:300],
                dead,
            )
        log.log(40 if dead else 30, "job item failed", job=self.name, item=item.key, tries=tries, error=reason)

    async def _batches(self) -> AsyncIterator[list[Leased[Key]]]:
        """Page after page, so that those that wait or are dead keep nothing behind them."""
        page = await self.find(None)
        while page:
            yield await self._lease(page)
            page = await self.find(page[-1])

    async def _lease(self, page: Sequence[Key]) -> list[Leased[Key]]:
        if not page:
            return []
        now = self._clock.now()
        keys = {str(key): key for key in page}
        async with self._database.connection() as connection:
            rows = await connection.fetch(TAKE, self.name, list(keys), now + self.lease, now)
        taken = {row["item"]: row["tries"] for row in rows}
        return [Leased(key, taken[name], now + self.lease) for name, key in keys.items() if name in taken]


async def forget_old_items(database: Database, clock: Clock) -> None:
    """Drop what was taken or failed and then ended in another way."""
    async with database.connection() as connection:
        await connection.execute(FORGET_OLD, clock.now() - KEPT)
