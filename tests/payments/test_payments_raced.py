"""Money under races: one purchase is paid once, stock is sold once, whatever arrives how often and when."""

from sqlalchemy import func, select

from dispatch.catalogue.models import Product
from dispatch.payments.models import PaymentTransaction
from dispatch.sales.models import Sale
from tests.support.world import Person, World, initiate_body, ok, together

PAYMENTS = "/api/v1/payments"
# The server's own round may have sent it before anybody asks.
DUE_BACK = {"refund_due", "refunded"}


async def _stock(world: World, product_id: int) -> tuple[int, int, int]:
    """(stock, reserved, sold)"""
    async with world.server.services.database.work() as work:
        product = await work.session.get_one(Product, product_id)
        return product.stock, product.reserved, product.sold


async def _sales_of(world: World, product_id: int) -> int:
    async with world.server.services.database.work() as work:
        return await work.session.scalar(select(func.count()).where(Sale.product_id == product_id)) or 0


async def _status(customer: Person, payment: dict[str, str]) -> str:
    return str(ok(await customer.get(f"{PAYMENTS}/status/{payment['transaction_id']}/"))["data"]["payment_status"])


async def _statuses(customer: Person, payments: list[dict[str, str]]) -> list[str]:
    return sorted([await _status(customer, payment) for payment in payments])


async def test_thirty_signals_at_once_settle_one_payment_once(world: World) -> None:
    seller, customer, admin = await world.person("seller"), await world.person(), await world.admin()
    product = await world.product(seller, stock=10)
    cart = await world.cart(customer, {product: 3})
    order = await world.order(customer, cart)
    paid = await world.initiate(customer, cart)
    pidx, verify = paid["data"]["pidx"], {"transaction_id": paid["transaction_id"], "force_verify": True}
    assert await _stock(world, product) == (10, 3, 0)
    await world.at_gateway(pidx, "completed")
    signals = []
    for _ in range(8):
        signals += [
            world.http.post(f"{PAYMENTS}/callback/", json={"pidx": pidx}),
            world.http.get(f"{PAYMENTS}/callback/", params={"pidx": pidx}),
            customer.post(f"{PAYMENTS}/verify/", verify),
            admin.post(f"{PAYMENTS}/verify/", verify),
        ]
    replies = await together(signals)
    assert {reply.status_code for reply in replies} == {200, 303}
    callbacks = [reply.json() for reply in replies if "/callback/" in str(reply.url) and reply.status_code == 200]
    assert all(answer == callbacks[0] for answer in callbacks)
    assert (await _sales_of(world, product), await _stock(world, product)) == (1, (7, 0, 3))
    shown = ok(await customer.get(f"/api/v1/marketplace/orders/{order['id']}/"))
    assert [event["status"] for event in shown["tracking_events"]] == ["pending", "confirmed"]


async def test_twenty_buyers_of_the_last_seven_reserve_seven(world: World) -> None:
    seller = await world.person("seller")
    product = await world.product(seller, stock=7)
    buyers = [(buyer, await world.cart(buyer, {product: 1})) for buyer in [await world.person() for _ in range(20)]]
    replies = await together(buyer.post(f"{PAYMENTS}/initiate/", initiate_body(cart)) for buyer, cart in buyers)
    assert sorted(reply.status_code for reply in replies) == [200] * 7 + [409] * 13
    assert {reply.json()["error_code"] for reply in replies if reply.status_code == 409} == {"OUT_OF_STOCK"}
    assert await _stock(world, product) == (7, 7, 0)
    pidxs = [reply.json()["data"]["pidx"] for reply in replies if reply.status_code == 200]
    for pidx in pidxs:
        await world.at_gateway(pidx, "completed")
    settled = await together(world.http.post(f"{PAYMENTS}/callback/", json={"pidx": pidx}) for pidx in pidxs)
    assert [reply.status_code for reply in settled] == [200] * 7
    assert (await _sales_of(world, product), await _stock(world, product)) == (7, (0, 0, 7))


async def test_a_payment_that_fails_or_expires_gives_its_stock_back_at_once(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=5)
    cart = await world.cart(customer, {product: 5})
    for outcome in ("canceled", "expired"):
        paid = await world.initiate(customer, cart)
        assert await _stock(world, product) == (5, 5, 0)
        await world.at_gateway(paid["data"]["pidx"], outcome)
        refused = await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": paid["data"]["pidx"]})
        assert refused.status_code == 400
        assert (await _stock(world, product), await _status(customer, paid)) == ((5, 0, 0), outcome)


async def test_of_two_paid_payments_for_one_purchase_one_completes_and_one_is_due_back(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=2)
    cart = await world.cart(customer, {product: 2})
    payments = [await world.initiate(customer, cart), await world.initiate(customer, cart)]
    assert await _stock(world, product) == (2, 2, 0)
    pidxs = [payment["data"]["pidx"] for payment in payments]
    for pidx in pidxs:
        await world.at_gateway(pidx, "completed")
    replies = await together(world.http.post(f"{PAYMENTS}/callback/", json={"pidx": pidx}) for pidx in pidxs * 3)
    assert sorted(reply.status_code for reply in replies) == [200] * 3 + [400] * 3
    sold, due = await _statuses(customer, payments)
    assert sold == "completed"
    assert due in DUE_BACK
    assert (await _sales_of(world, product), await _stock(world, product)) == (1, (0, 0, 2))


async def test_a_buyer_who_pays_the_first_of_two_pages_gets_the_last_goods(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=2)
    cart = await world.cart(customer, {product: 2})
    order = await world.order(customer, cart)
    first, _left_open = await world.initiate(customer, cart), await world.initiate(customer, cart)
    await world.at_gateway(first["data"]["pidx"], "completed")
    ok(await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": first["data"]["pidx"]}))
    assert ok(await customer.get(f"/api/v1/marketplace/orders/{order['id']}/"))["is_paid"] is True
    assert await _stock(world, product) == (0, 0, 2)


async def test_cancelling_while_the_money_arrives_ends_in_one_of_two_consistent_states(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    for _ in range(4):
        product = await world.product(seller, stock=3)
        cart = await world.cart(customer, {product: 3})
        order = await world.order(customer, cart)
        paid = await world.initiate(customer, cart)
        await world.at_gateway(paid["data"]["pidx"], "completed")
        callback, cancel, verify = await together(
            [
                world.http.post(f"{PAYMENTS}/callback/", json={"pidx": paid["data"]["pidx"]}),
                customer.post(f"/api/v1/marketplace/orders/{order['id']}/cancel/"),
                customer.post(f"{PAYMENTS}/verify/", {"transaction_id": paid["transaction_id"]}),
            ]
        )
        shown = ok(await customer.get(f"/api/v1/marketplace/orders/{order['id']}/"))
        status, sales = await _status(customer, paid), await _sales_of(world, product)
        assert verify.status_code == 200
        if cancel.status_code == 200:
            assert (callback.status_code, sales, shown["order_status"]) == (400, 0, "cancelled")
            assert status in DUE_BACK
            assert await _stock(world, product) == (3, 0, 0)
        else:
            assert (cancel.status_code, callback.status_code, status, sales) == (409, 200, "completed", 1)
            assert (shown["order_status"], await _stock(world, product)) == ("confirmed", (0, 0, 3))


async def test_money_for_a_cancelled_order_is_due_back_and_sells_nothing(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=3)
    cart = await world.cart(customer, {product: 1})
    order = await world.order(customer, cart)
    paid = await world.initiate(customer, cart)
    ok(await customer.post(f"/api/v1/marketplace/orders/{order['id']}/cancel/"))
    await world.at_gateway(paid["data"]["pidx"], "completed")
    assert (await world.http.post(f"{PAYMENTS}/callback/", json={"pidx": paid["data"]["pidx"]})).status_code == 400
    assert await _status(customer, paid) in DUE_BACK
    assert (await _sales_of(world, product), await _stock(world, product)) == (0, (3, 0, 0))


async def test_ten_payments_opened_at_once_for_one_cart_hold_its_goods_once(world: World) -> None:
    seller, customer = await world.person("seller"), await world.person()
    product = await world.product(seller, stock=4)
    cart = await world.cart(customer, {product: 4})
    replies = await together(customer.post(f"{PAYMENTS}/initiate/", initiate_body(cart)) for _ in range(10))
    assert [reply.status_code for reply in replies] == [200] * 10
    assert await _stock(world, product) == (4, 4, 0)
    async with world.server.services.database.work() as work:
        holding = await work.session.scalar(
            select(func.count()).where(PaymentTransaction.cart_id == cart, PaymentTransaction.holds_stock)
        )
    assert holding == 1


async def test_two_carts_over_the_same_products_in_opposite_order_do_not_block_each_other(world: World) -> None:
    seller = await world.person("seller")
    first, second = await world.product(seller, stock=50), await world.product(seller, stock=50)
    buyers = [await world.person() for _ in range(6)]
    carts = [
        (buyer, await world.cart(buyer, {first: 1, second: 1} if number % 2 else {second: 1, first: 1}))
        for number, buyer in enumerate(buyers)
    ]
    replies = await together(buyer.post(f"{PAYMENTS}/initiate/", initiate_body(cart)) for buyer, cart in carts)
    assert [reply.status_code for reply in replies] == [200] * 6
    assert (await _stock(world, first), await _stock(world, second)) == ((50, 6, 0), (50, 6, 0))
