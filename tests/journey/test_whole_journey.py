"""From a cart to a parcel in somebody's hands."""

import asyncio
import json

from tests.support.waiting import PATIENCE_S
from tests.support.watching import watch
from tests.support.world import THAMEL, World, delivery_body, ok, ping

# A city of its own: whoever else drives in these tests is too far away to be chosen.
FARM, HOME, BETWEEN = (28.1500, 84.0800), (28.2096, 83.9856), (28.1800, 84.0300)


async def test_an_order_is_paid_assigned_followed_live_and_delivered(world: World) -> None:
    bought = await world.bought()
    places = {"pickup_latitude": FARM[0], "pickup_longitude": FARM[1]}
    places |= {"delivery_latitude": HOME[0], "delivery_longitude": HOME[1]}
    delivery = await world.delivery(bought, **places)
    driver, admin = await world.driver(), await world.admin()
    async with (
        world.phone(driver) as phone,
        watch(world, delivery["tracking_number"]) as watcher,
    ):
        await phone.send(ping(1, *FARM, accuracy_m=8.0, speed_mps=6.1))
        await phone.until_ack(1)
        first = json.loads(await watcher.recv())
        assert (first["type"], first["status"], first["position"]) == ("snapshot", "available", None)

        assigned = ok(await admin.post("/api/auto-assign/", {"delivery_id": delivery["id"]}))
        assert assigned["success"] is True
        assert assigned["assigned_transporter"]["id"] == driver.transporter_id
        assert json.loads(await watcher.recv())["status"] == "assigned"
        snapshot = json.loads(await watcher.recv())
        assert snapshot["type"] == "snapshot"
        assert (snapshot["position"]["lat"], snapshot["position"]["lon"]) == FARM
        assert (await phone.receive())["tracking_number"] == delivery["tracking_number"]

        here = {"latitude": FARM[0], "longitude": FARM[1], "notes": "Package collected from farm"}
        path = f"/api/deliveries/{delivery['delivery_id']}"
        assert ok(await driver.post(f"{path}/pickup/", here))["status"] == "picked_up"
        assert json.loads(await watcher.recv())["status"] == "picked_up"

        await phone.send(ping(2, *BETWEEN))
        await phone.until_ack(2)
        frames = [json.loads(await watcher.recv()), json.loads(await watcher.recv())]
        assert {frame["type"] for frame in frames} == {"position", "status"}
        position = next(frame for frame in frames if frame["type"] == "position")
        assert (position["lat"], position["lon"]) == BETWEEN
        assert next(frame for frame in frames if frame["type"] == "status")["status"] == "in_transit"

        there = {"latitude": HOME[0], "longitude": HOME[1], "notes": "Delivered to customer", "customer_rating": 5}
        delivered = ok(await driver.post(f"{path}/deliver/", there))
        assert delivered["earnings"] == 135.00
        assert json.loads(await watcher.recv())["status"] == "delivered"
        async with asyncio.timeout(PATIENCE_S):
            await watcher.wait_closed()
        assert watcher.close_code == 4410

    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert order["order_status"] == "delivered"
    statuses = [event["status"] for event in order["tracking_events"]]
    assert statuses == ["pending", "confirmed", "processing", "shipped", "delivered"]
    tracked = ok(await bought.customer.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    history = [step["status"] for step in tracked["tracking_history"]]
    assert history == ["assigned", "picked_up", "in_transit", "delivered"]


async def test_a_parcel_without_coordinates_finds_a_transporter(world: World) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    await world.online_at(driver, *THAMEL)
    body = {key: value for key, value in delivery_body(bought.sale_id).items() if "itude" not in key}
    delivery = ok(await bought.seller.post("/api/deliveries/create/", body), 201)
    assert delivery["distance_km"] is None
    assigned = ok(await admin.post("/api/auto-assign/", {"delivery_id": delivery["delivery_id"]}))
    assert assigned["score_details"]["distance_score"] == 0
