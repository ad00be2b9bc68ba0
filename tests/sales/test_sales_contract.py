"""Rows 19 and 20: what a seller sold, and saying that it arrived."""

from collections.abc import AsyncIterator

import pytest

from api.server.serving import RunningServer
from tests.support.own_database import world_of_its_own
from tests.support.shapes import check, is_id, is_text, is_time, or_null
from tests.support.world import BHAKTAPUR, THAMEL, World, ok

SALES = "/api/marketplace/sales"
SALE = {
    "id": is_id,
    "order_number": is_text,
    "buyer_name": "John Doe",
    "product": {"name": "Organic Rice", "price": "1250.00"},
    "quantity": 2,
    "total_amount": "2500.00",
    "status": "processing",
    "payment_status": "paid",
    "delivery_status": or_null(is_text),
    "next_try_at": or_null(is_time),
    "created_at": is_time,
}
EVENT = {"id": is_id, "status": is_text, "message": is_text, "created_at": is_time}


@pytest.mark.parametrize("ending", ["/", ""])
async def test_a_seller_lists_and_sees_a_sale_with_its_delivery(world: World, ending: str) -> None:
    bought, driver = await world.bought(), await world.driver()
    listed = ok(await bought.seller.get(f"{SALES}{ending}"))
    check(listed, {"count": 1, "next": None, "previous": None, "results": [SALE | {"delivery_status": None}]})
    delivery = await world.delivery(bought)
    ok(await driver.post(f"/api/deliveries/{delivery['id']}/accept/"))
    admin = await world.admin()
    for who in (bought.seller, bought.customer, admin):
        shown = ok(await who.get(f"{SALES}/{bought.sale_id}{ending}"))
        check(shown, SALE | {"id": bought.sale_id, "delivery_status": "assigned", "tracking_events": [EVENT]})
        assert [event["status"] for event in shown["tracking_events"]] == ["confirmed"]
    for step in ("pickup", "deliver"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/"))
    events = ok(await bought.seller.get(f"{SALES}/{bought.sale_id}/"))["tracking_events"]
    assert [event["status"] for event in events] == ["confirmed", "shipped", "delivered"]


@pytest.fixture
async def alone(server: RunningServer) -> AsyncIterator[World]:
    """An admin is shown all sales, and elsewhere the server makes some of what other tests left paid."""
    async with world_of_its_own(server) as own:
        yield own


async def test_sales_come_in_pages_of_their_seller_alone_and_all_of_them_to_admins_newest_first(alone: World) -> None:
    world = alone
    deliveries = await world.deliveries({}, {}, {})
    other, admin = await world.bought(), await world.admin()
    assert [sale["id"] for sale in ok(await other.seller.get(f"{SALES}/"))["results"]] == [other.sale_id]
    sales = {delivery["marketplace_sale"] for delivery in deliveries}
    page = ok(await admin.get(f"{SALES}/", page_size=2))
    assert page["results"][0]["id"] == other.sale_id
    assert page["next"].startswith("http")
    follow = ok(await admin.get(page["next"]))
    seen = {sale["id"] for sale in page["results"] + follow["results"]}
    assert seen == sales | {other.sale_id}
    for query in ("page_size=101", "page=0", "page_size=all"):
        refused = await admin.get(f"{SALES}/?{query}")
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [query.partition("=")[0]])


async def test_a_seller_finds_sales_by_state_day_and_text(world: World) -> None:
    bought = await world.bought()

    async def found(**query: object) -> list[int]:
        return [sale["id"] for sale in ok(await bought.seller.get(f"{SALES}/", **query))["results"]]

    for fits in ({"status": "processing"}, {"date_from": "2020-01-01"}, {"search": "organic"}, {"search": "john d"}):
        assert await found(**fits) == [bought.sale_id], fits
    for does_not in ({"status": "delivered"}, {"date_to": "2020-01-01"}, {"search": "tea"}):
        assert await found(**does_not) == [], does_not
    refused = await bought.seller.get(f"{SALES}/", status="lost")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["status"])


async def test_a_seller_reads_where_a_sale_goes_as_its_buyer_said_it(world: World) -> None:
    bought = await world.bought()
    assert ok(await bought.seller.get(f"{SALES}/{bought.sale_id}/"))["destination"] == {
        "customer_name": "John Doe",
        "phone_number": "+977-9841234567",
        "full_address": "Thamel, Kathmandu, Bagmati, 44600",
        "landmark": "",
        "plus_code": "",
        "latitude": THAMEL[0],
        "longitude": THAMEL[1],
        "delivery_instructions": "Call when arrived",
    }


async def test_somebody_elses_sale_is_not_found_and_not_theirs_to_mark(world: World) -> None:
    bought, stranger, other = await world.bought(), await world.person(), await world.person("seller")
    for who in (stranger, other):
        assert (await who.get(f"{SALES}/{bought.sale_id}/")).status_code == 404
    mark = f"{SALES}/{bought.sale_id}/mark-as-delivered/"
    assert (await other.post(mark)).status_code == 404
    assert (await bought.customer.post(mark)).status_code == 403
    for sale_id in (2**62, 10**30, 0, "x"):
        assert (await bought.seller.post(f"{SALES}/{sale_id}/mark-as-delivered/")).status_code == 404
    assert ok(await bought.seller.get(f"{SALES}/{bought.sale_id}/"))["status"] == "processing"


async def test_marking_a_sale_as_delivered_finishes_its_order_once(world: World) -> None:
    bought = await world.bought()
    mark = f"{SALES}/{bought.sale_id}/mark-as-delivered"
    first = ok(await bought.seller.post(mark))
    check(first, {"status": "sale marked as delivered", "delivered_at": is_time})
    assert ok(await bought.seller.post(f"{mark}/")) == first
    order = ok(await bought.customer.get(f"/api/v1/marketplace/orders/{bought.order_id}/"))
    assert (order["order_status"], order["is_delivered"]) == ("delivered", True)
    assert [event["status"] for event in order["tracking_events"]] == ["pending", "confirmed", "delivered"]


async def test_an_order_of_two_sellers_is_delivered_with_the_last_of_its_sales(world: World) -> None:
    sellers = [await world.person("seller"), await world.person("seller")]
    customer = await world.person()
    cart = await world.cart(customer, {await world.product(seller): 1 for seller in sellers})
    order = await world.order(customer, cart)
    paid = await world.initiate(customer, cart)
    await world.at_gateway(paid["data"]["pidx"], "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": paid["data"]["pidx"]}))
    assert settled["data"]["total_items"] == 2
    for seller, expected in zip(sellers, ("confirmed", "delivered"), strict=True):
        [sale] = ok(await seller.get(f"{SALES}/"))["results"]
        ok(await seller.post(f"{SALES}/{sale['id']}/mark-as-delivered/"))
        assert ok(await customer.get(f"/api/v1/marketplace/orders/{order['id']}/"))["order_status"] == expected


async def test_a_seller_is_told_what_a_delivery_would_cost_and_that_is_what_it_costs(world: World) -> None:
    bought, settings = await world.bought(), world.server.settings
    path = f"{SALES}/{bought.sale_id}/delivery-fee/"
    unknown = ok(await bought.seller.get(path))
    assert unknown == {"delivery_fee": f"{settings.delivery_fee_base:.2f}", "distance_km": None}
    told = ok(await bought.seller.get(path, pickup_latitude=BHAKTAPUR[0], pickup_longitude=BHAKTAPUR[1]))
    made = await world.delivery(bought, delivery_fee=None)
    assert made["delivery_fee"] == float(told["delivery_fee"])
    assert ok(await bought.seller.get(f"/api/deliveries/{made['id']}/"))["distance_km"] == told["distance_km"]
    here = {"pickup_latitude": THAMEL[0], "pickup_longitude": THAMEL[1]}
    door = {"delivery_latitude": THAMEL[0], "delivery_longitude": THAMEL[1]}
    assert ok(await bought.seller.get(path, **here, **door))["distance_km"] == 0


async def test_of_a_fee_that_would_be_halves_of_places_are_named_and_others_are_told_nothing(world: World) -> None:
    bought = await world.bought()
    path = f"{SALES}/{bought.sale_id}/delivery-fee/"
    refused = await bought.seller.get(path, pickup_latitude=27.7, delivery_longitude=999)
    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {"pickup_longitude", "delivery_latitude", "delivery_longitude"}
    for other, status in ((await world.person("seller"), 404), (bought.customer, 403)):
        assert (await other.get(path)).status_code == status
