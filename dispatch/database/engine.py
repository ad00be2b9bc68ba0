"""The engine, its sessions and the units of work on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from dispatch.database.work import Work

STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 10_000


class Database:
    """A pool of connections and the sessions made from it."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            hide_parameters=True,  # values stay out of logs and error texts
            connect_args={
                "timeout": 10,
                "server_settings": {
                    "application_name": "dispatch",
                    "timezone": "UTC",
                    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                    "lock_timeout": str(LOCK_TIMEOUT_MS),
                    "idle_in_transaction_session_timeout": "60000",
                },
            },
        )
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
