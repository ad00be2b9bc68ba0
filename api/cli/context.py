"""A way to the database for commands, whether or not the server runs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from api.process.resources import Addresses
from api.server.backing_services import addresses_in_use, backing
from api.server.services import Services, build_services
from api.terminal.errors import CommandError
from dispatch.database.engine import Database
from dispatch.database.migrate import current_revision, migrate, newest_revision
from dispatch.settings import Settings

READING_CONNECTIONS = 2


@asynccontextmanager
async def operating(settings: Settings, *, revision: str = "head") -> AsyncIterator[Services]:
    """Services for one command: over what a running server stands on, else over what is started for the command.

    The database is brought to ``revision`` first. Background parts do not run here, so no command pays or refunds.
    """
    addresses = addresses_in_use(settings)
    if addresses is not None:
        async with _services(settings, addresses, revision) as services:
            yield services
    else:
        async with backing(settings, pays=False) as started, _services(settings, started, revision) as services:
            yield services


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Database]:
    """The database for a command that changes nothing, its schema included. Raises CommandError for another schema."""
    async with AsyncExitStack() as stack:
        addresses = addresses_in_use(settings)
        if addresses is None:
            addresses = await stack.enter_async_context(backing(settings, pays=False))
        database = Database(addresses.database_url, pool_size=READING_CONNECTIONS)
        stack.push_async_callback(database.close)
        present, newest = await current_revision(database.engine), newest_revision()
        if present != newest:
            raise CommandError(
                f"The database has the schema {present or 'of no release'}, and this release reads {newest}: this "
                "command changes nothing, so start the release that fits, or run `dispatch migrate` first."
            )
        yield database


@asynccontextmanager
async def _services(settings: Settings, addresses: Addresses, revision: str) -> AsyncIterator[Services]:
    services = build_services(settings, addresses)
    try:
        await migrate(services.database.engine, revision)
        yield services
    finally:
        await services.close()
