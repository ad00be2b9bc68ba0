"""A parcel tells of its buyer's door at every step; once the account is deleted, nothing but proof does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from dispatch.accounts.models import User
from dispatch.arrivals.movement import Movement, list_events
from dispatch.audit.service import OPERATOR
from dispatch.deliveries.models import Delivery, DeliveryStatus
from dispatch.privacy.doors_left import DoorsLeft
from realtime.fixes import LoggedRun
from realtime.protocol import Fix
from tests.privacy.traces import AUTH, bought_by, tables_near, tables_with
from tests.support.fixes import run_of
from tests.support.locks import somebody_waits
from tests.support.waiting import until
from tests.support.world import BHAKTAPUR, PASSWORD, Driver, Person, Place, World, delivery_body, ok, ping

STREET = "Under the old mango tree of Dhobighat"
DOOR: Place = (27.6548, 85.3216)
NOTED = "Up the stairs with the yellow rail"
KEPT = {"proof_records", "stored_fixes"}
"""What docs/security.md says stays: what proves a handover, and a transporter's own positions for their days."""


async def test_after_a_deletion_no_step_try_or_arrival_of_a_parcel_tells_of_the_door(world: World) -> None:
    customer = await world.person()
    seller, delivery = await _brought(world, customer)
    track = f"/api/deliveries/{delivery['tracking_number']}/track/"
    assert {"deliveries", "sought_deliveries", "delivery_trackings"} <= await tables_with(world, STREET)
    assert {"delivery_trackings", "delivery_attempts"} <= await tables_with(world, NOTED)
    telling = {"deliveries", "sought_deliveries", "delivery_trackings", "delivery_attempts", "delivery_events"}
    assert telling <= await tables_near(world, DOOR)
    shown_to_all = {"after_end": "always", "delivery_address": "always"}
    ok(await seller.patch("/api/marketplace/seller/tracking-privacy/", shown_to_all))
    before = ok(await world.http.get(track))
    assert STREET in str(before)
    assert DOOR in {_place(one) for one in (*before["tracking_history"], *before["events"])}
    ok(await customer.post(f"{AUTH}/delete/", {"password": PASSWORD}))
    assert await tables_with(world, STREET, NOTED) == set()
    assert await tables_near(world, DOOR) <= KEPT
    shown = ok(await world.http.get(track))
    assert STREET not in str(shown)
    for kind in ("tracking_history", "events"):
        assert _times(shown[kind]) == _times(before[kind])
    assert {one["location"] for one in shown["events"]} <= {None}
    assert await _placed(seller, delivery) == {DeliveryStatus.PICKED_UP.value}, "where it was fetched is the seller's"


async def test_after_a_deletion_what_went_back_tells_only_of_its_seller(world: World) -> None:
    customer = await world.person()
    seller, delivery = await _brought(world, customer)
    back = ok(await seller.post(f"/api/deliveries/{delivery['id']}/return/", {"reason": "Not as shown"}))["delivery"]
    driver = await world.driver()
    path = f"/api/deliveries/{back['id']}"
    ok(await driver.post(f"{path}/accept/", {}))
    ok(await driver.post(f"{path}/pickup/", _at(DOOR, notes=NOTED)))
    ok(await driver.post(f"{path}/deliver/", _at(BHAKTAPUR)))

    async def is_deleted() -> bool:  # once the money is back
        return (await customer.post(f"{AUTH}/delete/", {"password": PASSWORD})).status_code == 200

    await until(is_deleted)
    assert await tables_with(world, STREET, NOTED) == set()
    assert await tables_near(world, DOOR) <= KEPT
    assert await _placed(seller, back) == {DeliveryStatus.DELIVERED.value}
    whole = ok(await seller.get(f"/api/deliveries/{delivery['id']}/"))
    assert "Not as shown" in {step["notes"] for step in whole["tracking_history"]}, "why it went back is the seller's"


async def test_late_fixes_that_wait_for_a_deletion_bring_no_door_back_and_arrivals_keep_their_times(
    world: World,
) -> None:
    customer = await world.person()
    _, delivery = await _brought(world, customer)
    before, services = await _arrivals(world, delivery), world.server.services
    assert before
    movement = Movement(services.database, services.clock, services.publisher)
    late = await _late_runs(world, delivery)
    async with services.database.work() as work:
        await services.accounts.deletion(work).delete(customer.user_id, OPERATOR)
        noting = asyncio.create_task(movement.note(late))
        await until(lambda: somebody_waits(world), "they have read the door and wait for its journey")
    await noting
    await movement.note(late)
    assert await tables_near(world, DOOR) <= KEPT
    assert await _arrivals(world, delivery) == before


async def test_doors_that_a_deletion_of_before_left_go_by_themselves(world: World) -> None:
    customer = await world.person()
    _, delivery = await _brought(world, customer)
    database = world.server.services.database
    async with database.work() as work:  # as an older server left it: the person is out, the steps are as they were
        row = update(Delivery).where(Delivery.id == delivery["id"])
        await work.session.execute(row.values(delivery_address="", delivery_lat=None, delivery_lon=None))
        gone = update(User).where(User.id == customer.user_id)
        await work.session.execute(gone.values(deleted_at=datetime.now(UTC), is_active=False))
    job = DoorsLeft(database, world.server.services.clock)
    for _ in range(2):  # again, it changes nothing
        await job.run()
        await job.do_key(customer.user_id)
    assert await tables_near(world, DOOR) <= KEPT
    assert not {"delivery_trackings", "delivery_attempts"} & await tables_with(world, STREET, NOTED)
    assert customer.user_id not in await job.find(customer.user_id - 1)


async def _brought(world: World, customer: Person) -> tuple[Person, dict[str, Any]]:
    """A parcel that was tried and then handed over, with a place and a note wherever one may be told."""
    bought = await bought_by(world, customer, deliver=False)
    seller: Person = bought["seller"]
    door = {"delivery_address": STREET, "delivery_latitude": DOOR[0], "delivery_longitude": DOOR[1]}
    delivery = ok(await seller.post("/api/deliveries/create/", delivery_body(bought["sale"]) | door), 201)
    driver, path = await world.driver(), f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/", {}))
    taken_at = datetime.now(UTC)
    ok(await driver.post(f"{path}/pickup/", _at(BHAKTAPUR, happened_at=taken_at.isoformat())))
    await _arrived(world, driver, delivery, taken_at)
    ok(await driver.post(f"{path}/attempts/", _at(DOOR, reason="nobody_there", note=NOTED)), 201)
    starts_at = datetime.now(UTC) + timedelta(hours=2)
    window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=2)).isoformat()}
    ok(await customer.post(f"{path}/reschedule/", window | {"note": NOTED}))
    ok(await driver.post(f"{path}/deliver/", _at(DOOR, notes=NOTED)))
    return seller, delivery


async def _arrivals(world: World, delivery: dict[str, Any]) -> list[tuple[str, datetime]]:
    async with world.server.services.database.work() as work:
        return [(event.kind.value, event.at) for event in await list_events(work.session, delivery["id"])]


async def _late_runs(world: World, delivery: dict[str, Any]) -> list[LoggedRun]:
    """A fix of just after the pickup that comes after all others: the track is read again."""
    async with world.server.services.database.work() as work:
        row = await work.session.get_one(Delivery, delivery["id"])
    assert row.picked_up_at is not None
    assert row.transporter_id is not None
    at = row.picked_up_at + timedelta(milliseconds=1)
    return [run_of(row.transporter_id, [Fix(1, *BHAKTAPUR, at, 5.0)], epoch="late")]


async def _arrived(world: World, driver: Driver, delivery: dict[str, Any], taken_at: datetime) -> None:
    async with world.phone(driver) as phone:
        for seq, after_s in enumerate((1, 25, 50), start=1):  # a clock a minute ahead, as allowed
            await phone.send(ping(seq, *DOOR, at=taken_at + timedelta(seconds=after_s), accuracy_m=5))
        await phone.until_ack(3)

    async def seen() -> bool:
        shown = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
        return any(event["kind"] == "arrived_at_dropoff" for event in shown["events"])

    await until(seen, "the arrival at the door")


async def _placed(seller: Person, delivery: dict[str, Any]) -> set[str]:
    """Of which steps it is known where they were."""
    steps = ok(await seller.get(f"/api/deliveries/{delivery['id']}/"))["tracking_history"]
    return {step["status"] for step in steps if step["location"] is not None}


def _place(one: dict[str, Any]) -> Place | None:
    place = one["location"]
    return place and (place["latitude"], place["longitude"])


def _at(place: Place, **more: str) -> dict[str, Any]:
    return {"latitude": place[0], "longitude": place[1], **more}


def _times(told: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["message"], one["timestamp"]) for one in told]
