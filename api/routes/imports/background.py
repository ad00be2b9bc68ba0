"""Tables that are too large to wait for: a job takes them, and whoever handed one in asks how far it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import BinaryIO, ClassVar, Final

from sqlalchemy import func, select

from api.adapters.sheets.reading import read_rows
from api.adapters.sheets.rows import FileLimits, UnreadableFile
from api.routes.imports.running import MakeImporter, TakenElsewhere, Wish, run_import
from dispatch.accounts.models import Role, User
from dispatch.audit.models import ActorKind
from dispatch.audit.service import Actor
from dispatch.database.engine import Database
from dispatch.imports import ImportKind, ImportRun, ImportState
from dispatch.jobs.backoff import Backoff
from dispatch.jobs.leased_items import Leased, LeasedItemJob
from dispatch.ports import Clock
from dispatch.waiting_imports import IMPORT_JOB, WaitingImport, end_badly, read_file, tell_progress
from realtime.background import end

TELL_EVERY_S: Final = 1.0
NOT_ALLOWED: Final = "whoever handed it in may no longer do so"
GIVEN_UP: Final = "the server could not take it: hand it in again, and tell an operator where that does not help"
MakeFor = Callable[[ImportKind, User], MakeImporter]


class ImportJob(LeasedItemJob[int]):
    """Takes one table at a time; a server that ends in the midst of one leaves nothing of it, and another begins anew.

    While one is being taken a lock of its own transaction says so, and not the lease, which may be shorter.
    """

    name: ClassVar[str] = IMPORT_JOB
    at_once: ClassVar[int] = 1
    lease: ClassVar[timedelta] = timedelta(seconds=15)
    backoff: ClassVar[Backoff] = Backoff.doubling(timedelta(seconds=5), timedelta(minutes=5), most_tries=5)

    def __init__(self, database: Database, clock: Clock, limits: FileLimits, make: MakeFor) -> None:
        super().__init__(database, clock)
        self._limits = limits
        self._make = make

    async def find(self, after: int | None) -> list[int]:
        """Those that wait, oldest first."""
        query = select(WaitingImport.import_id).where(WaitingImport.import_id > (after or 0))
        async with self._database.work() as work:
            return list(await work.session.scalars(query.order_by(WaitingImport.import_id).limit(10)))

    async def do_key(self, key: int) -> None:
        """Take it, or write down why it is refused."""
        with TemporaryFile() as file:
            async with self._database.work() as work:
                run = await work.session.get(ImportRun, key)
                user = None if run is None else await work.session.get(User, run.user_id)
                await read_file(work.session, key, file)
            if run is None or run.state is not ImportState.WAITING:
                return
            if user is None or not _may(user, run.kind):
                await end_badly(self._database, key, ImportState.REFUSED, NOT_ALLOWED)
                return
            try:
                with suppress(TakenElsewhere):
                    await self._take(run, user, file)
            except UnreadableFile as refused:
                await end_badly(self._database, key, ImportState.REFUSED, refused.fields["file"])

    async def _take(self, run: ImportRun, user: User, file: BinaryIO) -> None:
        total = await asyncio.to_thread(_count, file, self._limits)
        async with _telling(self._database, run.id, total) as hear:
            wish = Wish(run.dry_run, run.skip_bad_rows, run.file_name, progress=hear)
            actor = Actor(ActorKind.USER, user.id)
            make = self._make(run.kind, user)
            await run_import(self._database, make, file, self._limits, actor, wish, waiting_id=run.id)

    async def note_failure(self, item: Leased[int], error: Exception) -> None:
        """Again later; at last whoever handed it in is told, and its file goes."""
        await super().note_failure(item, error)
        if self.backoff.is_last(item.tries + 1):
            await end_badly(self._database, item.key, ImportState.FAILED, GIVEN_UP)

    async def oldest_due(self) -> datetime | None:
        """When the first of them was handed in."""
        async with self._database.work() as work:
            found: datetime | None = await work.session.scalar(select(func.min(WaitingImport.at)))
        return found


def _may(user: User, kind: ImportKind) -> bool:
    """Whether they still may hand such a table in."""
    roles = (Role.SELLER, Role.ADMIN) if kind is ImportKind.PRODUCTS else (Role.ADMIN,)
    return user.is_active and user.deleted_at is None and user.has(*roles)


def _count(file: BinaryIO, limits: FileLimits) -> int:
    return max(0, sum(1 for _ in read_rows(file, limits)) - 1)


@asynccontextmanager
async def _telling(database: Database, import_id: int, total: int) -> AsyncIterator[Callable[[int], None]]:
    """Hears how many rows are done, and tells whoever asks now and then; beside the table's own transaction."""
    done = 0

    def hear(rows: int) -> None:
        nonlocal done
        done = rows

    async def tell() -> None:
        while True:
            await tell_progress(database, import_id, done, total)
            await asyncio.sleep(TELL_EVERY_S)

    telling = asyncio.create_task(tell(), name=IMPORT_JOB)
    try:
        yield hear
    finally:
        await end(telling)
