"""Bring the database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from asyncpg import PostgresError
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from dispatch.database.startup import newer_schema, too_old, unusable

MIGRATIONS = Path(__file__).parent / "migrations"
# Any fixed number: the lock under which one process migrates while the others wait.
ADVISORY_LOCK = 7_274_001


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


async def migrate(engine: AsyncEngine) -> None:
    """Run what is missing. Safe when several processes start at once: one works, the others wait.

    Raises DatabaseUnusable where there is none that can be used: away, missing, not ours, or newer than this code.
    """
    # A migration may take its time; the limits of the application's own connections are not for it.
    unlimited = create_async_engine(
        engine.url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"timeout": 10, "server_settings": {"application_name": "dispatch", "timezone": "UTC"}},
    )
    try:
        async with unlimited.connect() as connection:
            version = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
            if (old := too_old(version, engine.url)) is not None:
                raise old
            await _migrate_alone(connection)
    except (SQLAlchemyError, PostgresError, OSError) as error:
        told = unusable(error, engine.url)
        if told is None:
            raise
        raise told from error


async def _migrate_alone(connection: AsyncConnection) -> None:
    await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    await connection.commit()
    try:
        present = await connection.run_sync(_revision)
        if present is not None and not _is_known(present):
            raise newer_schema(present, newest_revision(), connection.engine.url)
        await connection.run_sync(_upgrade)
        await connection.commit()
    finally:
        await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
        await connection.commit()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_known(revision: str) -> bool:
    return any(script.revision == revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def newest_revision() -> str:
    """The revision this code was written for."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if head is None:
        raise RuntimeError("no migrations found beside the code")
    return head


async def current_revision(engine: AsyncEngine) -> str | None:
    """The revision the database is at; None before the first migration."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision)
