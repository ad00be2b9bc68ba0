"""The driver's connection in the midst of a unit of work, which is given up where the database does not answer."""

from collections.abc import Awaitable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


class GuardedDriver:
    """As the driver's connection, but that what did not answer in time is not asked again.

    Whoever leaves a unit of work by an exception rolls it back, and on a silent connection that would wait as long
    again.
    """

    def __init__(self, driver: Any, connection: AsyncConnection) -> None:  # noqa: ANN401  asyncpg is not typed
        self._driver = driver
        self._connection = connection

    async def execute(self, *statement: Any, **options: Any) -> Any:  # noqa: ANN401
        """As of the driver. Raises TimeoutError once the connection is given up."""
        return await self._answered(self._driver.execute(*statement, **options))

    async def executemany(self, *statement: Any, **options: Any) -> Any:  # noqa: ANN401
        """As ``execute``."""
        return await self._answered(self._driver.executemany(*statement, **options))

    async def fetch(self, *statement: Any, **options: Any) -> Any:  # noqa: ANN401
        """As ``execute``."""
        return await self._answered(self._driver.fetch(*statement, **options))

    async def fetchrow(self, *statement: Any, **options: Any) -> Any:  # noqa: ANN401
        """As ``execute``."""
        return await self._answered(self._driver.fetchrow(*statement, **options))

    async def fetchval(self, *statement: Any, **options: Any) -> Any:  # noqa: ANN401
        """As ``execute``."""
        return await self._answered(self._driver.fetchval(*statement, **options))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Whatever asks the database nothing."""
        return getattr(self._driver, name)

    async def _answered(self, asked: Awaitable[Any]) -> Any:  # noqa: ANN401
        try:
            return await asked
        except TimeoutError:
            self._driver.terminate()  # a farewell would be waited for too
            await self._connection.invalidate()
            raise
