"""The engine, its sessions, the units of work on them, and the driver's connections for fixed statements."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from dispatch.database.commits import WritingSession, committing, mark_commit
from dispatch.database.work import Work

DriverConnection: TypeAlias = asyncpg.Connection

TIMEOUT_S = 30.0
# Longest wait for a lock, a free connection of the pool, or a new one.
LONGEST_WAIT_S = 10.0
# The database ends a statement by itself. Only one that is frozen or cut off leaves that to us.
GRACE_S = 2.0
# A server that goes away closes its sockets, which the driver notices by itself; one whose network went away does
# not, so a connection that was idle for long is asked before it is used.
ASK_AFTER_IDLE_S = 10.0

# What the driver raises. An internal error is what a statement meets on a connection of which the server has said that
# it ends it, and which is not closed yet: the driver tells this state in no other way, so not before the statement.
DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)


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
            pool_use_lifo=True,  # the connection last used has its statements prepared
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
        event.listen(self.engine.sync_engine, "checkout", _check_alive)
        event.listen(self.engine.sync_engine, "checkin", _note_use)
        self.sessions = async_sessionmaker(
            self.engine, class_=AsyncSession, sync_session_class=WritingSession, expire_on_commit=False
        )

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A unit of work that commits on leaving, and rolls back on an exception. Raises SQLAlchemyError."""
        with raised_alike():
            async with self.sessions() as session:
                work = Work(session)
                try:
                    yield work
                except BaseException:
                    with suppress(SQLAlchemyError, TimeoutError):  # where the connection is lost, the server rolls back
                        await work.rollback()
                    raise
                await work.commit()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[DriverConnection]:
        """The driver's own connection, for fixed statements that commit one by one. Raises SQLAlchemyError.

        Where the ORM costs more than the database: no session, no instances, nothing compiled.
        """
        with raised_alike(TimeoutError, self.engine.dialect.loaded_dbapi.Error):
            pooled = await self.engine.raw_connection()
            driver, lost = pooled.driver_connection, False
            try:
                yield driver
            except Exception as error:
                lost = _is_lost(error)
                raise
            finally:
                # Neither one that does not answer nor a transaction that was cut off is for the next to begin with.
                if driver is None or lost or driver.is_closed() or driver.is_in_transaction():
                    pooled.invalidate()
                else:
                    pooled.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[DriverConnection]:
        """The same in one transaction, which commits on leaving and rolls back on an exception."""
        async with self.connection() as driver:
            transaction = driver.transaction()
            await transaction.start()
            try:
                yield driver
                await mark_commit(driver)
            except TimeoutError:
                raise  # the connection is closed: a rollback on it would wait as long again
            except BaseException:
                with suppress(*DRIVER_ERRORS, TimeoutError):  # where the connection is lost, the server rolls back
                    await transaction.rollback()
                raise
            with committing():
                await transaction.commit()

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _give_up_silent_connection(context: ExceptionContext) -> None:
    """A connection whose database did not answer in time: even a rollback on it would wait, and without end."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True


def _check_alive(connection: Any, record: Any, _: object) -> None:  # noqa: ANN401  the pool's own types
    """Raises DisconnectionError, on which the pool connects anew."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("The server closed this connection.")
    used_at = record.info.get("used_at")
    if used_at is not None and time.monotonic() - used_at > ASK_AFTER_IDLE_S:
        try:
            connection.ping()
        except Exception as error:  # whatever it is, this connection is of no use
            raise DisconnectionError("This connection does not answer.") from error


def _note_use(_: object, record: Any) -> None:  # noqa: ANN401
    record.info["used_at"] = time.monotonic()


@contextmanager
def raised_alike(*others: type[Exception]) -> Iterator[None]:
    """Errors of the driver as those of the sessions, so that callers know one kind.

    ``others``: what else means a lost connection here, such as what SQLAlchemy's adapter makes of them on connecting.
    """
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError("fixed statement", None, error, hide_parameters=True) from error
    except (*DRIVER_ERRORS, *others) as error:
        raised: DBAPIError = OperationalError(
            "fixed statement",
            None,
            error,
            hide_parameters=True,
            connection_invalidated=isinstance(error, others) or _is_lost(error),
        )
        raise raised from error


def _is_lost(error: Exception) -> bool:
    """Whether the connection is; of a value that it cannot encode the driver says so before it sends anything."""
    return isinstance(error, LOST) and not isinstance(error, ValueError)
