"""What goes wrong with payments, and how buyer, order, stock and ledger end. One row a failure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.support.checkout import Checkout, Opened, ShiftedClock
from tests.support.world import initiate_body, ok

CALLBACK = "/api/v1/payments/callback/"
LATER = timedelta(minutes=3)


@dataclass(frozen=True)
class End:
    """How it ends: the payment, its sales, the order, the product's stock and hold, the gateway's ledger in paisa."""

    payment: str
    sales: int
    order: str | None
    stock: tuple[int, int]
    ledger_paisa: int


async def sweep(checkout: Checkout, ahead: timedelta = LATER) -> None:
    """What the sweeper does when it is so much later."""
    await checkout.sweep(ShiftedClock(ahead))


async def forged_callback(checkout: Checkout) -> Opened:
    cheap, costly = await checkout.opened(quantity=1), await checkout.opened(quantity=8)
    await checkout.world.at_gateway(cheap.pidx, "completed")
    forged = {"pidx": cheap.pidx, "purchase_order_id": costly.transaction_id, "total_amount": 1_140_000}
    reply = ok(await checkout.world.http.post(CALLBACK, json=forged))
    assert reply["data"]["payment_transaction_id"] == cheap.transaction_id
    assert (await checkout.world.http.post(CALLBACK, json=forged | {"pidx": costly.pidx})).status_code == 400
    return costly


async def wrong_amount(checkout: Checkout) -> Opened:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, "completed", amount=100)
    assert (await checkout.callback(opened.pidx)).status_code == 400
    payment = await checkout.payment(opened.transaction_id)
    assert (payment.gateway_amount_paisa, (payment.inquiry_data or {})["total_amount"]) == (100, 100)
    return opened


async def no_amount(checkout: Checkout) -> Opened:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, "completed", amount=None)
    assert (await checkout.callback(opened.pidx)).status_code == 400
    return opened


async def callback_before_reply(checkout: Checkout) -> Opened:
    url = f"{checkout.world.server.settings.public_url}{CALLBACK}"
    await checkout.fault("callback_first", "initiate", callback_url=url)
    opened = await checkout.opened()
    await sweep(checkout)
    return opened


async def lost_callback(checkout: Checkout) -> Opened:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, "completed")
    await checkout.fault("drop", "lookup", times=1)
    await sweep(checkout)
    return opened


async def duplicate_callbacks(checkout: Checkout) -> Opened:
    opened = await checkout.opened()
    url = f"{checkout.world.server.settings.public_url}{CALLBACK}"
    told = await checkout.world.at_gateway(opened.pidx, "completed", callback_url=url, callback="twice")
    assert told["callbacks"] == [200, 200]
    return opened


async def cart_changed(checkout: Checkout) -> Opened:
    opened = await checkout.opened(ordered=False)
    path = f"/api/v1/marketplace/carts/{opened.cart_id}/"
    item = ok(await opened.customer.get(path))["items"][0]
    ok(await opened.customer.patch(f"{path}items/{item['id']}/", {"quantity": 5}))
    await checkout.world.at_gateway(opened.pidx, "completed")
    ok(await checkout.callback(opened.pidx))
    left = ok(await opened.customer.get(path))["items"]
    assert [item["quantity"] for item in left] == [3]
    return opened


async def sold_out_after_payment(checkout: Checkout) -> Opened:
    opened = await checkout.opened(quantity=1, stock=1)
    await checkout.world.at_gateway(opened.pidx, "expired")
    assert (await checkout.callback(opened.pidx)).status_code == 400
    other = await checkout.world.person()
    rival = await checkout.world.initiate(other, await checkout.world.cart(other, {opened.product_id: 1}))
    await checkout.world.at_gateway(rival["data"]["pidx"], "completed")
    ok(await checkout.callback(rival["data"]["pidx"]))
    await checkout.world.at_gateway(opened.pidx, "completed", force=True)
    assert (await checkout.callback(opened.pidx)).status_code == 400
    await checkout.refunds_settled(opened.transaction_id)
    assert (await checkout.gateway_state(opened.pidx))["status"] == "Refunded"
    return opened


async def paid_after_expiry(checkout: Checkout) -> Opened:
    opened = await checkout.opened()
    await checkout.world.at_gateway(opened.pidx, "expired")
    assert (await checkout.callback(opened.pidx)).status_code == 400
    await checkout.world.at_gateway(opened.pidx, "completed", force=True)
    await sweep(checkout, timedelta(hours=2))  # nobody calls: the sweeper looks at closed payments, too
    return opened


async def initiate_timeout(checkout: Checkout) -> Opened:
    seller, customer = await checkout.world.person("seller"), await checkout.world.person()
    product_id = await checkout.world.product(seller, stock=10)
    cart_id = await checkout.world.cart(customer, {product_id: 2})
    order = await checkout.world.order(customer, cart_id)
    await checkout.fault("drop", "initiate", when="after")
    lost = await customer.post("/api/v1/payments/initiate/", initiate_body(cart_id))
    assert (lost.status_code, lost.json()["error_code"]) == (500, "GATEWAY_ERROR")
    assert (await checkout.product(product_id)).reserved == 0
    first = await checkout.world.initiate(customer, cart_id)
    second = await checkout.world.initiate(customer, cart_id, gateway="SCT")
    for paid in (first, second):
        await checkout.world.at_gateway(paid["data"]["pidx"], "completed")
    settled = [await checkout.callback(paid["data"]["pidx"]) for paid in (first, second)]
    assert [reply.status_code for reply in settled] == [200, 400]
    (refund,) = await checkout.refunds_settled(second["transaction_id"])
    assert (refund.status.value, refund.is_late) == ("succeeded", True)
    return Opened(customer, seller, product_id, cart_id, order["id"], first["transaction_id"], first["data"]["pidx"])


async def refund_unknown(checkout: Checkout) -> Opened:
    opened = await checkout.paid()
    await checkout.fault("drop", "refund", when="after")
    ok(await opened.customer.post(f"/api/v1/marketplace/orders/{opened.order_id}/cancel/"))
    state = await checkout.gateway_state(opened.pidx)
    assert state["refunded_amount"] == state["amount"]
    return opened


async def late_signal(checkout: Checkout) -> Opened:
    opened = await checkout.paid()
    await checkout.world.at_gateway(opened.pidx, "expired", force=True)
    ok(await checkout.callback(opened.pidx))
    body = {"transaction_id": opened.transaction_id, "force_verify": True}
    assert ok(await opened.customer.post("/api/v1/payments/verify/", body))["data"]["payment_status"] == "completed"
    return opened


async def rounding(checkout: Checkout) -> Opened:
    seller, customer = await checkout.world.person("seller"), await checkout.world.person()
    product_id = await checkout.world.product(seller, price="33.33", stock=10)
    cart_id = await checkout.world.cart(customer, {product_id: 2})
    order = await checkout.world.order(customer, cart_id)
    payment = await checkout.world.initiate(customer, cart_id, shipping_cost="49.99")
    pidx = payment["data"]["pidx"]
    assert (await checkout.gateway_state(pidx))["amount"] == 6666 + 867 + 4999
    await checkout.world.at_gateway(pidx, "completed")
    ok(await checkout.callback(pidx))
    return Opened(customer, seller, product_id, cart_id, order["id"], payment["transaction_id"], pidx)


SOLD = End("completed", 1, "confirmed", (8, 0), 292500)
FAILURES: dict[str, tuple[Callable[[Checkout], Awaitable[Opened]], End]] = {
    "1 forged callback": (forged_callback, End("processing", 0, "pending", (10, 8), 0)),
    "2 another amount": (wrong_amount, End("failed", 0, "pending", (10, 0), 0)),
    "2 no amount": (no_amount, End("failed", 0, "pending", (10, 0), 0)),
    "3 callback before our commit": (callback_before_reply, SOLD),
    "4 lost callback": (lost_callback, SOLD),
    "5 duplicates at once": (duplicate_callbacks, SOLD),
    "6 cart changed": (cart_changed, End("completed", 1, None, (8, 0), 292500)),
    "7 sold out after payment": (sold_out_after_payment, End("refunded", 0, "pending", (0, 0), 0)),
    "8 paid after expiry": (paid_after_expiry, SOLD),
    "9 initiate timed out, then paid twice": (initiate_timeout, SOLD),
    "10 refund without an answer": (refund_unknown, End("refunded", 1, "cancelled", (10, 0), 0)),
    "10 late signal": (late_signal, SOLD),
    "11 rounding": (rounding, End("completed", 1, "confirmed", (8, 0), 12532)),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_each_failure_ends_as_it_should(checkout: Checkout, name: str) -> None:
    happens, end = FAILURES[name]
    opened = await happens(checkout)
    count, product = await checkout.count(opened.transaction_id), await checkout.product(opened.product_id)
    order = None
    if opened.order_id is not None:
        order = ok(await opened.customer.get(f"/api/v1/marketplace/orders/{opened.order_id}/"))["order_status"]
    found = End(count.status, count.sales, order, (product.stock, product.reserved), count.gateway_paisa)
    assert (found, count.ledger_sum) == (end, 0)


@pytest.fixture(autouse=True)
async def no_fault_stays(checkout: Checkout) -> None:
    """Each row begins with a gateway in good health."""
    await checkout.clear_faults()
