"""What a console is told of transporters and deliveries."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from dispatch.deliveries.models import Delivery
from tests.support.consoles import console_of
from tests.support.watching import another_world, speaking, step
from tests.support.world import BHAKTAPUR, THAMEL, Person, World, ok, ping


async def test_a_console_is_told_once_who_each_transporter_is(world: World, admin: Person) -> None:
    driver = await world.driver(vehicle_type="van", max_active=4)
    silent = await world.driver()
    delivery = await world.delivery()
    ok(await silent.post(f"/api/deliveries/{delivery['id']}/accept/"))
    await world.online_at(driver, *THAMEL)
    async with console_of(world, admin) as console:
        await console.subscribe()
        await console.until_transporter(driver.transporter_id)
        known = console.profiles[driver.transporter_id]
        assert (known["name"], known["vehicle_type"], known["max_active"]) == ("Some Driver", "van", 4)
        await console.until_delivery(delivery["id"])
        assert silent.transporter_id in console.profiles, "who has a parcel is known, also where nothing is heard of it"
        await world.online_at(driver, *BHAKTAPUR)
        await console.until_transporter(driver.transporter_id, lat=BHAKTAPUR[0])
        assert console.introduced.count(driver.transporter_id) == 1


async def test_a_console_sees_what_a_delivery_was_promised_and_when_it_is_expected(world: World, admin: Person) -> None:
    driver = await world.driver()
    await world.online_at(driver, *BHAKTAPUR)
    delivery = await world.delivery(priority="urgent", requested_pickup_date=None)
    async with console_of(world, admin) as console:
        await console.subscribe()
        waiting = await console.until_delivery(delivery["id"], status="available")
        assert (waiting["priority"], waiting["weight"], waiting["expected_at"]) == ("urgent", 2.5, None)
        assert waiting["due_at"] == "2030-10-28T18:00:00Z"
        assert (waiting["pickup_address"], waiting["delivery_address"]) == (
            "Farm Location, Bhaktapur",
            "Thamel, Kathmandu",
        )
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
        taken = await console.until_delivery(delivery["id"], status="assigned")
        assert taken["pinned"] is False
        tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
        assert taken["planned_at"] is not None
        shown, expected = [
            datetime.fromisoformat(at) for at in (taken["expected_at"], tracked["estimated_delivery_time"])
        ]
        assert abs(shown - expected) <= timedelta(minutes=1)
        given = await world.delivery()
        ok(await admin.post(f"/api/deliveries/{given['id']}/assign/", {"transporter_id": driver.transporter_id}))
        await console.until_delivery(given["id"], status="assigned", pinned=True)


async def test_a_transporter_who_falls_silent_shows_as_stale_and_as_online_when_heard_of_again(
    world: World, admin: Person
) -> None:
    driver = await world.driver()
    async with (
        another_world(world.server, stale_after_s=2, ping_heartbeat_s=1) as other,
        console_of(other, admin) as console,
    ):
        await console.subscribe()
        async with speaking(other, driver, THAMEL):
            await console.until_transporter(driver.transporter_id, presence="online")
        await console.until_transporter(driver.transporter_id, presence="stale")
        async with speaking(other, driver, BHAKTAPUR):
            await console.until_transporter(driver.transporter_id, presence="online")


async def test_a_transporter_who_stands_at_a_stop_shows_there(world: World, admin: Person) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    start = datetime.now(UTC) - timedelta(minutes=5)
    async with world.server.services.database.work() as work:
        await work.session.execute(update(Delivery).where(Delivery.id == delivery["id"]).values(assigned_at=start))
    async with console_of(world, admin) as console:
        await console.subscribe()
        await console.until_delivery(delivery["id"], at_stop=None)
        async with world.phone(driver) as phone:
            for seq in range(1, 11):
                await phone.send(ping(seq, *BHAKTAPUR, at=start + timedelta(seconds=30 * (seq - 1))))
            await phone.until_ack(10)
        found = await console.until_delivery(delivery["id"], at_stop="pickup")
        assert datetime.fromisoformat(found["at_stop_since"]) <= datetime.now(UTC) - timedelta(minutes=2)


async def test_a_console_sees_that_a_parcel_was_tried_in_vain_and_expects_it_at_the_next_try_alone(
    world: World, admin: Person
) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    path, door = f"/api/deliveries/{delivery['id']}", {"latitude": THAMEL[0], "longitude": THAMEL[1]}
    await step(driver, delivery, "accept", "pickup")
    await world.online_at(driver, *THAMEL)
    async with console_of(world, admin) as console:
        await console.subscribe()
        # Picked up, or on its way by now: its courier has left the pickup.
        held = {"transporter_id": driver.transporter_id, "attempt": None, "next_try": None}
        coming = await console.until_delivery(delivery["id"], **held)
        assert coming["expected_at"] is not None
        ok(await driver.post(f"{path}/attempts/", door | {"reason": "nobody_there"}), 201)
        # Who stands before the door says nothing about a next try that nobody has agreed.
        tried = await console.until_delivery(delivery["id"], status="in_transit", expected_at=None, next_try=None)
        assert (tried["attempt"]["number"], tried["attempt"]["reason"]) == (1, "nobody_there")
        begins = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
        window = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=2)).isoformat()}
        ok(await admin.post(f"{path}/reschedule/", window))
        starts, ends = (at.isoformat().replace("+00:00", "Z") for at in (begins, begins + timedelta(hours=2)))
        again = {"starts_at": starts, "ends_at": ends, "asked_by": "dispatcher"}
        agreed = await console.until_delivery(delivery["id"], attempt=tried["attempt"], next_try=again)
        assert datetime.fromisoformat(agreed["expected_at"]) == begins


async def test_a_delivery_that_was_taken_back_shows_as_waiting_again(world: World, admin: Person) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    async with console_of(world, admin) as console:
        await console.subscribe()
        await console.until_delivery(delivery["id"], status="assigned", transporter_id=driver.transporter_id)
        ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
        await console.until_delivery(delivery["id"], status="available", transporter_id=None)


async def test_a_new_delivery_appears_without_asking(world: World, admin: Person) -> None:
    async with console_of(world, admin) as console:
        await console.subscribe()
        delivery = await world.delivery()
        await console.until_delivery(delivery["id"], status="available")
