"""Who waits in the database for what somebody else holds."""

from tests.support.world import World


async def somebody_waits(world: World) -> bool:
    """Whether somebody waits until another has written, or not."""
    async with world.server.services.database.connection() as driver:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await driver.fetchval(waits))
