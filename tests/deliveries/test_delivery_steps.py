"""Who may take which step when; repeated and raced steps change nothing."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from dispatch.deliveries.models import DeliveryStep
from dispatch.orders.models import OrderEvent
from tests.support.shapes import check
from tests.support.world import BHAKTAPUR, World, ok, together

HERE = {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
NEXT_DOOR = {"delivery_latitude": BHAKTAPUR[0] + 0.004, "delivery_longitude": BHAKTAPUR[1]}


async def _events(world: World, delivery_id: int, sale_id: int) -> tuple[int, int]:
    """(steps of the delivery, events of its sale)"""
    async with world.server.services.database.work() as work:
        steps = await work.session.scalar(select(func.count()).where(DeliveryStep.delivery_id == delivery_id))
        events = await work.session.scalar(select(func.count()).where(OrderEvent.sale_id == sale_id))
    return steps or 0, events or 0


async def test_of_four_who_accept_at_once_one_gets_the_delivery(world: World) -> None:
    delivery = await world.delivery()
    drivers = [await world.driver() for _ in range(4)]
    replies = await together(driver.post(f"/api/deliveries/{delivery['id']}/accept/") for driver in drivers)
    assert sorted(reply.status_code for reply in replies) == [200] + [409] * 3
    for reply in replies:
        if reply.status_code == 409:
            check(reply.json(), {"detail": "Delivery already assigned"})
    winner = next(driver for driver, reply in zip(drivers, replies, strict=True) if reply.status_code == 200)
    tracked = ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))
    assert len(tracked["tracking_history"]) == 1
    assert ok(await winner.get(f"/api/transporters/{winner.transporter_id}/deliveries/"))["count"] == 1


async def test_one_transporter_racing_for_six_deliveries_takes_as_many_as_it_may_carry(world: World) -> None:
    driver = await world.driver(capacity_kg=10, max_active=9)
    deliveries = await world.deliveries(*[{"package_weight": 3}] * 6)
    replies = await together(driver.post(f"/api/deliveries/{delivery['id']}/accept/") for delivery in deliveries)
    assert sorted(reply.status_code for reply in replies) == [200] * 3 + [400] * 3
    few = await world.driver(max_active=1)
    left = [delivery for delivery, reply in zip(deliveries, replies, strict=True) if reply.status_code == 400]
    replies = await together(few.post(f"/api/deliveries/{delivery['id']}/accept/") for delivery in left)
    assert sorted(reply.status_code for reply in replies) == [200, 400, 400]
    for refused in (reply.json() for reply in replies if reply.status_code == 400):
        assert (refused["code"], refused["active_deliveries"], refused["max_active"]) == ("too_many_deliveries", 1, 1)


async def test_a_package_over_the_capacity_is_refused_with_both_weights(world: World) -> None:
    delivery, driver = await world.delivery(package_weight=5.5), await world.driver(capacity_kg=3.0)
    refused = await driver.post(f"/api/deliveries/{delivery['id']}/accept/")
    assert refused.status_code == 400
    detail = "Package weight exceeds your vehicle capacity"
    check(refused.json(), {"detail": detail, "package_weight": 5.5, "vehicle_capacity": 3.0})


async def test_unverified_and_expired_papers_may_not_accept(world: World) -> None:
    delivery = await world.delivery()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    unverified = await world.driver(verified=False)
    expired = await world.driver(documents=[{"kind": "licence", "number": "1", "expires_on": yesterday}])
    for driver in (unverified, expired):
        refused = await driver.post(f"/api/deliveries/{delivery['id']}/accept/")
        assert refused.status_code == 403
        check(refused.json(), {"detail": "Your documents are expired or not verified."})


async def test_a_delivery_that_is_none_is_not_found_at_every_step(world: World) -> None:
    driver = await world.driver()
    for key in ("0", "999999999999", "9" * 40, "x", "00000000-0000-4000-8000-000000000000"):
        for step in ("accept", "pickup", "deliver"):
            reply = await driver.post(f"/api/deliveries/{key}/{step}/")
            assert (reply.status_code, reply.json()["detail"]) == (404, "There is no such delivery.")


async def test_a_transporter_without_a_profile_is_told_to_make_one(world: World) -> None:
    delivery, person = await world.delivery(), await world.person("transporter")
    refused = await person.post(f"/api/deliveries/{delivery['id']}/accept/")
    assert refused.status_code == 404
    assert "POST /api/transporters/" in refused.json()["detail"]


async def test_steps_are_taken_in_order_by_the_one_who_has_the_delivery(world: World) -> None:
    delivery, driver, other = await world.delivery(), await world.driver(), await world.driver()
    path = f"/api/deliveries/{delivery['id']}"
    for step in ("pickup", "deliver"):
        assert (await driver.post(f"{path}/{step}/")).status_code == 404
    ok(await driver.post(f"{path}/accept/"))
    assert (await driver.post(f"{path}/deliver/")).status_code == 409
    assert (await other.post(f"{path}/pickup/")).status_code == 404
    ok(await driver.post(f"{path}/pickup/"))
    assert (await driver.post(f"{path}/accept/")).status_code == 409
    assert (await other.post(f"{path}/deliver/")).status_code == 404
    ok(await driver.post(f"{path}/deliver/"))
    assert (await other.post(f"{path}/accept/")).status_code == 409


async def test_repeated_steps_answer_the_same_and_add_nothing(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, **NEXT_DOOR)
    path = f"/api/deliveries/{delivery['id']}"
    first = ok(await driver.post(f"{path}/accept/"))
    assert ok(await driver.post(f"{path}/accept/")) == first
    picked_up = ok(await driver.post(f"{path}/pickup/", HERE))
    assert ok(await driver.post(f"{path}/pickup/", {"latitude": 0, "longitude": 0})) == picked_up
    delivered = ok(await driver.post(f"{path}/deliver/", HERE | {"customer_rating": 4}))
    assert ok(await driver.post(f"{path}/deliver/", HERE | {"customer_rating": 1})) == delivered
    assert ok(await driver.post(f"{path}/pickup/")) == picked_up
    assert await _events(world, delivery["id"], bought.sale_id) == (3, 3)
    profile = ok(await driver.get("/api/transporters/me/"))
    assert (profile["rating"], profile["rating_count"]) == (4.0, 1)


async def test_twenty_drop_offs_at_once_pay_and_rate_once(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought, **NEXT_DOOR)
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/"))
    pickups = await together(driver.post(f"{path}/pickup/", HERE) for _ in range(10))
    assert {reply.text for reply in pickups} == {pickups[0].text}
    drop_offs = await together(driver.post(f"{path}/deliver/", HERE | {"customer_rating": 2}) for _ in range(20))
    assert [reply.status_code for reply in drop_offs] == [200] * 20
    assert {reply.text for reply in drop_offs} == {drop_offs[0].text}
    assert await _events(world, delivery["id"], bought.sale_id) == (3, 3)
    assert ok(await driver.get("/api/transporters/me/"))["rating_count"] == 1


async def test_while_a_delivery_waits_or_is_under_way_the_seller_cannot_say_that_the_sale_arrived(
    world: World,
) -> None:
    bought, driver = await world.bought(), await world.driver()
    mark = f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"
    delivery = await world.delivery(bought)
    path = f"/api/deliveries/{delivery['id']}"
    for step, status in ((None, "available"), ("accept", "assigned"), ("pickup", "picked_up")):
        if step is not None:
            ok(await driver.post(f"{path}/{step}/"))
        refused = await bought.seller.post(mark)
        assert (refused.status_code, refused.json()["code"]) == (409, "delivery_under_way")
        assert refused.json()["delivery_status"] == status
    ok(await driver.post(f"{path}/deliver/"))
    assert ok(await bought.seller.post(mark))["objection_until"] is None


async def test_the_seller_and_the_transporter_finishing_at_once_deliver_the_sale_once(world: World) -> None:
    bought, driver = await world.bought(), await world.driver()
    delivery = await world.delivery(bought)
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/"))
    ok(await driver.post(f"{path}/pickup/"))
    mark = f"/api/marketplace/sales/{bought.sale_id}/mark-as-delivered/"
    replies = await together(
        [bought.seller.post(mark), driver.post(f"{path}/deliver/"), bought.seller.post(mark), bought.seller.post(mark)]
    )
    assert replies[1].status_code == 200
    assert {reply.status_code for reply in replies} <= {200, 409}
    assert ok(await bought.seller.post(mark))["objection_until"] is None
    assert await _events(world, delivery["id"], bought.sale_id) == (3, 3)
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    statuses = [event["status"] for event in order["tracking_events"]]
    assert statuses == ["pending", "confirmed", "processing", "shipped", "delivered"]


async def test_ratings_beyond_five_are_named(world: World) -> None:
    delivery, driver = await world.delivery(), await world.driver()
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/"))
    ok(await driver.post(f"{path}/pickup/"))
    for rating in (0, 6, 4.5, "5 stars"):
        refused = await driver.post(f"{path}/deliver/", {"customer_rating": rating})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["customer_rating"])
    assert ok(await world.http.get(f"/api/deliveries/{delivery['tracking_number']}/track/"))["status"] == "picked_up"


async def test_a_step_that_was_taken_elsewhere_is_told_to_the_phones_of_its_transporter_once(world: World) -> None:
    driver, delivery = await world.driver(), await world.delivery()
    path = f"/api/deliveries/{delivery['id']}"
    ok(await driver.post(f"{path}/accept/"))
    async with world.phone(driver) as phone:
        ok(await driver.post(f"{path}/pickup/", HERE))
        ok(await driver.post(f"{path}/pickup/", HERE))  # the same step again is none
        ok(await driver.post(f"{path}/deliver/", HERE))
        told = [await phone.receive() for _ in range(2)]
        await phone.send({"type": "nothing that is known"})
        assert (await phone.receive())["type"] == "error"
    change = {"type": "change", "delivery_id": delivery["id"], "delivery_uuid": delivery["delivery_id"]}
    assert told == [change | {"what": "status"}] * 2
