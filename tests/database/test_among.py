"""One statement for any number of values."""

from sqlalchemy import select

from dispatch.database.among import among
from dispatch.database.engine import Database
from dispatch.deliveries.models import Delivery
from dispatch.tracking.current_states import current_states
from tests.support.world import World

PREPARED = "SELECT count(*) FROM pg_prepared_statements"


async def test_one_statement_serves_any_number_of_values(world: World, database: Database) -> None:
    made = await world.deliveries({}, {}, {})
    async with database.work() as work:
        uuids = [one["delivery_id"] for one in made]
        ids = list(await work.session.scalars(select(Delivery.id).where(among(Delivery.delivery_id, uuids))))
    single = Database(database.engine.url.render_as_string(hide_password=False), pool_size=1)
    prepared = set()
    for count in range(4):
        assert set(await current_states(single, ids[:count])) == set(ids[:count])
        async with single.connection() as driver:
            prepared.add(await driver.fetchval(PREPARED))
    await single.close()
    assert len(prepared) == 1


async def test_more_values_than_a_statement_may_have_parameters_are_looked_for(database: Database) -> None:
    assert await current_states(database, range(-100_000, 0)) == {}
