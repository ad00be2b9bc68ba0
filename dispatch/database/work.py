"""One unit of work: a transaction and what happens once it is committed."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch.database.commits import WROTE, committing, mark_commit, present_commits
from dispatch.database.guarded import GuardedDriver

log = structlog.get_logger(__name__)

AfterCommit = Callable[[], Awaitable[None]]


class Work:
    """A session whose commit stands in one place, at the request's edge.

    Services add rows and register what to publish; they never commit, except for the payment saga, which
    must have its row on disk before it speaks to the gateway and says so by calling ``commit`` itself.
    """

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self._after_commit: list[AfterCommit] = []
        self._after_rollback: list[AfterCommit] = []

    def after_commit(self, action: AfterCommit) -> None:
        """Run ``action`` once the present transaction is committed; never when it is rolled back."""
        self._after_commit.append(action)

    def after_rollback(self, action: AfterCommit) -> None:
        """Run ``action`` if the present transaction is rolled back.

        Where nobody knows whether a commit succeeded, neither this nor what comes after a commit is run.
        """
        self._after_rollback.append(action)

    async def driver(self, *, writes: bool = True) -> GuardedDriver:
        """The driver's connection in the midst of this transaction, for fixed statements; they see what was changed.

        ``writes``: whether they change anything, which is not seen here.
        """
        await self.session.flush()
        if writes:
            self.session.info[WROTE] = True
        connection = await self.session.connection()
        driver = (await connection.get_raw_connection()).driver_connection
        if driver is not None and not driver.is_in_transaction():  # it begins with the session's first statement
            await connection.execute(text("SELECT"))
        return GuardedDriver(driver, connection)

    async def commit(self) -> None:
        """Commit, then publish. A failing publication is logged: the committed rows are the truth."""
        if self.session.new or self.session.dirty or self.session.deleted:
            await self.session.flush()  # so that it is known whether there is anything to commit
        wrote = self.session.info.get(WROTE, False)
        if wrote and present_commits().mark is not None:
            try:
                await mark_commit(await self.driver())
            except BaseException:
                with suppress(SQLAlchemyError, TimeoutError):  # where the connection is lost, the server rolls back
                    await self.rollback()
                raise
        self.session.info.pop(WROTE, None)
        with committing() if wrote else nullcontext():
            await self.session.commit()
        actions, self._after_commit = self._after_commit, []
        self._after_rollback.clear()
        for action in actions:
            try:
                await action()
            except Exception:  # whatever the outside does, the commit has happened
                log.exception("publication after commit failed")

    async def rollback(self) -> None:
        """Undo the present transaction, and what was done for it outside; forget what it wanted to publish."""
        self._after_commit.clear()
        self.session.info.pop(WROTE, None)
        actions, self._after_rollback = self._after_rollback, []
        try:
            await self.session.rollback()
        finally:
            for action in actions:
                try:
                    await action()
                except Exception:  # one that cannot be undone must not keep the next from it
                    log.exception("undoing after a rollback failed")
