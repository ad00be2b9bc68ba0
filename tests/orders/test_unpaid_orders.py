"""Orders that nobody pays: how many, for how long, and at which price they are paid in the end."""

import dataclasses
from datetime import timedelta

from api.server.serving import RunningServer
from dispatch.accounts.models import User
from dispatch.payments.models import PaymentMode
from dispatch.payments.opening.initiation import NewPayment, PaymentInitiation
from dispatch.payments.orders.expiry import OrderExpiry
from tests.support.checkout import ShiftedClock
from tests.support.world import Person, World, initiate_body, ok, order_body

ORDERS = "/api/v1/marketplace/orders"
INITIATE = "/api/v1/payments/initiate/"


async def expire(server: RunningServer, ahead: timedelta) -> None:
    hours = timedelta(hours=server.settings.order_expires_h)
    await OrderExpiry(server.services.database, ShiftedClock(ahead), expires_after=hours).run()


async def ordered(world: World, customer: Person, product_id: int) -> tuple[int, int]:
    """A cart and the order made of it."""
    cart_id = await world.cart(customer, {product_id: 1})
    return cart_id, (await world.order(customer, cart_id))["id"]


async def test_an_order_that_nobody_pays_is_cancelled_and_says_why(world: World, server: RunningServer) -> None:
    seller, customer = await world.person("seller"), await world.person()
    _, order_id = await ordered(world, customer, await world.product(seller))
    await expire(server, timedelta(hours=23))
    assert ok(await customer.get(f"{ORDERS}/{order_id}/"))["order_status"] == "pending"
    await expire(server, timedelta(hours=25))
    order = ok(await customer.get(f"{ORDERS}/{order_id}/"))
    assert (order["order_status"], order["can_cancel"]) == ("cancelled", False)
    assert order["tracking_events"][-1]["message"] == "Order cancelled: it was not paid within 24 hours"


async def test_an_order_whose_payment_is_under_way_waits_for_its_end(world: World, server: RunningServer) -> None:
    seller, customer = await world.person("seller"), await world.person()
    cart_id, order_id = await ordered(world, customer, await world.product(seller))
    pidx = (await world.initiate(customer, cart_id))["data"]["pidx"]
    await expire(server, timedelta(hours=25))
    assert ok(await customer.get(f"{ORDERS}/{order_id}/"))["order_status"] == "pending"
    await world.at_gateway(pidx, "canceled")
    assert (await world.http.post("/api/v1/payments/callback/", json={"pidx": pidx})).status_code == 400
    await expire(server, timedelta(hours=25))
    assert ok(await customer.get(f"{ORDERS}/{order_id}/"))["order_status"] == "cancelled"


async def test_a_paid_order_does_not_expire(world: World, server: RunningServer) -> None:
    bought = await world.bought()
    await expire(server, timedelta(days=9))
    assert ok(await bought.customer.get(f"{ORDERS}/{bought.order_id}/"))["order_status"] == "confirmed"


async def test_unpaid_orders_of_a_user_are_limited_and_a_cancelled_one_makes_room(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, stock=2)
    limit = world.server.settings.unpaid_orders
    made = [await ordered(world, customer, product_id) for _ in range(limit)]
    cart_id = await world.cart(customer, {product_id: 1})
    refused = await customer.post(f"{ORDERS}/create/", order_body(cart_id))
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_unpaid_orders")
    assert (refused.json()["unpaid_orders"], refused.json()["limit"]) == (limit, limit)
    ok(await customer.post(f"{ORDERS}/{made[0][1]}/cancel/"))
    await world.order(customer, cart_id)


async def test_an_order_is_paid_at_the_prices_of_the_moment_and_its_buyer_is_told_first(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, price="1000.00")
    cart_id, order_id = await ordered(world, customer, product_id)
    ok(await seller.patch(f"/api/v1/marketplace/products/{product_id}/", {"listed_price": "1250.00"}))
    told = await customer.post(INITIATE, initiate_body(cart_id))
    assert (told.status_code, told.json()["error_code"]) == (409, "PRICE_CHANGED")
    assert told.json()["data"]["old"]["total_to_pay"] == 1230.00
    assert told.json()["data"]["new"]["total_to_pay"] == 1512.50
    assert told.json()["data"]["products"] == [
        {"product_id": product_id, "product_name": "Organic Rice", "old_price": 1000.0, "new_price": 1250.0}
    ]
    order = ok(await customer.get(f"{ORDERS}/{order_id}/"))
    assert (order["total_amount"], order["total_to_pay"], order["items"][0]["unit_price"]) == (
        "1250.00",
        "1512.50",
        "1250.00",
    )
    assert order["tracking_events"][-1]["message"] == "Prices changed: NPR 1,230.00 became NPR 1,512.50 to pay"
    assert ok(await customer.post(INITIATE, initiate_body(cart_id)))["data"]["amount"] == 1512.50


async def test_a_product_that_became_taxed_changes_the_price_of_its_orders(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, price="1000.00", tax_class="exempt")
    cart_id, _ = await ordered(world, customer, product_id)
    ok(await seller.patch(f"/api/v1/marketplace/products/{product_id}/", {"tax_class": "standard"}))
    told = await customer.post(INITIATE, initiate_body(cart_id))
    assert (told.status_code, told.json()["error_code"]) == (409, "PRICE_CHANGED")
    assert ok(await customer.post(INITIATE, initiate_body(cart_id)))["data"]["amount"] == 1230.00


async def test_a_shop_may_let_an_order_keep_its_prices_for_a_while(world: World, server: RunningServer) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, price="1000.00")
    cart_id, _ = await ordered(world, customer, product_id)
    ok(await seller.patch(f"/api/v1/marketplace/products/{product_id}/", {"listed_price": "1250.00"}))
    services = server.services
    terms = dataclasses.replace(services.payments.initiation.terms, prices_kept_for=timedelta(hours=1))
    async with services.database.work() as work:
        user = await work.session.get_one(User, customer.user_id)
    initiation = PaymentInitiation(services.database, services.payments.gateway, terms, services.clock)
    new = NewPayment(cart_id, PaymentMode.KHALTI, None, "https://shop.example/", "Sita", user.email, "9841234567")
    assert str((await initiation.initiate(user, new)).total_amount) == "1230.00"


async def test_whichever_payment_is_paid_the_order_shows_what_was_paid(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, price="1000.00")
    cart_id, order_id = await ordered(world, customer, product_id)
    old = (await world.initiate(customer, cart_id))["data"]["pidx"]
    ok(await seller.patch(f"/api/v1/marketplace/products/{product_id}/", {"listed_price": "1250.00"}))
    assert (await customer.post(INITIATE, initiate_body(cart_id))).status_code == 409
    await world.at_gateway(old, "completed")
    ok(await world.http.post("/api/v1/payments/callback/", json={"pidx": old}))
    order = ok(await customer.get(f"{ORDERS}/{order_id}/"))
    assert (order["total_to_pay"], order["total_amount"], order["items"][0]["total_price"]) == (
        "1230.00",
        "1000.00",
        "1000.00",
    )
