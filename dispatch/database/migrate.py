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


def alembic_config(connection: Connection, folder: Path = MIGRATIONS) -> Config:
    """Alembic's settings over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    return config


def _move(connection: Connection, revision: str) -> None:
    """Up or down, whichever leads there."""
    config, present = alembic_config(connection), _revision(connection)
    if revision == "head" or present is None or revision in _revisions_after(present):
        command.upgrade(config, revision)
    else:
        command.downgrade(config, revision)


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Run what is missing; with an older ``revision`` take back what came after it.

    Safe when several processes start at once: one works, the others wait.

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
            await _migrate_alone(connection, revision)
    except (SQLAlchemyError, PostgresError, OSError) as error:
        told = unusable(error, engine.url)
        if told is None:
            raise
        raise told from error


async def _migrate_alone(connection: AsyncConnection, revision: str) -> None:
    await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    await connection.commit()
    try:
        present = await connection.run_sync(_revision)
        if present is not None and present not in revisions():
            raise newer_schema(present, newest_revision(), connection.engine.url)
        await connection.run_sync(_move, revision)
        await connection.commit()
    finally:
        await connection.rollback()  # of what failed; else the lock could not be given back, and that would be raised
        await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
        await connection.commit()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def revisions() -> list[str]:
    """All that this code knows, oldest first."""
    return [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


def _revisions_after(present: str) -> list[str]:
    known = revisions()
    return known[known.index(present) + 1 :]


def newest_revision(folder: Path = MIGRATIONS) -> str:
    """The revision this code was written for."""
    head = ScriptDirectory(str(folder)).get_current_head()
    if head is None:
        raise RuntimeError("no migrations found beside the code")
    return head


async def current_revision(engine: AsyncEngine) -> str | None:
    """The revision the database is at; None before the first migration."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision)
