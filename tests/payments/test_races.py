"""Everybody at once: one payment settles once, and no stock is sold twice."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from dispatch.payments.settling.sweeper import PaymentSweeper
from tests.support.checkout import Checkout, Opened, ShiftedClock
from tests.support.webhooks import WEBHOOK_PATH as WEBHOOK
from tests.support.webhooks import signed, webhook_body
from tests.support.world import Person, World, initiate_body, ok

ONE_OF_EACH = Counter({"order-confirmation": 1, "receipt": 1, "sale-notice": 1, "payment-sms": 1})
AT_ONCE = 40


def signals(world: World, checkout: Checkout, opened: Opened) -> list[Callable[[], Awaitable[Any]]]:
    """The five ways in which we hear of a payment."""
    verify = {"transaction_id": opened.transaction_id, "force_verify": True}
    sweeper = PaymentSweeper(checkout.services.database, checkout.services.payments.gateway, ShiftedClock())

    async def webhook() -> httpx.Response:
        body = webhook_body(opened.pidx)
        return await world.http.post(WEBHOOK, content=body, headers=signed(body))

    return [
        lambda: checkout.callback(opened.pidx),
        lambda: world.http.get("/api/v1/payments/callback/", params={"pidx": opened.pidx}),
        webhook,
        lambda: opened.customer.post("/api/v1/payments/verify/", verify),
        sweeper.run,
    ]


async def settle_from_all_sides(world: World, checkout: Checkout, number: int) -> None:
    opened = await checkout.opened(quantity=3, stock=10)
    await world.at_gateway(opened.pidx, "completed")
    ways, gate = signals(world, checkout, opened), asyncio.Semaphore(AT_ONCE)

    async def one(index: int) -> Any:
        async with gate:
            return await ways[index % len(ways)]()

    replies = await asyncio.gather(*(one(index) for index in range(number)))
    statuses = Counter(reply.status_code for reply in replies if isinstance(reply, httpx.Response))
    assert set(statuses) == {200, 303}
    bodies = [json.loads(r.content)["data"] for r in replies if isinstance(r, httpx.Response) and r.status_code == 200]
    told = {
        tuple(sale["order_number"] for sale in body["marketplace_sales"]) for body in bodies if "total_items" in body
    }
    assert len(told) == 1
    count = await checkout.count(opened.transaction_id)
    assert (count.status, count.sales, count.invoices, count.messages) == ("completed", 1, 1, ONE_OF_EACH)
    paid_paisa = 3 * 125000 + 48750 + 10000
    assert (count.gateway_paisa, count.ledger_sum, count.refunds) == (paid_paisa, 0, [])
    product = await checkout.product(opened.product_id)
    assert (product.stock, product.reserved, product.sold) == (7, 0, 3)


async def test_a_payment_that_is_reported_from_all_sides_at_once_settles_once(world: World, checkout: Checkout) -> None:
    await settle_from_all_sides(world, checkout, 40)


@pytest.mark.heavy
async def test_two_hundred_reports_of_one_payment_settle_it_once(world: World, checkout: Checkout) -> None:
    await settle_from_all_sides(world, checkout, 200)


async def race_for_stock(world: World, checkout: Checkout, buyers: int, stock: int) -> None:
    seller = await world.person("seller")
    product_id = await world.product(seller, stock=stock, price="500.00")
    gate = asyncio.Semaphore(AT_ONCE)

    async def ready() -> tuple[Person, int]:
        async with gate:
            buyer = await world.person()
            return buyer, await world.cart(buyer, {product_id: 1})

    people = await asyncio.gather(*(ready() for _ in range(buyers)))

    async def buy(index: int, buyer: Person, cart_id: int) -> str:
        async with gate:
            reply = await buyer.post("/api/v1/payments/initiate/", initiate_body(cart_id))
            if reply.status_code != 200:
                assert (reply.status_code, reply.json()["error_code"]) == (409, "OUT_OF_STOCK")
                return "sold out"
            pidx = reply.json()["data"]["pidx"]
            outcome = "canceled" if index % 10 == 9 else "completed"
            await world.at_gateway(pidx, outcome)
            settled = await checkout.callback(pidx)
            assert settled.status_code == (200 if outcome == "completed" else 400)
            return outcome

    first = Counter(await asyncio.gather(*(buy(index, *one) for index, one in enumerate(people))))
    # Whoever was told "sold out" while somebody held what they then did not pay for may try again.
    while (await checkout.product(product_id)).available > 0:
        buyer = await world.person()
        first[await buy(0, buyer, await world.cart(buyer, {product_id: 1}))] += 1
    product = await checkout.product(product_id)
    assert (product.stock, product.reserved, product.sold) == (0, 0, stock)
    assert first["completed"] == stock
    sales = ok(await seller.get("/api/marketplace/sales/", page_size=100))
    assert sales["count"] == stock


async def test_buyers_who_race_for_the_last_units_buy_each_one_once(world: World, checkout: Checkout) -> None:
    await race_for_stock(world, checkout, buyers=24, stock=6)


@pytest.mark.heavy
@pytest.mark.timeout(600)
async def test_two_hundred_buyers_race_for_fifty_units_and_nobody_pays_for_nothing(
    world: World, checkout: Checkout
) -> None:
    await race_for_stock(world, checkout, buyers=200, stock=50)
