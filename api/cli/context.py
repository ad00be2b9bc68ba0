"""A way to the database for commands, whether or not the server runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.process.resources import Addresses
from api.server.backing_services import addresses_in_use, backing
from api.server.services import Services, build_services
from dispatch.database.migrate import migrate
from dispatch.settings import Settings


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
async def _services(settings: Settings, addresses: Addresses, revision: str) -> AsyncIterator[Services]:
    services = build_services(settings, addresses)
    try:
        await migrate(services.database.engine, revision)
        yield services
    finally:
        await services.close()
