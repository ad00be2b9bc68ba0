"""What a buyer may hold without paying: some, for a while, and not again at once."""

from datetime import timedelta
from typing import Any

import httpx

from dispatch.accounts.models import User
from dispatch.payments.models import PaymentMode, PaymentTransaction
from dispatch.payments.opening.ended_holds import HoldSweeper
from dispatch.payments.opening.initiation import NewPayment, PaymentInitiation
from tests.support.checkout import Checkout, ShiftedClock
from tests.support.world import Person, World, initiate_body, ok, together

INITIATE = "/api/v1/payments/initiate/"


async def pay(customer: Person, cart_id: int) -> httpx.Response:
    return await customer.post(INITIATE, initiate_body(cart_id))


async def opened_at(checkout: Checkout, customer: Person, cart_id: int, clock: ShiftedClock) -> PaymentTransaction:
    """A payment that is opened at another time than now."""
    services = checkout.services
    terms = services.payments.initiation.terms
    async with services.database.work() as work:
        user = await work.session.get_one(User, customer.user_id)
    new = NewPayment(cart_id, PaymentMode.KHALTI, None, "https://shop.example/", "Sita", customer.email, "9841234567")
    return await PaymentInitiation(services.database, services.payments.gateway, terms, clock).initiate(user, new)


async def test_one_buyer_cannot_hold_all_of_a_product_unpaid(world: World, checkout: Checkout) -> None:
    seller, customer, other = await world.person("seller"), await world.person(), await world.person()
    product_id = await world.product(seller, price="10.00", stock=50)
    refused = await pay(customer, await world.cart(customer, {product_id: 50}))
    assert (refused.status_code, refused.json()["error_code"]) == (409, "HOLD_LIMIT")
    assert refused.json()["data"][0].items() >= {"product_id": product_id, "requested": 50, "limit": 25}.items()
    carts = [await world.cart(customer, {product_id: 13}) for _ in range(4)]
    replies = await together(pay(customer, cart) for cart in carts)
    assert sorted(reply.status_code for reply in replies) == [200, 409, 409, 409]
    assert (await checkout.product(product_id)).reserved == 13
    assert (await pay(other, await world.cart(other, {product_id: 25}))).status_code == 200


async def test_a_few_pieces_may_be_held_however_few_there_are(world: World, checkout: Checkout) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, stock=2)
    assert (await pay(customer, await world.cart(customer, {product_id: 2}))).status_code == 200
    assert (await checkout.product(product_id)).reserved == 2


async def test_open_payments_of_a_user_are_counted_and_a_paid_one_makes_room(world: World, checkout: Checkout) -> None:
    seller, customer = await world.person("seller"), await world.person()
    products = [await world.product(seller, price="20.00") for _ in range(world.server.settings.open_payments + 1)]
    carts = [await world.cart(customer, {product: 1}) for product in products]
    opened = [ok(await pay(customer, cart)) for cart in carts[:-1]]
    refused = await pay(customer, carts[-1])
    assert (refused.status_code, refused.json()["error_code"]) == (409, "TOO_MANY_OPEN_PAYMENTS")
    assert (await pay(customer, carts[0])).status_code == 200
    await world.at_gateway(opened[1]["data"]["pidx"], "completed")
    ok(await checkout.callback(opened[1]["data"]["pidx"]))
    assert (await pay(customer, carts[-1])).status_code == 200


async def test_a_hold_does_not_get_longer_by_paying_anew(world: World, checkout: Checkout) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, stock=3)
    cart_id = await world.cart(customer, {product_id: 3})
    first = await opened_at(checkout, customer, cart_id, ShiftedClock())
    second = await opened_at(checkout, customer, cart_id, ShiftedClock(timedelta(minutes=50)))
    assert first.hold_ends_at == second.hold_ends_at
    assert (await checkout.product(product_id)).reserved == 3
    await HoldSweeper(checkout.services.database, ShiftedClock(timedelta(minutes=61))).run()
    assert (await checkout.product(product_id)).reserved == 0


async def test_after_a_hold_the_same_buyer_holds_nothing_for_a_while_but_may_pay(
    world: World, checkout: Checkout
) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, stock=3)
    cart_id = await world.cart(customer, {product_id: 3})
    await opened_at(checkout, customer, cart_id, ShiftedClock())
    again = await opened_at(checkout, customer, cart_id, ShiftedClock(timedelta(minutes=70)))
    assert not again.holds_stock
    assert (await checkout.product(product_id)).reserved == 0
    assert again.pidx is not None
    await world.at_gateway(again.pidx, "completed")
    ok(await checkout.callback(again.pidx))
    bought = await checkout.product(product_id)
    assert (bought.stock, bought.reserved, bought.sold) == (0, 0, 3)


async def test_goods_that_went_while_nobody_held_them_are_refunded(world: World, checkout: Checkout) -> None:
    seller, customer, other = await world.person("seller"), await world.person(), await world.person()
    product_id = await world.product(seller, stock=3)
    cart_id = await world.cart(customer, {product_id: 3})
    first = await opened_at(checkout, customer, cart_id, ShiftedClock())
    await HoldSweeper(checkout.services.database, ShiftedClock(timedelta(minutes=61))).run()
    rival = ok(await pay(other, await world.cart(other, {product_id: 2})))["data"]
    await world.at_gateway(rival["pidx"], "completed")
    ok(await checkout.callback(rival["pidx"]))
    await world.at_gateway(first.pidx or "", "completed")
    assert (await checkout.callback(first.pidx or "")).status_code == 400
    await checkout.refunds_settled(str(first.transaction_id))
    assert (await checkout.gateway_state(first.pidx or ""))["status"] == "Refunded"


async def test_whoever_paid_begins_a_new_hold(world: World, checkout: Checkout) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product_id = await world.product(seller, stock=9)
    failed: dict[str, Any] = ok(await pay(customer, await world.cart(customer, {product_id: 1})))["data"]
    await world.at_gateway(failed["pidx"], "canceled")
    await checkout.sweep(ShiftedClock(timedelta(hours=1)))
    paid = ok(await pay(customer, await world.cart(customer, {product_id: 1})))["data"]
    await world.at_gateway(paid["pidx"], "completed")
    ok(await checkout.callback(paid["pidx"]))
    late = await opened_at(
        checkout, customer, await world.cart(customer, {product_id: 1}), ShiftedClock(timedelta(minutes=70))
    )
    assert late.holds_stock
