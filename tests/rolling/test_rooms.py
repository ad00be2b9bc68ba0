"""A zone of a bounded capacity is planned for what it has room for: the most urgent, by whoever is best for them."""

from typing import Any

from tests.support.places import north_of, somewhere
from tests.support.rolling_zones import RollingZone, all_given, deliveries_at, driver_at, holder_of, rolling_zone
from tests.support.waiting import until
from tests.support.world import Person, World


async def test_a_tick_plans_the_most_urgent_that_the_zone_has_room_for_and_keeps_nobody_free_for_the_others(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    near, far = [await driver_at(world, north_of(here, metres), max_active=1) for metres in (0, 800)]
    [urgent] = await deliveries_at(world, north_of(here, 300), {"priority": "urgent"})
    [other] = await deliveries_at(world, north_of(here, -100), {})
    zones.append(zone := await rolling_zone(admin, here, capacity=1))
    assert await all_given(admin, [urgent]) == {urgent: near.transporter_id}, "both would have gone the other way round"

    async def told() -> dict[str, Any] | None:
        state = await zone.state()
        return state if state["left_out"] else None

    [left] = (await until(told))["left_out"]
    assert left["delivery_id"] == other
    assert "1 deliveries under way, as many as it may" in left["reason"]
    await zone.next_tick()
    assert await holder_of(admin, other) is None
    await zone.change(capacity=2)
    assert await all_given(admin, [other]) == {other: far.transporter_id}


async def test_a_zone_that_offers_asks_for_no_more_than_it_has_room_for(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    for metres in (0, 400):
        await driver_at(world, north_of(here, metres), max_active=1)
    await deliveries_at(world, here, {}, {})
    zones.append(zone := await rolling_zone(admin, here, capacity=1, mode="one"))

    async def asked() -> dict[str, Any] | None:
        state = await zone.state()
        return state if state["last_hour"]["offered"] else None

    await until(asked)
    await zone.next_tick()
    state = await zone.next_tick()
    assert (state["last_hour"]["offered"], len(state["left_out"])) == (1, 1)
