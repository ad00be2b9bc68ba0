"""What a transporter carries stands on its row, and is what its deliveries say."""

from sqlalchemy import text

from tests.support.places import at, north_of, somewhere
from tests.support.world import Driver, World, ok

OTHERWISE = """
SELECT t.id FROM transporters AS t LEFT JOIN (
    SELECT transporter_id, count(*) AS active, sum(package_weight) AS weight_kg FROM deliveries
    WHERE status IN ('assigned', 'picked_up', 'in_transit') GROUP BY transporter_id
) AS d ON d.transporter_id = t.id
WHERE (t.active_count, t.carried_kg) IS DISTINCT FROM (coalesce(d.active, 0), coalesce(d.weight_kg, 0))
"""


async def _load(world: World, driver: Driver) -> tuple[int, float]:
    async with world.server.services.database.work() as work:
        assert (await work.session.scalars(text(OTHERWISE))).all() == []
        row = await work.session.execute(
            text("SELECT active_count, carried_kg::float8 FROM transporters WHERE id = :id"),
            {"id": driver.transporter_id},
        )
        active, carried_kg = row.one()
        return active, carried_kg


async def test_each_step_of_a_delivery_keeps_what_its_transporter_carries(world: World) -> None:
    here = somewhere()
    driver = await world.driver(capacity_kg=30, max_active=4)
    await world.online_at(driver, *north_of(here, 500))
    door = {"delivery_latitude": here[0], "delivery_longitude": here[1]}
    first, second = await world.deliveries(at(here) | door | {"package_weight": 2.5}, at(here) | {"package_weight": 4})
    assert await _load(world, driver) == (0, 0)
    ok(await driver.post(f"/api/deliveries/{first['id']}/accept/"))
    assert await _load(world, driver) == (1, 2.5)
    ok(await driver.post(f"/api/deliveries/{second['id']}/accept/"))
    ok(await driver.post(f"/api/deliveries/{first['id']}/pickup/"))
    assert await _load(world, driver) == (2, 6.5)
    ok(await driver.post(f"/api/deliveries/{first['id']}/deliver/"))
    assert await _load(world, driver) == (1, 4)
    ok(await driver.patch("/api/transporters/me/", {"is_available": False}))  # takes back what is not picked up
    assert await _load(world, driver) == (0, 0)


async def test_a_delivery_that_is_written_otherwise_counts_all_the_same(world: World) -> None:
    here = somewhere()
    one, other = [await world.driver(capacity_kg=30, max_active=4) for _ in range(2)]
    [delivery] = await world.deliveries(at(here) | {"package_weight": 3})
    ok(await one.post(f"/api/deliveries/{delivery['id']}/accept/"))
    async with world.server.services.database.work() as work:
        await work.session.execute(
            text("UPDATE deliveries SET transporter_id = :other, package_weight = 5 WHERE id = :id"),
            {"other": other.transporter_id, "id": delivery["id"]},
        )
    assert await _load(world, one) == (0, 0)
    assert await _load(world, other) == (1, 5)
