"""A database of a test module's own, for what is about all rows there are."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from sqlalchemy import URL, make_url, text

from api.server.serving import RunningServer
from dispatch.database.engine import Database
from dispatch.database.migrate import migrate
from tests.support.watching import another_world
from tests.support.world import World


@asynccontextmanager
async def world_of_its_own(server: RunningServer, **changes: object) -> AsyncIterator[World]:
    """A second server with a database and live positions that nobody else writes to; the database goes at the end."""
    async with empty_database(server) as url:
        changes |= {"database_url": url.render_as_string(hide_password=False), "zone": url.database or ""}
        async with another_world(server, **changes) as world:
            yield world


def commands_environment(world: World) -> dict[str, str]:
    """The environment in which `dispatch` works on the database and the folder of this world."""
    settings = world.server.settings
    return os.environ | {
        "DISPATCH_DATA_DIR": str(settings.data_dir),
        "DISPATCH_DATABASE_URL": settings.database_url or "",
        "COLUMNS": "200",
    }


@asynccontextmanager
async def database_of_its_own(server: RunningServer) -> AsyncIterator[Database]:
    """A migrated database without a server, on which nobody works but the test; it goes at the end."""
    async with empty_database(server) as url:
        database = Database(url.render_as_string(hide_password=False))
        try:
            await migrate(database.engine)
            yield database
        finally:
            await database.close()


@asynccontextmanager
async def empty_database(server: RunningServer) -> AsyncIterator[URL]:
    """One that nothing is in yet; it goes at the end."""
    name = f"own_{uuid4().hex[:12]}"
    engine = server.services.database.engine
    url = make_url(engine.url.render_as_string(hide_password=False)).set(database=name)
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url
    finally:
        async with engine.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
