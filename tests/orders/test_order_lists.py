"""Admins list all orders: by how they and their money stand, whose they are, where they go, when, and by a text."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.world import Bought, Person, World, ok, order_body

PATH = "/api/v1/marketplace/orders/"


async def _numbers(admin: Person, **wanted: Any) -> list[int]:
    return [row["id"] for row in ok(await admin.get(PATH, page_size=100, **wanted))["results"]]


async def _unpaid(world: World, seller: Person, **where: Any) -> dict[str, Any]:
    customer = await world.person()
    body = order_body(await world.cart(customer, {await world.product(seller): 1}))
    body["delivery_info"] |= where
    made: dict[str, Any] = ok(await customer.post(f"{PATH}create/", body), 201)
    return made


async def test_an_admin_finds_orders_by_whose_they_are_paid_or_not(world: World) -> None:
    admin, bought = await world.admin(), await world.bought()
    unpaid = await _unpaid(world, bought.seller)
    assert await _numbers(admin, seller=bought.seller.user_id) == [unpaid["id"], bought.order_id]
    assert await _numbers(admin, customer=bought.customer.user_id) == [bought.order_id]
    assert await _numbers(admin, seller=bought.seller.user_id, payment_status="paid") == [bought.order_id]
    assert await _numbers(admin, seller=bought.seller.user_id, status=["pending", "cancelled"]) == [unpaid["id"]]


async def test_an_order_is_found_by_who_carries_a_parcel_of_it(world: World) -> None:
    admin, driver, bought = await world.admin(), await world.driver(), await world.bought()
    parcel = await world.delivery(bought)
    assert await _numbers(admin, transporter=driver.transporter_id) == []
    ok(await driver.post(f"/api/deliveries/{parcel['id']}/accept/"))
    assert await _numbers(admin, transporter=driver.transporter_id) == [bought.order_id]
    assert await _numbers(admin, search=parcel["tracking_number"].lower()) == [bought.order_id]


async def test_a_text_and_a_phone_find_an_order_however_they_are_typed(world: World) -> None:
    admin, seller, word = await world.admin(), await world.person("seller"), uuid4().hex
    phone = f"98{seller.user_id:08d}"
    order = await _unpaid(world, seller, customer_name=f"Sita {word}", phone_number=phone)
    digits = f"+977 {phone[:3]}-{phone[3:]}"
    for typed in (word.upper(), order["order_number"].lower(), digits, phone[2:]):
        assert await _numbers(admin, search=typed, seller=seller.user_id) == [order["id"]], typed
    [row] = ok(await admin.get(PATH, search=word))["results"]
    assert (row["customer"], row["customer_name"], row["city"]) == (order["customer"], f"Sita {word}", "Kathmandu")
    assert (row["total_to_pay"], row["items_count"]) == (order["total_to_pay"], 1)


async def test_days_and_a_zone_bound_the_list(world: World) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    here = await _unpaid(world, seller, latitude=48.5, longitude=33.5)
    await _unpaid(world, seller, latitude=48.9, longitude=33.5)
    at = datetime.fromisoformat(here["created_at"])
    before, after = (at - timedelta(seconds=1)).isoformat(), (at + timedelta(days=2)).isoformat()
    assert here["id"] in await _numbers(admin, seller=seller.user_id, date_from=before, date_to=after)
    assert await _numbers(admin, seller=seller.user_id, date_from=after) == []
    corners = [[33.4, 48.4], [33.6, 48.4], [33.6, 48.6], [33.4, 48.6], [33.4, 48.4]]
    area = {"type": "Polygon", "coordinates": [corners]}
    zone = ok(await admin.post("/api/zones/", {"name": f"Orders of {admin.user_id}", "area": area}), 201)
    try:
        assert await _numbers(admin, zone=zone["id"]) == [here["id"]]
    finally:
        ok(await admin.delete(f"/api/zones/{zone['id']}/"), 204)


async def test_pages_follow_each_other_without_a_gap(world: World) -> None:
    admin, seller = await world.admin(), await world.person("seller")
    made = [(await _unpaid(world, seller))["id"] for _ in range(3)]
    first = ok(await admin.get(PATH, seller=seller.user_id, page_size=2))
    second = ok(await admin.get(PATH, seller=seller.user_id, page_size=2, page=2))
    assert (first["count"], second["next"]) == (3, None)
    assert [row["id"] for row in first["results"] + second["results"]] == made[::-1]


@pytest.mark.parametrize(
    "wrong", [{"status": "lost"}, {"payment_status": ["paid", "soon"]}, {"seller": 0}, {"zone": 9}]
)
async def test_what_does_not_fit_the_list_is_named(world: World, wrong: dict[str, Any]) -> None:
    refused = await (await world.admin()).get(PATH, **({"zone": 2**40} if "zone" in wrong else wrong))
    assert (refused.status_code, list(refused.json()["errors"])) == (400, list(wrong))


async def test_the_list_is_for_admins_alone(world: World) -> None:
    bought: Bought = await world.bought()
    for person in (bought.customer, bought.seller):
        assert (await person.get(PATH)).status_code == 403
