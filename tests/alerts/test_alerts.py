"""What is told before anybody asks: a delivery that is late or nearly there, a silent transporter; once each."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.alerts.late import tell_late
from dispatch.alerts.silent import SilentTransporters
from dispatch.ports import Presence
from realtime.redis.live_positions import RedisLivePositions
from realtime.redis.presence import PresenceLimits
from tests.support.places import at, north_of, somewhere
from tests.support.waiting import until
from tests.support.webhook_receiver import receiving
from tests.support.world import Driver, Person, Place, World, ok, ping

NEAR_M = 300.0


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    return await world.admin()


async def told(admin: Person, kind: str, subject: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await admin.get(f"/api/events/?types={kind}&subject={subject}"))["results"]
    return found


async def first_told(admin: Person, kind: str, subject: str) -> dict[str, Any]:
    async def heard() -> list[dict[str, Any]]:
        return await told(admin, kind, subject)

    events: list[dict[str, Any]] = await until(heard)
    assert len(events) == 1
    return events[0]


async def look_together(world: World) -> None:
    """Rounds of several processes at once, beside those of the server."""
    services = world.server.services
    background, database, clock = services.background, services.database, services.clock
    rounds = [look for _ in range(3) for look in (background.arriving.tell, background.silent.tell)]
    await asyncio.gather(*(look() for look in rounds), *(tell_late(database, clock) for _ in range(3)))


async def stays_once(world: World, admin: Person, kind: str, subject: str) -> None:
    """Nothing more is told of it: what comes after in the order of all events was told, and no second one before."""
    for _ in range(2):
        await look_together(world)
    mark = await world.driver()
    ok(await mark.post("/api/transporters/me/duty/", {"duty": "off"}))
    await first_told(admin, "transporter.off_duty", f"transporter:{mark.transporter_id}")
    assert len(await told(admin, kind, subject)) == 1


async def aboard(world: World, place: Place, driver_from: float) -> tuple[Driver, dict[str, Any]]:
    """A parcel that was picked up, and its transporter so far south of the door."""
    [delivery] = await world.deliveries(at(place))
    driver = await world.driver()
    door = north_of(place, 5000)
    await world.online_at(driver, *north_of(door, -driver_from))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    return driver, delivery


async def test_a_delivery_that_was_wanted_by_now_is_told_of_once_and_one_for_later_is_not(
    world: World, admin: Person
) -> None:
    now = datetime.now(UTC)
    wanted = {"requested_pickup_date": None, "requested_delivery_date": (now - timedelta(minutes=3)).isoformat()}
    later = wanted | {"requested_delivery_date": (now + timedelta(hours=3)).isoformat()}
    late, in_time = await world.deliveries(wanted, later)
    await look_together(world)
    event = await first_told(admin, "delivery.late", f"delivery:{late['id']}")
    assert event["data"]["tracking_number"] == late["tracking_number"]
    assert datetime.fromisoformat(event["data"]["wanted_at"]) == now - timedelta(minutes=3)
    assert event["data"]["transporter_id"] is None
    await stays_once(world, admin, "delivery.late", f"delivery:{late['id']}")
    assert await told(admin, "delivery.late", f"delivery:{in_time['id']}") == []


async def test_what_was_called_off_is_not_late(world: World, admin: Person) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    delivery = await world.delivery(requested_pickup_date=None, requested_delivery_date=soon)
    ok(await admin.post(f"/api/deliveries/{delivery['id']}/cancel/", {"reason": "customer_asked"}))
    async with world.server.services.database.connection() as driver:
        await driver.execute(
            "UPDATE deliveries SET requested_delivery_date = now() - interval '1 hour' WHERE id = $1", delivery["id"]
        )
    await look_together(world)
    assert await told(admin, "delivery.late", f"delivery:{delivery['id']}") == []


async def test_a_parcel_that_is_nearly_at_its_door_is_told_of_once_and_one_that_is_far_is_not(
    world: World, admin: Person
) -> None:
    near, parcel = await aboard(world, somewhere(), NEAR_M)
    _, far_parcel = await aboard(world, somewhere(), 4900.0)
    await look_together(world)
    event = await first_told(admin, "delivery.arriving", f"delivery:{parcel['id']}")
    assert event["data"]["transporter_id"] == near.transporter_id
    expected = datetime.fromisoformat(event["data"]["estimated_delivery_at"])
    assert timedelta(0) < expected - datetime.fromisoformat(event["timestamp"]) <= timedelta(minutes=5)
    await stays_once(world, admin, "delivery.arriving", f"delivery:{parcel['id']}")
    assert await told(admin, "delivery.arriving", f"delivery:{far_parcel['id']}") == []


async def test_a_parcel_that_is_not_aboard_yet_is_not_arriving_however_near_its_transporter_is(
    world: World, admin: Person
) -> None:
    place = somewhere()
    [delivery] = await world.deliveries(at(place))
    driver = await world.driver()
    await world.online_at(driver, *north_of(place, 5000))
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await look_together(world)
    assert await told(admin, "delivery.arriving", f"delivery:{delivery['id']}") == []


async def _silent_for(world: World, driver: Driver, seconds: float) -> None:
    """As if nothing had been heard for so long."""
    services = world.server.services
    heard_ms = (datetime.now(UTC).timestamp() - seconds) * 1000
    await services.redis.zadd(services.keys.last_seen, {str(driver.transporter_id): heard_ms})


async def test_a_transporter_on_duty_who_falls_silent_is_told_of_once_until_it_is_heard_of_again(
    world: World, admin: Person
) -> None:
    driver, _ = await aboard(world, somewhere(), 4000.0)
    subject = f"transporter:{driver.transporter_id}"
    silence_s = world.server.settings.stale_after_s + 1.0
    assert await told(admin, "transporter.stale", subject) == []
    await _silent_for(world, driver, silence_s)
    await look_together(world)
    event = await first_told(admin, "transporter.stale", subject)
    assert (event["data"]["transporter_id"], event["data"]["deliveries"]) == (driver.transporter_id, 1)
    assert datetime.fromisoformat(event["data"]["last_position_at"]) <= datetime.fromisoformat(event["timestamp"])
    await stays_once(world, admin, "transporter.stale", subject)

    async with world.phone(driver) as phone:
        await phone.send(ping(1, *somewhere()))
        await phone.until_ack(1)
    await world.server.services.background.silent.tell()
    await _silent_for(world, driver, silence_s)

    async def twice() -> bool:
        await look_together(world)
        return len(await told(admin, "transporter.stale", subject)) == 2

    await until(twice)


async def test_who_is_heard_of_while_another_round_looks_is_not_told_silent_by_what_that_round_saw_before(
    world: World, admin: Person
) -> None:
    driver, _ = await aboard(world, somewhere(), 4000.0)
    services, subject = world.server.services, f"transporter:{driver.transporter_id}"
    await _silent_for(world, driver, world.server.settings.stale_after_s + 1.0)
    await look_together(world)
    await first_told(admin, "transporter.stale", subject)

    class Slow(RedisLivePositions):
        async def presences(self) -> dict[int, Presence]:
            seen = await super().presences()
            await world.online_at(driver, *somewhere())
            await services.background.silent.tell()
            return seen

    limits = PresenceLimits(world.server.settings.stale_after_s, world.server.settings.offline_after_s)
    slow = Slow(services.redis, services.keys, limits=limits)
    await SilentTransporters(services.database, services.clock, slow).tell()
    await stays_once(world, admin, "transporter.stale", subject)


async def test_who_is_off_duty_may_be_silent(world: World, admin: Person) -> None:
    driver = await world.driver()
    await world.online_at(driver, *somewhere())
    ok(await driver.post("/api/transporters/me/duty/", {"duty": "off"}))
    await _silent_for(world, driver, world.server.settings.stale_after_s + 1.0)
    await look_together(world)
    assert await told(admin, "transporter.stale", f"transporter:{driver.transporter_id}") == []


async def test_partners_have_them_sent(world: World, admin: Person) -> None:
    async with receiving() as receiver:
        body = {"url": receiver.url, "types": ["delivery.late", "delivery.arriving", "transporter.stale"]}
        secret = ok(await admin.post("/api/webhooks/", body), 201)["secret"]
        past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        late = await world.delivery(requested_pickup_date=None, requested_delivery_date=past)
        driver, parcel = await aboard(world, somewhere(), NEAR_M)
        await world.server.services.background.arriving.tell()
        await _silent_for(world, driver, world.server.settings.stale_after_s + 1.0)
        await look_together(world)
        wanted = {
            ("delivery.late", f"delivery:{late['id']}"),
            ("delivery.arriving", f"delivery:{parcel['id']}"),
            ("transporter.stale", f"transporter:{driver.transporter_id}"),
        }

        async def all_sent() -> bool:
            return wanted <= {(event["type"], event["subject"]) for event in receiver.taken()}

        await until(all_sent)
        for request in receiver.received:
            request.check_signature(secret)


async def test_a_parcel_that_nobody_took_is_not_arriving_while_its_transporter_is_still_there(
    world: World, admin: Person
) -> None:
    place = somewhere()
    driver, parcel = await aboard(world, place, 4900.0)
    ok(await driver.post(f"/api/deliveries/{parcel['id']}/attempts/", {"reason": "nobody_there"}), 201)
    await world.online_at(driver, *north_of(place, 4900))
    await look_together(world)
    assert await told(admin, "delivery.arriving", f"delivery:{parcel['id']}") == []
