"""Who waits in the database for what somebody else holds."""

from dispatch.database.engine import Database
from tests.support.world import World


async def somebody_waits(world: World) -> bool:
    """Whether somebody waits until another has written, or not."""
    return await somebody_waits_in(world.server.services.database)


async def somebody_waits_in(database: Database) -> bool:
    """The same of a database of one's own."""
    async with database.connection() as driver:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await driver.fetchval(waits))
