"""The engine, its sessions and the units of work on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from dispatch.database.work import Work


def _give_up_silent_connection(context: ExceptionContext) -> None:
    """A connection whose database did not answer in time: even a rollback on it would wait, and without end."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True


TIMEOUT_S = 30.0
# Longest wait for a lock, a free connection of the pool, or a new one.
LONGEST_WAIT_S = 10.0
# The database ends a statement by itself. Only one that is frozen or cut off leaves that to us.
GRACE_S = 2.0


class Database:
    """A pool of connections and the sessions made from it."""

    def __init__(self, url: str, *, pool_size: int = 20, timeout_s: float = TIMEOUT_S) -> None:
        """``timeout_s``: longest a statement may take."""
        wait_s = min(LONGEST_WAIT_S, timeout_s)
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=wait_s,
            pool_pre_ping=True,
            hide_parameters=True,  # values stay out of logs and error texts
            connect_args={
                "timeout": wait_s,
                "command_timeout": timeout_s + GRACE_S,
                "server_settings": {
                    "application_name": "dispatch",
                    "timezone": "UTC",
                    "statement_timeout": str(round(timeout_s * 1000)),
                    "lock_timeout": str(round(wait_s * 1000)),
                    "idle_in_transaction_session_timeout": "60000",
                },
            },
        )
        event.listen(self.engine.sync_engine, "handle_error", _give_up_silent_connection)
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A unit of work that commits on leaving, and rolls back on an exception."""
        async with self.sessions() as session:
            work = Work(session)
            try:
                yield work
            except BaseException:
                await work.rollback()
                raise
            await work.commit()

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
