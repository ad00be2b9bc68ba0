"""One process leads a place: others leave it alone, and one that was overtaken writes nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.rolling.leases import Claim, Leases, Overtaken, hold_place
from tests.support.places import somewhere
from tests.support.rolling_zones import RollingZone, all_given, deliveries_at, driver_at, holder_of, rolling_zone
from tests.support.world import Person, World

TAKE_OVER = """
UPDATE rolling_places SET leader = 'another', term = term + 1, lease_until = now() + interval '1 hour',
    next_at = now() + interval '1 hour'
WHERE zone_id = $1 RETURNING term - 1
"""


async def test_a_leader_that_was_only_slow_writes_nothing_once_another_leads(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here, services = somewhere(), world.server.services
    await driver_at(world, here)
    zones.append(zone := await rolling_zone(admin, here))
    await zone.next_tick()
    async with services.database.connection() as driver:
        old_term = await driver.fetchval(TAKE_OVER, zone.id)
    [number] = await deliveries_at(world, here, {})
    claim = Claim(zone.id, old_term, services.clock.now())
    async with services.database.work() as work:
        with pytest.raises(Overtaken):
            await hold_place(work.session, claim)
    assert await services.deliveries.rolling.do(claim), "it is no failure"
    assert await holder_of(admin, number) is None
    assert (await zone.state())["leader"] == "another"


async def test_a_place_is_claimed_by_one_of_many_who_try_at_once_and_by_another_once_its_lease_ran_out(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here, services = somewhere(), world.server.services.deliveries
    zones.append(zone := await rolling_zone(admin, here, tick_s=180))
    await zone.first_tick()
    async with services.database.connection() as driver:
        ends = await driver.fetchval("SELECT lease_until FROM rolling_places WHERE zone_id = $1", zone.id)
    soon, late = ends - timedelta(seconds=1), ends + timedelta(seconds=1)

    def leases(name: str) -> Leases:
        return Leases(services.database, name, services.rolling_rules)

    mine = [claim for claim in await leases("other").claim(soon) if claim.zone_id == zone.id]
    assert mine == [], "it is led"
    tries = await asyncio.gather(*(leases(f"other {at}").claim(late) for at in range(8)))
    assert sum(claim.zone_id == zone.id for claims in tries for claim in claims) == 1


async def test_two_processes_that_tick_at_once_give_each_delivery_once(
    world: World, admin: Person, zones: list[RollingZone]
) -> None:
    here, services = somewhere(), world.server.services.deliveries
    for _ in range(4):
        await driver_at(world, here, max_active=3)
    numbers = await deliveries_at(world, here, *[{}] * 10)
    zones.append(await rolling_zone(admin, here))
    others = [replace(services, leader=f"process {at}") for at in range(2)]
    given = asyncio.create_task(all_given(admin, numbers))
    while not given.done():
        await asyncio.gather(*(other.rolling.run() for other in others))
    await given
    async with services.database.connection() as driver:
        # Of one moment: what was given may go on moving while one after the other is looked at.
        held = await driver.fetch(
            "SELECT count(*) AS parcels FROM deliveries WHERE id = ANY ($1::bigint[]) GROUP BY transporter_id", numbers
        )
        rows = await driver.fetch(
            "SELECT delivery_id, count(*) AS times FROM assignments a WHERE delivery_id = ANY ($1::bigint[]) "
            "AND NOT EXISTS (SELECT FROM rolling_moves m WHERE m.delivery_id = a.delivery_id) GROUP BY delivery_id",
            numbers,
        )
    assert max(row["parcels"] for row in held) <= 3
    assert {row["times"] for row in rows} <= {1}
