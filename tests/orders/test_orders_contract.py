"""Rows 1 to 3: ordering a cart, seeing an order, listing one's own."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dispatch.orders.models import DeliveryInfo
from tests.support.shapes import check, is_absolute_url, is_bool, is_id, is_money, is_text, is_time, like, or_null
from tests.support.world import BHAKTAPUR, Person, World, ok, order_body, together

ORDERS = "/api/v1/marketplace/orders"
CREATED = {
    "id": is_id,
    "order_number": like(r"MP-\d{8}-[A-Z0-9]{8}"),
    "customer": is_id,
    "order_status": "pending",
    "payment_status": "pending",
    "total_amount": "2500.00",
    "currency": "NPR",
    "items": [
        {
            "id": is_id,
            "product": {"id": is_id, "name": "Organic Rice", "price": "1250.00"},
            "quantity": 2,
            "unit_price": "1250.00",
            "total_price": "2500.00",
        }
    ],
    "delivery": {
        "customer_name": "John Doe",
        "phone_number": "+977-9841234567",
        "address": "Thamel, Kathmandu",
        "city": "Kathmandu",
    },
    "created_at": is_time,
    "can_cancel": True,
    "is_paid": False,
}
DETAILS = {
    "id": is_id,
    "order_number": is_text,
    "customer": is_id,
    "order_status": is_text,
    "order_status_display": is_text,
    "payment_status": "paid",
    "payment_status_display": "Paid",
    "total_amount": "2500.00",
    "formatted_total": "NPR 2,500.00",
    "currency": "NPR",
    "items": [
        {
            "id": is_id,
            "product": {"id": is_id, "name": is_text, "price": is_money, "images": [{"image": is_text}]},
            "quantity": 2,
            "unit_price": "1250.00",
            "total_price": "2500.00",
        }
    ],
    "delivery": {
        "customer_name": is_text,
        "phone_number": is_text,
        "address": is_text,
        "city": is_text,
        "full_address": "Thamel, Kathmandu, Bagmati, 44600",
    },
    "tracking_events": [{"id": is_id, "status": is_text, "message": is_text, "created_at": is_time}],
    "created_at": is_time,
    "estimated_delivery_date": or_null(is_time),
    "tracking_number": or_null(is_text),
    "can_cancel": is_bool,
    "can_refund": is_bool,
    "can_change_address": is_bool,
    "is_paid": True,
    "is_delivered": False,
}
ROW = {
    "id": is_id,
    "order_number": is_text,
    "order_status": is_text,
    "order_status_display": is_text,
    "payment_status": is_text,
    "total_amount": is_money,
    "formatted_total": like(r"NPR [\d,]+\.\d\d"),
    "items_count": 1,
    "created_at": is_time,
    "estimated_delivery_date": or_null(is_time),
}


async def _cart_of(world: World) -> tuple[Person, int]:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, images=["/media/product_images/rice.jpg"])
    return customer, await world.cart(customer, {product: 2})


@pytest.mark.parametrize("ending", ["/", ""])
async def test_a_cart_becomes_an_order_with_every_documented_key_and_is_empty_then(world: World, ending: str) -> None:
    customer, cart = await _cart_of(world)
    made = ok(await customer.post(f"{ORDERS}/create{ending}", order_body(cart)), 201)
    check(made, CREATED)
    assert made["customer"] == customer.user_id
    assert ok(await customer.get(f"/api/v1/marketplace/carts/{cart}{ending}"))["items"] == []
    assert ok(await customer.get(f"{ORDERS}/{made['id']}{ending}"))["id"] == made["id"]


async def test_the_order_of_the_journey_needs_no_payment_method_and_no_instructions(world: World) -> None:
    customer, cart = await _cart_of(world)
    body = order_body(cart)
    del body["payment_method"]
    del body["delivery_info"]["delivery_instructions"]
    check(ok(await customer.post(f"{ORDERS}/create/", body), 201), CREATED)


async def test_a_paid_order_shows_its_events_images_and_parcel(world: World) -> None:
    customer, cart = await _cart_of(world)
    order = await world.order(customer, cart)
    paid = await world.initiate(customer, cart)
    await world.at_gateway(paid["data"]["pidx"], "completed")
    settled = ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": paid["data"]["pidx"]}))
    shown = ok(await customer.get(f"{ORDERS}/{order['id']}/"))
    check(shown, DETAILS)
    assert (shown["tracking_number"], shown["estimated_delivery_date"]) == (None, None)
    assert [event["status"] for event in shown["tracking_events"]] == ["pending", "confirmed"]
    assert [event["message"] for event in shown["tracking_events"]] == [
        "Order created successfully",
        "Payment confirmed",
    ]
    sale_id = settled["data"]["marketplace_sales"][0]["id"]
    admin = await world.admin()
    from_admin = {"marketplace_sale_id": sale_id} | _parcel()
    parcel = ok(await admin.post("/api/deliveries/create/", from_admin), 201)
    shown = ok(await customer.get(f"{ORDERS}/{order['id']}/"))
    assert shown["tracking_number"] == parcel["tracking_number"]
    assert ok(await admin.get(f"{ORDERS}/{order['id']}/"))["id"] == order["id"]


async def test_an_order_is_expected_while_a_courier_has_its_parcel_and_neither_before_nor_afterwards(
    world: World,
) -> None:
    bought, driver, admin = await world.bought(), await world.driver(), await world.admin()
    path = f"/api/deliveries/{(await world.delivery(bought, **_parcel()))['id']}"

    async def expected() -> list[str | None]:
        order = ok(await bought.customer.get(f"{ORDERS}/{bought.order_id}/"))
        [row] = ok(await bought.customer.get(f"{ORDERS}/my-orders/"))["results"]
        return [one["estimated_delivery_date"] for one in (order, row)]

    assert await expected() == [None, None], "nobody has it, whatever was asked for"
    ok(await driver.post(f"{path}/accept/"))
    assert all(is_time(one) for one in await expected())
    ok(await admin.post(f"{path}/unassign/", {"reason": "better_choice"}))
    ok(await admin.post(f"{path}/hold/", {"reason": "The customer is away"}))
    assert await expected() == [None, None], "it is on hold"
    ok(await admin.post(f"{path}/resume/"))
    for step in ("accept", "pickup", "deliver"):
        ok(await driver.post(f"{path}/{step}/"))
    assert await expected() == [None, None], "it arrived"


def _parcel() -> dict[str, Any]:
    return {
        "pickup_address": "Farm Location, Bhaktapur",
        "pickup_contact_name": "Farmer John",
        "pickup_contact_phone": "+977-9841111111",
        "delivery_address": "Thamel, Kathmandu",
        "delivery_contact_name": "John Doe",
        "delivery_contact_phone": "+977-9841234567",
        "package_weight": 2.5,
        "delivery_fee": 150.00,
        "requested_delivery_date": "2030-10-28T18:00:00Z",
    }


async def test_an_empty_foreign_or_unknown_cart_makes_no_order(world: World) -> None:
    customer, cart = await _cart_of(world)
    stranger = await world.person()
    await world.order(customer, cart)
    empty = await customer.post(f"{ORDERS}/create/", order_body(cart))
    assert (empty.status_code, "cart_id" in empty.json()["errors"]) == (400, True)
    for cart_id, who in ((cart, stranger), (2**62, customer)):
        refused = await who.post(f"{ORDERS}/create/", order_body(cart_id))
        assert (refused.status_code, refused.json()["detail"]) == (404, "Cart not found.")


async def test_ordering_one_cart_ten_times_at_once_makes_one_order(world: World) -> None:
    customer, cart = await _cart_of(world)
    replies = await together(customer.post(f"{ORDERS}/create/", order_body(cart)) for _ in range(10))
    assert sorted(reply.status_code for reply in replies) == [201] + [400] * 9
    assert ok(await customer.get(f"{ORDERS}/my-orders/"))["count"] == 1


async def test_my_orders_come_in_pages_with_absolute_neighbours_newest_first(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller)
    made = [(await world.order(customer, await world.cart(customer, {product: 1})))["id"] for _ in range(5)]
    seen: list[int] = []
    url: str | None = f"{ORDERS}/my-orders/?page_size=2&status=pending"
    pages = 0
    while url is not None:
        page = ok(await customer.get(url))
        assert page["count"] == 5
        check(page["results"], [ROW])
        seen += [row["id"] for row in page["results"]]
        url, pages = page["next"], pages + 1
        assert url is None or (is_absolute_url(url) and "status=pending" in url)
        if page["previous"] is not None:
            assert is_absolute_url(page["previous"])
            assert ok(await customer.get(page["previous"]))["count"] == 5
    assert (seen, pages) == (made[::-1], 3)
    assert ok(await customer.get(f"{ORDERS}/my-orders"))["previous"] is None


async def test_what_is_under_way_comes_before_what_has_ended_on_whichever_page(world: World) -> None:
    async def carried_to(hour: int, *steps: str) -> int:
        ordered = await world.bought(seller=seller, customer=customer)
        at = datetime(2100, 6, 1, hour, tzinfo=UTC).isoformat()
        parcel = await world.delivery(ordered, requested_delivery_date=at)
        for step in steps:
            here = {} if step == "accept" else {"latitude": BHAKTAPUR[0], "longitude": BHAKTAPUR[1]}
            ok(await driver.post(f"/api/deliveries/{parcel['id']}/{step}/", here))
        return ordered.order_id

    async def unpaid() -> int:
        made = await world.order(customer, await world.cart(customer, {await world.product(seller): 1}))
        return int(made["id"])

    seller, customer, driver = await world.person("seller"), await world.person(), await world.driver()
    prepared = (await world.bought(seller=seller, customer=customer)).order_id
    aboard = await carried_to(9, "accept", "pickup")  # so it is known when it is there, which is soon
    late, soon = await carried_to(9, "accept"), await carried_to(8, "accept")
    given_to_nobody = await carried_to(7)
    ended = [await unpaid() for _ in range(3)]
    for one in ended:
        ok(await customer.post(f"{ORDERS}/{one}/cancel/"))
    to_pay = await unpaid()
    seen: list[int] = []
    url: str | None = f"{ORDERS}/my-orders/?sort=soonest&page_size=2"
    while url is not None:
        page = ok(await customer.get(url))
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert seen == [to_pay, aboard, soon, late, given_to_nobody, prepared, *ended[::-1]]


async def test_my_orders_are_filtered_by_both_statuses_and_only_mine(world: World) -> None:
    bought = await world.bought()
    customer = bought.customer
    waiting = await world.order(customer, await world.cart(customer, {bought.product_id: 1}))
    stranger = await world.person()
    expected = {
        "status=pending": [waiting["id"]],
        "status=confirmed": [bought.order_id],
        "payment_status=paid": [bought.order_id],
        "payment_status=pending": [waiting["id"]],
        "payment_status=failed": [],
        "status=pending&payment_status=paid": [],
        "status=confirmed&status=pending": [waiting["id"], bought.order_id],
        "status=shipped&status=confirmed&status=confirmed": [bought.order_id],
        "status=shipped&status=processing": [],
        "status=confirmed&status=pending&payment_status=paid": [bought.order_id],
        "": [waiting["id"], bought.order_id],
    }
    for query, ids in expected.items():
        page = ok(await customer.get(f"{ORDERS}/my-orders/?{query}"))
        assert [row["id"] for row in page["results"]] == ids, query
    assert ok(await stranger.get(f"{ORDERS}/my-orders/"))["results"] == []


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page_size=101", "page_size=0", "status=lost", "payment_status="]
)
async def test_a_filter_that_means_nothing_is_refused_by_name(world: World, query: str) -> None:
    customer = await world.person()
    refused = await customer.get(f"{ORDERS}/my-orders/?{query}")
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == [query.partition("=")[0]]


async def test_an_order_is_cancelled_once_and_not_any_more_when_it_is_shipped(world: World) -> None:
    customer, cart = await _cart_of(world)
    order = await world.order(customer, cart)
    stranger, bought = await world.person(), await world.bought()
    assert (await stranger.post(f"{ORDERS}/{order['id']}/cancel/")).status_code == 404
    for _ in range(2):
        cancelled = ok(await customer.post(f"{ORDERS}/{order['id']}/cancel/"))
        assert (cancelled["order_status"], cancelled["can_cancel"]) == ("cancelled", False)
        assert [event["status"] for event in cancelled["tracking_events"]] == ["pending", "cancelled"]
    refused = await customer.post(
        "/api/v1/payments/initiate/", {"cart_id": cart, "gateway": "KHALTI", "return_url": "https://a.example/"}
    )
    assert (refused.status_code, refused.json()["error_code"]) == (400, "EMPTY_CART")
    delivery, driver = await world.delivery(bought), await world.driver()
    for step in ("accept", "pickup"):
        ok(await driver.post(f"/api/deliveries/{delivery['id']}/{step}/", {}))
    shipped = ok(await bought.customer.get(f"{ORDERS}/{bought.order_id}/"))
    assert (shipped["can_cancel"], shipped["is_paid"]) == (False, True)
    assert (await bought.customer.post(f"{ORDERS}/{bought.order_id}/cancel/")).status_code == 409


async def test_an_order_shows_what_was_ordered_when_the_product_changes(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, price="1250.00", discounted_price="1000.00")
    cart = await world.cart(customer, {product: 2})
    order = await world.order(customer, cart)
    assert order["total_amount"] == "2000.00"
    ok(await seller.patch(f"/api/v1/marketplace/products/{product}/", {"name": "Rice", "discounted_price": None}))
    shown = ok(await customer.get(f"{ORDERS}/{order['id']}/"))
    assert (shown["total_amount"], shown["items"][0]["product"]["name"]) == ("2000.00", "Organic Rice")
    assert shown["total_to_pay"] == "2360.00"


@pytest.mark.parametrize(
    ("address", "city", "state", "zip_code", "full"),
    [
        ("Thamel, Kathmandu", "Kathmandu", "Bagmati", "44600", "Thamel, Kathmandu, Bagmati, 44600"),
        ("Thamel, kathmandu ", " Kathmandu", "", "", "Thamel, kathmandu "),
        ("Thamel", "Kathmandu", "Kathmandu", "", "Thamel, Kathmandu"),
        ("Kathmandu Road 1", "Kathmandu", "Bagmati", "", "Kathmandu Road 1, Kathmandu, Bagmati"),
        ("", "", "", "", ""),
        ("Thamel, Kathmandu 44600", "Kathmandu", "Bagmati", "44600", "Thamel, Kathmandu 44600, Bagmati"),
        ("Ward 16", "Kathmandu", "Bagmati", "44600", "Ward 16, Kathmandu, Bagmati, 44600"),
    ],
)
def test_an_address_names_each_of_its_parts_once(address: str, city: str, state: str, zip_code: str, full: str) -> None:
    assert DeliveryInfo(address=address, city=city, state=state, zip_code=zip_code).full_address == full


async def test_an_order_names_its_cart_its_instructions_its_sales_and_their_deliveries(world: World) -> None:
    customer, seller = await world.person("customer"), await world.person("seller")
    cart_id = await world.cart(customer, {await world.product(seller): 2})
    body = order_body(cart_id)
    body["delivery_info"]["delivery_instructions"] = "Call when arrived"
    order = ok(await customer.post("/api/v1/marketplace/orders/create/", body), 201)
    assert (order["cart_id"], order["sales"], order["transaction_id"]) == (cart_id, [], None)
    assert order["delivery"]["delivery_instructions"] == "Call when arrived"
    bought = await world.bought(quantity=3)
    path = f"/api/v1/marketplace/orders/{bought.order_id}/"
    shown = ok(await bought.customer.get(path))
    assert shown["transaction_id"] == bought.transaction_id
    [sale] = shown["sales"]
    told = {name: sale[name] for name in ("id", "product_id", "quantity", "status")}
    assert told == {"id": bought.sale_id, "product_id": bought.product_id, "quantity": 3, "status": "processing"}
    assert (sale["delivery_id"], sale["delivery_status"], sale["tracking_number"]) == (None, None, None)
    delivery = await world.delivery(bought)
    [sale] = ok(await bought.customer.get(path))["sales"]
    carried = (sale["delivery_id"], sale["delivery_status"], sale["tracking_number"])
    assert carried == (delivery["id"], "available", delivery["tracking_number"])


async def test_a_customer_finds_an_order_by_a_text_in_it(world: World) -> None:
    customer, seller = await world.person("customer"), await world.person("seller")
    rice, jam = await world.product(seller), await world.product(seller, name="Plum jam 50%")
    made = []
    for product, instructions in ((rice, "Blue door"), (jam, "")):
        body = order_body(await world.cart(customer, {product: 1}))
        body["delivery_info"]["delivery_instructions"] = instructions
        made.append(ok(await customer.post("/api/v1/marketplace/orders/create/", body), 201))
    first, second = (order["id"] for order in made)

    async def found(text: str) -> list[int]:
        page = ok(await customer.get("/api/v1/marketplace/orders/my-orders/", search=text))
        assert page["count"] == len(page["results"])
        return [row["id"] for row in page["results"]]

    assert await found("blue  DOOR") == [first]
    assert await found("jam 50%") == [second]
    assert await found(made[0]["order_number"]) == [first]
    assert await found("Thamel") == [second, first]
    assert await found("5_%") == []
