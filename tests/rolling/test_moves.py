"""What rolling dispatch gave may move on: not accepted, for a better plan; accepted, for minutes, and once."""

from typing import Any

from tests.support.places import north_of, somewhere
from tests.support.rolling_zones import (
    RollingZone,
    all_given,
    deliveries_at,
    driver_at,
    holder_of,
    rolling_zone,
    shown,
)
from tests.support.waiting import until
from tests.support.world import Driver, Person, Place, World, ok


async def _given_to(world: World, admin: Person, here: Place, metres: float, **profile: Any) -> tuple[Driver, int]:
    """A delivery that somebody so far north of its pickup was given by itself."""
    driver = await driver_at(world, north_of(here, metres), **profile)
    [number] = await deliveries_at(world, here, {})
    assert await all_given(admin, [number]) == {number: driver.transporter_id}
    return driver, number


async def _goes_to(admin: Person, number: int, driver: Driver) -> None:
    async def has_it() -> bool:
        return await holder_of(admin, number) == driver.transporter_id

    await until(has_it)


async def test_what_was_not_accepted_goes_to_whoever_suits_better_by_then(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    zones.append(zone := await rolling_zone(admin, here))
    _, number = await _given_to(world, admin, here, 4000)
    near = await driver_at(world, north_of(here, 1500))
    await _goes_to(admin, number, near)
    state = await zone.next_tick()
    assert (state["last_hour"]["moved_free"], state["last_hour"]["moved_accepted"]) == (1, 0)
    found = await shown(admin, number)
    assert "suits better" in found["tracking_history"][-1]["notes"]
    assert ok(await admin.get(f"/api/deliveries/{number}/decision/"))["kind"] == "rolling"


async def test_a_dispatcher_s_choice_stays_with_whom_it_is(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    far = await driver_at(world, north_of(here, 4000))
    [number] = await deliveries_at(world, here, {})
    ok(await admin.post(f"/api/deliveries/{number}/assign/", {"transporter_id": far.transporter_id}))
    zones.append(zone := await rolling_zone(admin, here))
    await driver_at(world, north_of(here, 1500))
    await zone.next_tick()
    await zone.next_tick()
    assert await holder_of(admin, number) == far.transporter_id


async def test_what_was_accepted_stays_for_a_few_minutes_and_goes_for_many_once(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    zones.append(zone := await rolling_zone(admin, here))
    first, number = await _given_to(world, admin, here, 4900, vehicle_type="bicycle")
    ok(await first.post(f"/api/deliveries/{number}/accept/"))
    await driver_at(world, north_of(here, 4000), vehicle_type="bicycle")
    await zone.next_tick()
    await zone.next_tick()
    assert await holder_of(admin, number) == first.transporter_id, "six minutes are not enough"
    second = await driver_at(world, north_of(here, 2800))
    await _goes_to(admin, number, second)
    ok(await second.post(f"/api/deliveries/{number}/accept/"))
    await driver_at(world, here)
    await zone.next_tick()
    state = await zone.next_tick()
    assert await holder_of(admin, number) == second.transporter_id, "it was moved before"
    hour = state["last_hour"]
    assert (hour["given"], hour["moved_accepted"], hour["per_hundred"]) == (1, 1, 100)
    assert "minutes sooner" in (await shown(admin, number))["tracking_history"][-1]["notes"]


async def test_whoever_is_nearly_at_the_pickup_keeps_the_delivery(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here = somewhere()
    zones.append(
        zone := await rolling_zone(admin, here, weights={"distance": 1, "rating": 0, "capacity": 0, "workload": 0})
    )
    first, number = await _given_to(world, admin, here, 800)
    await driver_at(world, here)
    await zone.next_tick()
    await zone.next_tick()
    assert await holder_of(admin, number) == first.transporter_id
