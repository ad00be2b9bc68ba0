"""Until it has a parcel, a transporter knows it by a number that ends with the assignment, the customer's does not."""

from typing import Any

import websockets

from tests.support.watching import frames_until, next_frame, watch
from tests.support.world import Bought, Driver, World, ok, ping

SECRET = ("Next Driver", "+977-9841666666")


async def _numbers(driver: Driver, delivery_id: int) -> set[str]:
    """Every tracking number that this transporter is told of a delivery that it has."""
    path = f"/api/deliveries/{delivery_id}"
    told = [ok(await driver.get(f"{path}/")), ok(await driver.post(f"{path}/accept/"))]
    rows = ok(await driver.get(f"/api/transporters/{driver.transporter_id}/deliveries/", page_size=100))["results"]
    told += [row for row in rows if row["id"] == delivery_id]
    told.append(ok(await driver.get(f"{path}/path.geojson"))["properties"])
    gpx = await driver.get(f"{path}/path.gpx")
    return {row["tracking_number"] for row in told} | {gpx.headers["content-disposition"].split('"')[1][:-4]}


async def _waiting(world: World) -> tuple[Bought, dict[str, Any]]:
    bought = await world.bought()
    return bought, await world.delivery(bought)


async def test_who_gave_a_delivery_back_sees_no_more_of_it_and_the_customers_link_goes_on(world: World) -> None:
    bought, delivery = await _waiting(world)
    first, second = await world.driver(), await world.driver(phone=SECRET[1], business_name=SECRET[0])
    async with world.phone(first) as phone:
        ok(await first.post(f"/api/deliveries/{delivery['id']}/accept/"))
        await phone.send(ping(1, 27.7, 85.3))
        await phone.until_ack(1)
        while not phone.assignments:
            frame = await phone.receive()
            phone.assignments += [frame] if frame["type"] == "assignment" else []
    [own] = await _numbers(first, delivery["id"]) | {phone.assignments[0]["tracking_number"]}
    assert own != delivery["tracking_number"]
    assert own[-4:] == delivery["tracking_number"][-4:], "people match the two by it"
    assert ok(await world.http.get(f"/api/deliveries/{own}/track/"))["tracking_number"] == own
    async with watch(world, delivery["tracking_number"]) as customer, watch(world, own) as watcher:
        await next_frame(customer)
        await next_frame(watcher)
        ok(await first.patch("/api/transporters/me/", {"is_available": False}))
        await frames_until(customer, status="available")
        ok(await second.post(f"/api/deliveries/{delivery['id']}/accept/"))
        await frames_until(customer, status="assigned")
        try:
            while True:
                assert (await next_frame(watcher))["status"] != "available", "the number ended before"
        except websockets.ConnectionClosed:
            pass
    for path in (f"/api/deliveries/{own}/track/", f"/api/deliveries/{own}/events/"):
        gone = await world.http.get(path)
        assert gone.status_code == 404
        assert SECRET[1] not in gone.text
    shown = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert shown["transporter"]["phone"] == SECRET[1]
    assert (await _numbers(second, delivery["id"])).isdisjoint({own, delivery["tracking_number"]})
    assert delivery["tracking_number"] not in str((await first.get(f"/api/deliveries/{delivery['id']}/")).text)
    for reader in (bought.seller, await world.admin()):
        assert (
            ok(await reader.get(f"/api/deliveries/{delivery['id']}/"))["tracking_number"] == delivery["tracking_number"]
        )


async def test_with_the_parcel_comes_the_number_that_stands_on_it(world: World) -> None:
    _, delivery = await _waiting(world)
    driver = await world.driver()
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    [own] = await _numbers(driver, delivery["id"])
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/pickup/"))
    shown = ok(await driver.get(f"/api/deliveries/{delivery['id']}/"))
    assert shown["tracking_number"] == delivery["tracking_number"]
    for number in (own, delivery["tracking_number"]):
        assert ok(await world.http.get(f"/api/deliveries/{number}/track/"))["status"] == "picked_up"


async def test_whoever_takes_a_delivery_again_and_again_gets_another_number_each_time(world: World) -> None:
    _, delivery = await _waiting(world)
    driver = await world.driver()
    seen: set[str] = set()
    for _ in range(5):
        taken = ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
        seen.add(taken["tracking_number"])
        ok(await driver.patch("/api/transporters/me/", {"is_available": False}))
        ok(await driver.patch("/api/transporters/me/", {"is_available": True}))
    assert len(seen) == 5
    for number in seen:
        assert (await world.http.get(f"/api/deliveries/{number}/track/")).status_code == 404
